import { homedir, release } from 'node:os';
import * as vscode from 'vscode';
import type { Account } from '../../account/account';
import type { KeySource } from '../../account/keyPermissions';
import { describeError } from '../../base/log';
import type { RecentProblemsLog } from '../../base/recentProblems';
import { printable } from '../../base/text';
import type { ComputerStore } from '../../computers/computerStore';
import type { ComputerHistory, StatusHistory } from '../../computers/statusHistory';
import type { TransportSelector } from '../../connect/transportSelector';
import type { ConnectionPool } from '../../ssh/connection/connectionPool';
import { formatEndpoint } from '../../ssh/connection/endpoint';
import type { Terminals } from '../../terminal/terminals';

/** Sources of the key, as the report names them. */
const keySources: Readonly<Record<KeySource, string>> = {
  pasted: 'entered by the user',
  stored: 'entered by the user',
  environment: 'from the environment',
  cli: 'of celesto auth login',
  legacyCli: 'of celesto auth login, 0.0.14 or earlier',
};

export interface DiagnosticsReportDeps {
  readonly extension: Pick<vscode.Extension<unknown>, 'packageJSON'>;
  readonly account: Account;
  readonly store: ComputerStore;
  readonly statusHistory: StatusHistory;
  readonly terminals: Pick<Terminals, 'all'>;
  readonly transports: Pick<TransportSelector, 'lastUsed'>;
  readonly pool: Pick<ConnectionPool, 'connections'>;
  readonly recentProblems: Pick<RecentProblemsLog, 'problems'>;
  /** Removes secrets from a text. */
  readonly redact: (text: string) => string;
}

/** The fields of package.json that the report reads. */
interface Manifest {
  readonly version: string;
  readonly contributes: {
    readonly configuration: { readonly properties: Readonly<Record<string, { readonly default?: unknown }>> };
  };
}

/** Writes a report for bug reports as Markdown, in English like the log, without secrets. */
export class DiagnosticsReport {
  constructor(private readonly deps: DiagnosticsReportDeps) {}

  async text(): Promise<string> {
    const sections = [
      section('Versions', this.versions()),
      section('Settings that differ from the default', this.settings()),
      section('Account', await this.account()),
      section('List', this.list()),
      section('Computers seen in this window', this.deps.statusHistory.computers.flatMap(historyLines)),
      section('Terminals', this.terminals()),
      section('SSH connections', this.connections()),
      section('Last warnings and errors', this.problems()),
    ];
    const text = ['# Celesto Computers: diagnostics', '', formatTime(Date.now()), '', ...sections].join('\n');
    return this.deps.redact(stripUrls(text).replaceAll(homedir(), '~'));
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
      const source = account.state.kind === 'signedIn' ? await account.keySource() : undefined;
      if (source) lines.push(`- Key: ${keySources[source]}`);
      const { organization } = account;
      return [...lines, `- Organization: ${organization ? printable(organization.name) : 'of the key'}`];
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
      const { computer } = pty.options;
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

  private problems(): string[] {
    return this.deps.recentProblems.problems.map(
      ({ at, level, message }) => `- ${formatTime(at)} ${level}: ${printable(message)}`,
    );
  }

  private get manifest(): Manifest {
    return this.deps.extension.packageJSON as Manifest;
  }
}

function section(heading: string, lines: readonly string[]): string {
  return [`## ${heading}`, '', ...(lines.length > 0 ? lines : ['(none)']), ''].join('\n');
}

function historyLines({ id, name, changes }: ComputerHistory): string[] {
  const lines = changes.map(({ at, status, lastError }) =>
    [`  - ${formatTime(at)} ${status}`, lastError].filter(Boolean).join(': '),
  );
  return [`- ${name} (${id})`, ...lines];
}

function formatTime(at: number): string {
  return new Date(at).toISOString();
}

/** Removes user, query and fragment from URLs, any of which may be secret. */
function stripUrls(text: string): string {
  return text.replace(/\b([a-z]+:\/\/)(?:[^\s/@"']*@)?([^\s?#"'<>)]*)(?:[?#][^\s"'<>)]*)?/gi, '$1$2');
}
