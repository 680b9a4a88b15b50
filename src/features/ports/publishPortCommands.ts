import * as vscode from 'vscode';
import type { CelestoClient } from '../../api/client';
import { type PublishedPort, publishLimits } from '../../api/wire';
import { cancellation } from '../../base/abort';
import type { Clock } from '../../base/clock';
import type { Computer } from '../../computers/computer';
import { portStateOf } from '../../computers/publishedPort';
import { copy } from '../../ui/clipboard';
import type { CommandTargets } from '../../ui/commandTargets';
import { withProgress } from '../../ui/progress';
import { confirmOrCancel, inform } from '../../ui/prompts';
import type { Handler } from '../../ui/registerCommands';
import type { TreeChildTarget, TreeChildTargets } from '../../ui/treeChildTargets';
import { type ListeningPort, listPortsCommand, parseListeningPorts } from './listeningPorts';
import type { PublishedPortChild, PublishedPortChildren } from './portChildren';
import { pickPort } from './portPicker';
import { type PortPublisher, validatePublishPort } from './portPublisher';

/** The time limit of the call that lists the listening ports. */
const listPortsTimeoutSeconds = 10;

export interface PublishPortCommandsDeps {
  readonly targets: CommandTargets;
  readonly childTargets: TreeChildTargets;
  readonly publishedPorts: PublishedPortChildren;
  readonly publisher: PortPublisher;
  readonly client: Pick<CelestoClient, 'exec'>;
  readonly clock: Clock;
}

/** Publishes ports of computers, so that anyone with the URL can reach them. */
export class PublishPortCommands {
  constructor(private readonly deps: PublishPortCommandsDeps) {}

  readonly publish: Handler = async (...args) => {
    const computer = await this.deps.targets.one(args, vscode.l10n.t('Publish Port'), 'ports');
    const { id, name } = computer;
    const published = await this.work(vscode.l10n.t('Reading the published ports of {0}…', name), (signal) =>
      this.deps.publisher.of(id, signal),
    );
    assertBelowLimit(computer, published);
    const port = await this.ask(computer, published);
    await confirmPublishing(computer, port);
    const result = await this.work(vscode.l10n.t('Publishing port {0} of {1}…', port, name), (signal) =>
      this.deps.publisher.publish(id, port, signal),
    );
    await notifyPublished(computer, result);
  };

  readonly unpublish: Handler = async (...args) => {
    const { computer, child } = await this.pick(args, vscode.l10n.t('Unpublish Port'));
    const { port } = child.published;
    await confirmUnpublishing(computer, port);
    await this.work(vscode.l10n.t('Unpublishing port {0} of {1}…', port, computer.name), (signal) =>
      this.deps.publisher.unpublish(computer.id, port, signal),
    );
  };

  readonly open: Handler = async (...args) => {
    const title = vscode.l10n.t('Open Published Port in Browser');
    const target = await this.pick(args, title, ({ published }) => portStateOf(published) === 'published');
    await openInBrowser(reachableUrlOf(target));
  };

  readonly copyAddress: Handler = async (...args) => {
    const title = vscode.l10n.t('Copy URL of Published Port');
    const { computer, child } = await this.pick(args, title, ({ published }) => published.url !== null);
    await copy([urlOf(child.published)]);
    if (portStateOf(child.published) === 'suspended') await informSuspended(computer, child.published);
  };

  /** @param isOffered filters the ports of the picker; the tree item that the command was called on is taken as it is */
  private pick(
    args: readonly unknown[],
    title: string,
    isOffered: (child: PublishedPortChild) => boolean = () => true,
  ): Promise<TreeChildTarget<PublishedPortChild>> {
    const { childTargets, publishedPorts } = this.deps;
    return childTargets.one(args, title, {
      childrenOf: (computer) => publishedPorts.childrenOf(computer).filter(isOffered),
    });
  }

  private work<T>(title: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return withProgress(this.deps.clock, title, work);
  }

  private async ask(computer: Computer, published: readonly PublishedPort[]): Promise<number> {
    const closed = new AbortController();
    const { min, max } = publishLimits;
    const taken = new Set(published.map(({ port }) => port));
    try {
      const choice = await pickPort({
        title: vscode.l10n.t('Publish Port of {0}', computer.name),
        placeholder: vscode.l10n.t('A port from {0} to {1} that serves HTTP', min, max),
        listening: this.listeningPorts(computer, closed.signal).then((ports) =>
          ports.filter(({ port }) => validatePublishPort(port) === undefined && !taken.has(port)),
        ),
        parse: (text) => parsePort(text, taken),
      });
      if (!choice) throw cancellation();
      return choice.port;
    } finally {
      closed.abort();
    }
  }

  /** Uses the service's exec call, which needs no SSH. Where that is not allowed the user types the port. */
  private async listeningPorts({ id }: Computer, signal: AbortSignal): Promise<readonly ListeningPort[]> {
    try {
      return parseListeningPorts(
        (await this.deps.client.exec(id, listPortsCommand, listPortsTimeoutSeconds, signal)).stdout,
      );
    } catch {
      return [];
    }
  }
}

function parsePort(text: string, taken: ReadonlySet<number>): { port: number } | string {
  const port = Number(text);
  if (taken.has(port)) return vscode.l10n.t('Port {0} is published already.', port);
  return validatePublishPort(port) ?? { port };
}

function assertBelowLimit({ name }: Computer, published: readonly PublishedPort[]): void {
  if (published.length < publishLimits.count) return;
  throw new Error(
    vscode.l10n.t(
      '{0} already has {1} published ports ({2}), which is the maximum. Unpublish one first.',
      name,
      published.length,
      published.map(({ port }) => port).join(', '),
    ),
  );
}

/** Asks before a URL becomes invalid. @throws a cancellation when the user declines */
async function confirmUnpublishing({ name }: Computer, port: number): Promise<void> {
  const question = vscode.l10n.t('Unpublish port {0} of {1}?', port, name);
  const detail = vscode.l10n.t('Its URL stops working. Publishing the port again gives it another URL.');
  await confirmOrCancel({ question, detail, action: vscode.l10n.t('Unpublish') });
}

/** Asks before a port becomes public. @throws a cancellation when the user declines */
async function confirmPublishing({ name }: Computer, port: number): Promise<void> {
  const question = vscode.l10n.t('Make port {0} of {1} public?', port, name);
  const detail = vscode.l10n.t(
    'It gets a public URL. Anyone with that URL can reach the program on the port, without signing in, until you unpublish it.',
  );
  await confirmOrCancel({ question, detail, action: vscode.l10n.t('Publish') });
}

async function notifyPublished({ name }: Computer, { port, url }: PublishedPort): Promise<void> {
  if (url === null) {
    const pending = vscode.l10n.t(
      'Port {0} of {1} is still being published. Its URL will show in the list.',
      port,
      name,
    );
    await inform(pending);
    return;
  }
  const message = vscode.l10n.t('Port {0} of {1} is now public: {2}', port, name, url);
  const copyAction = vscode.l10n.t('Copy URL');
  const open = vscode.l10n.t('Open in Browser');
  const chosen = await inform(message, copyAction, open);
  if (chosen === copyAction) await copy([url]);
  if (chosen === open) await openInBrowser(url);
}

function urlOf({ port, url }: PublishedPort): string {
  if (url !== null) return url;
  throw new Error(vscode.l10n.t('Port {0} has no URL yet. Try again in a moment.', port));
}

/** @throws Error for a port that nobody can reach now */
function reachableUrlOf({ computer, child }: TreeChildTarget<PublishedPortChild>): string {
  const { published } = child;
  const { port } = published;
  const state = portStateOf(published);
  if (state === 'published') return urlOf(published);
  throw new Error(
    state === 'suspended'
      ? vscode.l10n.t('Port {0} is suspended until {1} runs again. Start it first.', port, computer.name)
      : vscode.l10n.t('Port {0} is not published at the moment.', port),
  );
}

async function informSuspended({ name }: Computer, { port }: PublishedPort): Promise<void> {
  await inform(
    vscode.l10n.t(
      'The URL of port {0} was copied. It is suspended, and works when {1} runs again.',
      port,
      name,
    ),
  );
}

async function openInBrowser(url: string): Promise<void> {
  await vscode.env.openExternal(vscode.Uri.parse(url, true));
}
