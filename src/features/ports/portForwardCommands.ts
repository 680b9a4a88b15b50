import * as vscode from 'vscode';
import type { Computer } from '../../computers/computer';
import { LifecycleError } from '../../computers/errors';
import type { LocalhostAddress } from './localhostAddresses';
import { loopbackAddress, type PortForward } from './portForward';
import type { PortForwards } from './portForwards';
import { listPortsCommand, parseListeningPorts, type ListeningPort } from './listeningPorts';
import { PortError } from '../../ssh/errors';
import type { SshChannels } from '../../connect/sshChannels';
import { isCancellation } from '../../base/abort';
import type { Clock } from '../../base/clock';
import { escapeLinks } from '../../base/text';
import { formatForward } from './portMessages';
import { askLocalPort, pickPort, validatePort, type PortChoice } from './portPicker';
import type { ForwardedPortChildren } from './portChildren';
import { copy } from '../../ui/clipboard';
import type { Handler } from '../../ui/registerCommands';
import type { ChildTargets } from '../../ui/childTargets';
import { cancellation, withProgress } from '../../ui/progress';
import type { Targets } from '../../ui/targets';

export interface PortForwardCommandsDeps {
  readonly targets: Targets;
  readonly childTargets: ChildTargets;
  readonly forwardedPorts: ForwardedPortChildren;
  readonly forwards: PortForwards;
  readonly channels: SshChannels;
  readonly clock: Clock;
}

/** Ports of computers on this machine. */
export class PortForwardCommands {
  constructor(private readonly deps: PortForwardCommandsDeps) {}

  readonly forward: Handler = async (...args) => {
    const computer = await this.deps.targets.one(args, vscode.l10n.t('Forward Port'), 'ports');
    let choice: PortChoice;
    try {
      choice = await this.ask(computer);
    } catch (error) {
      await offerToPublish(computer, error);
      return;
    }
    await this.tell(await this.deps.forwards.add(computer, choice.port, choice.local));
  };

  readonly stop: Handler = async (...args) => {
    const { child: part } = await this.pick(args, vscode.l10n.t('Stop Forwarding Port'));
    this.deps.forwards.remove(part.forward);
  };

  /** Gives it another port here. Where that is taken, that is told and it stays as it is. */
  readonly changeLocalPort: Handler = async (...args) => {
    const { child: part } = await this.pick(args, vscode.l10n.t('Change Local Port'));
    const wanted = await askLocalPort(part.forward);
    if (wanted === undefined) throw cancellation();
    await this.deps.forwards.move(part.forward, wanted);
  };

  readonly open: Handler = async (...args) => {
    const { child: part } = await this.pick(args, vscode.l10n.t('Open Forwarded Port in Browser'));
    await openInBrowser(part.forward);
  };

  readonly copyAddress: Handler = async (...args) => {
    const { child: part } = await this.pick(args, vscode.l10n.t('Copy Address of Forwarded Port'));
    await copyAddress(part.forward);
  };

  /** An address of the computer that was clicked: leads there, by a forward that is made if need be. */
  async openAddress(computer: Pick<Computer, 'id' | 'name'>, address: LocalhostAddress): Promise<void> {
    const { forwards, channels, clock } = this.deps;
    const known = forwards.of(computer.id).some(({ port }) => port === address.port);
    if (!known) {
      const title = vscode.l10n.t('Connecting to port {0} of {1}…', address.port, computer.name);
      try {
        await withProgress(clock, title, async (signal) => {
          const { stream } = await channels.openPort(computer.id, address.port, signal);
          stream.destroy();
        });
      } catch (error) {
        await offerToPublish(computer, error);
        return;
      }
    }
    await openInBrowser(await forwards.add(computer, address.port), address);
  }

  private pick(args: readonly unknown[], title: string) {
    return this.deps.childTargets.one(args, title, this.deps.forwardedPorts);
  }

  private async ask(computer: Computer): Promise<PortChoice> {
    const left = new AbortController();
    try {
      const choice = await pickPort({
        title: vscode.l10n.t('Forward Port of {0}', computer.name),
        placeholder: vscode.l10n.t('A port there, or LOCAL:THERE to say which port it gets here'),
        listening: this.listening(computer, left.signal),
        parse: readForward,
      });
      if (!choice) throw cancellation();
      return choice;
    } finally {
      left.abort();
    }
  }

  private async listening(computer: Computer, signal: AbortSignal): Promise<readonly ListeningPort[]> {
    return parseListeningPorts(await this.deps.channels.run(computer, listPortsCommand, signal));
  }

  private async tell(forward: PortForward): Promise<void> {
    const open = vscode.l10n.t('Open in Browser');
    const copyIt = vscode.l10n.t('Copy Address');
    const chosen = await vscode.window.showInformationMessage(formatForward(forward), open, copyIt);
    if (chosen === open) await openInBrowser(forward);
    if (chosen === copyIt) await copyAddress(forward);
  }
}

/** Reads `3000`, or `8080:3000` as ssh -L has it: first the port here. */
function readForward(text: string): PortChoice | string {
  const [, local, port = ''] = /^(?:(\d+):)?(\d+)$/.exec(text) ?? [];
  const problem = validatePort(port) ?? (local === undefined ? undefined : validatePort(local));
  if (problem !== undefined) return problem;
  return { port: Number(port), ...(local !== undefined && { local: Number(local) }) };
}

/** Where ports cannot be forwarded they can still be published, which takes no SSH. */
async function offerToPublish({ id, name }: Pick<Computer, 'id' | 'name'>, error: unknown): Promise<void> {
  if (isCancellation(error) || !lacksSsh(error)) throw error;
  const why = error instanceof Error ? error.message : String(error);
  const publish = vscode.l10n.t('Publish Port…');
  const message = vscode.l10n.t('Ports of {0} cannot be forwarded. {1}', name, why);
  const chosen = await vscode.window.showWarningMessage(escapeLinks(message), publish);
  if (chosen === publish) await vscode.commands.executeCommand('celesto.publishPort', { computerId: id });
}

/** Not where nobody listens, or the computer does not run: publishing would not help. */
function lacksSsh(error: unknown): boolean {
  return (
    !(error instanceof LifecycleError) && !(error instanceof PortError && error.problem === 'nobodyListens')
  );
}

async function openInBrowser(
  forward: PortForward,
  { scheme, path }: Pick<LocalhostAddress, 'scheme' | 'path'> = { scheme: 'http', path: '' },
): Promise<void> {
  await vscode.env.openExternal(await externalOf(forward, scheme, path));
}

async function copyAddress(forward: PortForward): Promise<void> {
  await copy([(await externalOf(forward, 'http', '')).toString()]);
}

/** Where a person's browser finds it, which may be on another machine than the forward. */
async function externalOf(forward: PortForward, scheme: string, path: string): Promise<vscode.Uri> {
  await forward.listen();
  const local = vscode.Uri.parse(`${scheme}://${loopbackAddress}:${forward.localPort}${path}`, true);
  return vscode.env.asExternalUri(local);
}
