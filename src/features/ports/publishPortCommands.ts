import * as vscode from 'vscode';
import type { CelestoClient } from '../../api/client';
import { publishLimits, type PublishedPort } from '../../api/wire';
import type { Computer } from '../../computers/computer';
import { listPortsCommand, parseListeningPorts, type ListeningPort } from './listeningPorts';
import { validatePublishPort, type PortPublisher } from './portPublisher';
import type { Clock } from '../../base/clock';
import { escapeLinks } from '../../base/text';
import { pickPort } from './portPicker';
import type { PublishedPortChildren } from './portChildren';
import { copy } from '../../ui/clipboard';
import type { Handler } from '../../ui/registerCommands';
import type { ChildTargets } from '../../ui/childTargets';
import { cancellation, withProgress } from '../../ui/progress';
import type { Targets } from '../../ui/targets';

/** Seconds that finding the listening ports may take. */
const listPortsTimeoutSeconds = 10;

export interface PublishPortCommandsDeps {
  readonly targets: Targets;
  readonly childTargets: ChildTargets;
  readonly publishedPorts: PublishedPortChildren;
  readonly publisher: PortPublisher;
  readonly client: Pick<CelestoClient, 'exec'>;
  readonly clock: Clock;
}

/** Ports of computers that everybody can reach. */
export class PublishPortCommands {
  constructor(private readonly deps: PublishPortCommandsDeps) {}

  readonly publish: Handler = async (...args) => {
    const computer = await this.deps.targets.one(args, vscode.l10n.t('Publish Port'), 'ports');
    const { id, name } = computer;
    const published = await this.work(vscode.l10n.t('Looking at the ports of {0}…', name), (signal) =>
      this.deps.publisher.of(id, signal),
    );
    refuseFifth(computer, published);
    const port = await this.ask(computer, published);
    await confirm(computer, port);
    const done = await this.work(vscode.l10n.t('Publishing port {0} of {1}…', port, name), (signal) =>
      this.deps.publisher.publish(id, port, signal),
    );
    await tell(computer, done);
  };

  readonly unpublish: Handler = async (...args) => {
    const { computer, child: part } = await this.pick(args, vscode.l10n.t('Unpublish Port'));
    const { port } = part.published;
    const question = vscode.l10n.t('Unpublish port {0} of {1}?', port, computer.name);
    const detail = vscode.l10n.t('Its address leads nowhere then. Publishing it again gives it another one.');
    const yes = vscode.l10n.t('Unpublish');
    const answer = await vscode.window.showWarningMessage(question, { modal: true, detail }, yes);
    if (answer !== yes) throw cancellation();
    await this.work(vscode.l10n.t('Unpublishing port {0} of {1}…', port, computer.name), (signal) =>
      this.deps.publisher.unpublish(computer.id, port, signal),
    );
  };

  readonly open: Handler = async (...args) => {
    const { child: part } = await this.pick(args, vscode.l10n.t('Open Published Port in Browser'));
    await openInBrowser(addressOf(part.published));
  };

  readonly copyAddress: Handler = async (...args) => {
    const { child: part } = await this.pick(args, vscode.l10n.t('Copy URL of Published Port'));
    await copy([addressOf(part.published)]);
  };

  private pick(args: readonly unknown[], title: string) {
    return this.deps.childTargets.one(args, title, this.deps.publishedPorts);
  }

  private work<T>(title: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return withProgress(this.deps.clock, title, work);
  }

  private async ask(computer: Computer, published: readonly PublishedPort[]): Promise<number> {
    const left = new AbortController();
    const { min, max } = publishLimits;
    const taken = new Set(published.map(({ port }) => port));
    try {
      const choice = await pickPort({
        title: vscode.l10n.t('Publish Port of {0}', computer.name),
        placeholder: vscode.l10n.t('A port from {0} to {1} that serves HTTP', min, max),
        listening: this.listening(computer, left.signal).then((ports) =>
          ports.filter(({ port }) => validatePublishPort(port) === undefined && !taken.has(port)),
        ),
        parse: (text) => readPort(text, taken),
      });
      if (!choice) throw cancellation();
      return choice.port;
    } finally {
      left.abort();
    }
  }

  /** By the service's own call, which takes no SSH. A person who may not use it types the port. */
  private async listening({ id }: Computer, signal: AbortSignal): Promise<readonly ListeningPort[]> {
    try {
      return parseListeningPorts(
        (await this.deps.client.exec(id, listPortsCommand, listPortsTimeoutSeconds, signal)).stdout,
      );
    } catch {
      return [];
    }
  }
}

function readPort(text: string, taken: ReadonlySet<number>): { port: number } | string {
  const port = Number(text);
  if (taken.has(port)) return vscode.l10n.t('Port {0} is published already.', port);
  return validatePublishPort(port) ?? { port };
}

function refuseFifth({ name }: Computer, published: readonly PublishedPort[]): void {
  if (published.length < publishLimits.count) return;
  throw new Error(
    vscode.l10n.t(
      '{0} has {1} published ports ({2}), and more cannot be. Unpublish one first.',
      name,
      published.length,
      published.map(({ port }) => port).join(', '),
    ),
  );
}

async function confirm({ name }: Computer, port: number): Promise<void> {
  const question = vscode.l10n.t('Publish port {0} of {1} to everybody?', port, name);
  const detail = vscode.l10n.t(
    'It gets a public URL. Whoever has that URL reaches what listens on the port, without signing in, until you unpublish it.',
  );
  const yes = vscode.l10n.t('Publish');
  const answer = await vscode.window.showWarningMessage(question, { modal: true, detail }, yes);
  if (answer !== yes) throw cancellation();
}

async function tell({ name }: Computer, { port, url }: PublishedPort): Promise<void> {
  if (url === null) {
    const still = vscode.l10n.t(
      'Port {0} of {1} is still being published. Its URL will show in the list.',
      port,
      name,
    );
    await vscode.window.showInformationMessage(escapeLinks(still));
    return;
  }
  const message = vscode.l10n.t('Port {0} of {1} is public now: {2}', port, name, url);
  const copyIt = vscode.l10n.t('Copy URL');
  const open = vscode.l10n.t('Open in Browser');
  const chosen = await vscode.window.showInformationMessage(escapeLinks(message), copyIt, open);
  if (chosen === copyIt) await copy([url]);
  if (chosen === open) await openInBrowser(url);
}

function addressOf({ port, url }: PublishedPort): string {
  if (url !== null) return url;
  throw new Error(vscode.l10n.t('Port {0} has no URL yet. Try again in a moment.', port));
}

async function openInBrowser(url: string): Promise<void> {
  await vscode.env.openExternal(vscode.Uri.parse(url, true));
}
