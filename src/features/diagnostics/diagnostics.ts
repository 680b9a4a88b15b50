import { homedir, release } from 'node:os';
import * as vscode from 'vscode';
import type { Account } from '../../account/account';
import type { StatusHistory, ComputerHistory } from '../../computers/statusHistory';
import type { ComputerStore } from '../../computers/store';
import { formatEndpoint } from '../../ssh/connection/endpoint';
import type { ConnectionPool } from '../../ssh/connection/connectionPool';
import type { TransportSelector } from '../../connect/transportSelector';
import type { Terminals } from '../../terminal/terminals';
import { describeError } from '../../base/log';
import { printable } from '../../base/text';
import type { RecentProblemsLog } from '../../base/recentProblems';

export interface DiagnosticsDeps {
  readonly extension: Pick<vscode.Extension<unknown>, 'packageJSON'>;
  readonly account: Account;
  readonly store: ComputerStore;
  readonly chronology: StatusHistory;
  readonly terminals: Pick<Terminals, 'all'>;
  readonly transports: Pick<TransportSelector, 'lastUsed'>;
  readonly pool: Pick<ConnectionPool, 'connections'>;
  readonly log: Pick<RecentProblemsLog, 'problems'>;
  /** Takes secrets out of a text. */
  readonly redact: (text: string) => string;
}

/** What package.json says of this extension, as far as it is asked here. */
interface Manifest {
  readonly version: string;
  readonly contributes: {
    readonly configuration: { readonly properties: Readonly<Record<string, { readonly default?: unknown }>> };
  };
}

/** What helps to find the cause of something, as Markdown. In English, as the log is; free of secrets. */
export class Diagnostics {
  constructor(private readonly deps: DiagnosticsDeps) {}

  async text(): Promise<string> {
    const sections = [
      section('Versions', this.versions()),
      section('Settings that differ from the default', this.settings()),
      section('Account', await this.account()),
      section('List', this.list()),
      section('Computers seen in this window', this.deps.chronology.computers.flatMap(chronicle)),
      section('Terminals', this.terminals()),
      section('SSH connections', this.connections()),
      section('Last warnings and errors', this.troubles()),
    ];
    const text = ['# Celesto Computers: diagnostics', '', time(Date.now()), '', ...sections].join('\n');
    return this.deps.redact(withoutQueries(text).replaceAll(homedir(), '~'));
  }

  private versions(): string[] {
    const { appName, appHost, remoteName, language } = vscode.env;
    return [
      `- Extension: ${this.manifest.version}`,
      `- ${appName}: ${vscode.version}, ${appHost}, ${language}`,
      `- Machine: ${process.platform} ${release()}, ${process.arch}`,
      `- Remote: ${remoteName ?? 'none'}`,
      `- Node: ${process.versions.node}`,
    ];
  }

  private settings(): string[] {
    const configuration = vscode.workspace.getConfiguration();
    return Object.entries(this.manifest.contributes.configuration.properties).flatMap(([key, declared]) => {
      const value = JSON.stringify(configuration.get(key));
      return value === JSON.stringify(declared.default) ? [] : [`- ${key}: ${printable(value)}`];
    });
  }

  private async account(): Promise<string[]> {
    const { account } = this.deps;
    try {
      const lines = [`- State: ${account.state.kind}`, `- Service: ${account.baseUrl()}`];
      const credentials = account.state.kind === 'signedIn' ? await account.credentials() : undefined;
      if (credentials) {
        const isEnvironment = credentials.apiKey === account.environmentKey;
        lines.push(`- Key: ${isEnvironment ? 'that of the environment' : 'given by the person'}`);
      }
      const { organization } = account;
      return [...lines, `- Organization: ${organization ? printable(organization.name) : 'that of the key'}`];
    } catch (error) {
      return [`- ${printable(describeError(error))}`];
    }
  }

  private list(): string[] {
    const { computers, state } = this.deps.store;
    const statuses = new Map<string, number>();
    for (const { status } of computers) statuses.set(status, (statuses.get(status) ?? 0) + 1);
    const counts = [...statuses].map(([status, count]) => `${count} ${status}`).join(', ');
    const lines = [`- ${state.freshness}: ${counts || 'no computers'}`];
    if (state.possiblyMore) lines.push('- There are possibly more.');
    if (state.unreadable > 0) lines.push(`- Unreadable: ${state.unreadable}`);
    if (state.problem !== undefined) lines.push(`- Problem: ${printable(describeError(state.problem))}`);
    return lines;
  }

  private terminals(): string[] {
    return this.deps.terminals.all.map(({ pty }) => {
      const { computer } = pty.spec;
      return `- ${computer.name} (${computer.id}): ${pty.state}, transport: ${this.deps.transports.lastUsed(computer.id) ?? 'none yet'}`;
    });
  }

  private connections(): string[] {
    return this.deps.pool.connections.map(
      ({ computerId, connection: { endpoint, negotiated: handshake } }) => {
        const facts = handshake
          ? `${handshake.server}, key exchange ${handshake.kex}, host key ${handshake.hostKey}, cipher ${handshake.cipher} ${handshake.mac}`
          : 'key exchange unknown';
        return `- ${computerId} at ${formatEndpoint(endpoint)}: ${facts.trim()}`;
      },
    );
  }

  private troubles(): string[] {
    return this.deps.log.problems.map(
      ({ at, level, message }) => `- ${time(at)} ${level}: ${printable(message)}`,
    );
  }

  private get manifest(): Manifest {
    return this.deps.extension.packageJSON as Manifest;
  }
}

function section(heading: string, lines: readonly string[]): string {
  return [`## ${heading}`, '', ...(lines.length > 0 ? lines : ['(none)']), ''].join('\n');
}

function chronicle({ id, name, changes: moments }: ComputerHistory): string[] {
  const lines = moments.map(({ at, status, lastError }) =>
    [`  - ${time(at)} ${status}`, lastError].filter(Boolean).join(': '),
  );
  return [`- ${name} (${id})`, ...lines];
}

function time(at: number): string {
  return new Date(at).toISOString();
}

/** Addresses without what may be secret in them: the person, the query, the fragment. */
function withoutQueries(text: string): string {
  return text.replace(/\b([a-z]+:\/\/)(?:[^\s/@"']*@)?([^\s?#"'<>)]*)(?:[?#][^\s"'<>)]*)?/gi, '$1$2');
}
