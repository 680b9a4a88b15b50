import * as vscode from 'vscode';
import { cancellation, isCancellation } from '../../base/abort';
import type { Clock } from '../../base/clock';
import { messageOf } from '../../base/errors';
import type { Computer } from '../../computers/computer';
import { LifecycleError } from '../../computers/errors';
import type { SshChannels } from '../../connect/sshChannels';
import { PortError } from '../../ssh/sshErrors';
import { copy } from '../../ui/clipboard';
import type { CommandTargets } from '../../ui/commandTargets';
import { withProgress } from '../../ui/progress';
import { inform, warn } from '../../ui/prompts';
import type { Handler } from '../../ui/registerCommands';
import type { TreeChildTargets } from '../../ui/treeChildTargets';
import { type ListeningPort, listPortsCommand, parseListeningPorts } from './listeningPorts';
import type { LocalhostAddress } from './localhostAddresses';
import type { ForwardedPortChildren } from './portChildren';
import { loopbackAddress, type PortForward } from './portForward';
import type { PortForwards } from './portForwards';
import { formatForward } from './portNotifications';
import { askLocalPort, pickPort, type PortChoice, validatePort } from './portPicker';

export interface PortForwardCommandsDeps {
  readonly targets: CommandTargets;
  readonly childTargets: TreeChildTargets;
  readonly forwardedPorts: ForwardedPortChildren;
  readonly forwards: PortForwards;
  readonly channels: SshChannels;
  readonly clock: Clock;
}

/** Forwards ports of computers to this machine. */
export class PortForwardCommands {
  constructor(private readonly deps: PortForwardCommandsDeps) {}

  readonly forward: Handler = async (...args) => {
    const computer = await this.deps.targets.one(args, vscode.l10n.t('Forward Port'), 'ports');
    let choice: PortChoice;
    try {
      choice = await this.ask(computer);
    } catch (error) {
      await offerPublishing(computer, error);
      return;
    }
    await notifyForwarded(await this.deps.forwards.add(computer, choice.port, choice.local));
  };

  readonly stop: Handler = async (...args) => {
    const { child } = await this.pick(args, vscode.l10n.t('Stop Forwarding Port'));
    this.deps.forwards.remove(child.forward);
  };

  readonly changeLocalPort: Handler = async (...args) => {
    const { child } = await this.pick(args, vscode.l10n.t('Change Local Port'));
    const localPort = await askLocalPort(child.forward);
    if (localPort === undefined) throw cancellation();
    await this.deps.forwards.move(child.forward, localPort);
  };

  readonly open: Handler = async (...args) => {
    const { child } = await this.pick(args, vscode.l10n.t('Open Forwarded Port in Browser'));
    await openInBrowser(child.forward);
  };

  readonly copyAddress: Handler = async (...args) => {
    const { child } = await this.pick(args, vscode.l10n.t('Copy Address of Forwarded Port'));
    await copyAddress(child.forward);
  };

  /** Opens a localhost address of a computer in the browser. Its port is forwarded where it is not yet. */
  async openAddress(computer: Pick<Computer, 'id' | 'name'>, address: LocalhostAddress): Promise<void> {
    const { forwards } = this.deps;
    const isForwarded = forwards.of(computer.id).some(({ port }) => port === address.port);
    try {
      if (!isForwarded) await this.checkPort(computer, address.port);
    } catch (error) {
      await offerPublishing(computer, error);
      return;
    }
    await openInBrowser(await forwards.add(computer, address.port), address);
  }

  /** Opens and closes a channel to a port. @throws as `SshChannels.openPort` */
  private async checkPort({ id, name }: Pick<Computer, 'id' | 'name'>, port: number): Promise<void> {
    const { channels, clock } = this.deps;
    const title = vscode.l10n.t('Connecting to port {0} of {1}…', port, name);
    await withProgress(clock, title, async (signal) => {
      const { stream } = await channels.openPort(id, port, signal);
      stream.destroy();
    });
  }

  private pick(args: readonly unknown[], title: string) {
    return this.deps.childTargets.one(args, title, this.deps.forwardedPorts);
  }

  private async ask(computer: Computer): Promise<PortChoice> {
    const closed = new AbortController();
    try {
      const choice = await pickPort({
        title: vscode.l10n.t('Forward Port of {0}', computer.name),
        placeholder: vscode.l10n.t('A remote port, or LOCAL:REMOTE to choose the local port, too'),
        listening: this.listeningPorts(computer, closed.signal),
        parse: parsePortChoice,
      });
      if (!choice) throw cancellation();
      return choice;
    } finally {
      closed.abort();
    }
  }

  private async listeningPorts(computer: Computer, signal: AbortSignal): Promise<readonly ListeningPort[]> {
    return parseListeningPorts(await this.deps.channels.run(computer, listPortsCommand, signal));
  }
}

async function notifyForwarded(forward: PortForward): Promise<void> {
  const open = vscode.l10n.t('Open in Browser');
  const copyAction = vscode.l10n.t('Copy Address');
  const chosen = await inform(formatForward(forward), open, copyAction);
  if (chosen === open) await openInBrowser(forward);
  if (chosen === copyAction) await copyAddress(forward);
}

/** Parses `3000`, or `8080:3000` with the local port first, as in ssh -L. */
function parsePortChoice(text: string): PortChoice | string {
  const [, local, port = ''] = /^(?:(\d+):)?(\d+)$/.exec(text) ?? [];
  const problem = validatePort(port) ?? (local === undefined ? undefined : validatePort(local));
  if (problem !== undefined) return problem;
  return { port: Number(port), ...(local !== undefined && { local: Number(local) }) };
}

/** Offers to publish a port that cannot be forwarded, since publishing needs no SSH. @throws other errors */
async function offerPublishing({ id, name }: Pick<Computer, 'id' | 'name'>, error: unknown): Promise<void> {
  if (isCancellation(error) || !mayBePublished(error)) throw error;
  const reason = messageOf(error);
  const publish = vscode.l10n.t('Publish Port…');
  const message = vscode.l10n.t('Ports of {0} cannot be forwarded. {1}', name, reason);
  const chosen = await warn(message, publish);
  if (chosen === publish) await vscode.commands.executeCommand('celesto.publishPort', { computerId: id });
}

/** False where publishing would fail as well: nothing listens on the port, or the computer does not run. */
function mayBePublished(error: unknown): boolean {
  return (
    !(error instanceof LifecycleError) && !(error instanceof PortError && error.problem === 'notListening')
  );
}

async function openInBrowser(
  forward: PortForward,
  { scheme, path }: Pick<LocalhostAddress, 'scheme' | 'path'> = { scheme: 'http', path: '' },
): Promise<void> {
  await vscode.env.openExternal(await externalUriOf(forward, scheme, path));
}

async function copyAddress(forward: PortForward): Promise<void> {
  await copy([(await externalUriOf(forward, 'http', '')).toString()]);
}

/** The address for the user's browser, which may run on another machine than the extension host. */
async function externalUriOf(forward: PortForward, scheme: string, path: string): Promise<vscode.Uri> {
  await forward.listen();
  const local = vscode.Uri.parse(`${scheme}://${loopbackAddress}:${forward.localPort}${path}`, true);
  return vscode.env.asExternalUri(local);
}
