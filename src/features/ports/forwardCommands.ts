import * as vscode from 'vscode';
import type { Computer } from '../../computers/computer';
import { LifecycleError } from '../../computers/errors';
import type { LocalAddress } from './addresses';
import { localAddress, type Forward } from './forward';
import type { Forwards } from './forwards';
import { listeningCommand, parseListening, type ListeningPort } from './listening';
import { PortError } from '../../ssh/errors';
import type { SshChannels } from '../../connect/sshChannels';
import { isCancellation } from '../../base/abort';
import type { Clock } from '../../base/clock';
import { escapeLinks } from '../../base/text';
import { whereIs } from './portMessages';
import { askLocalPort, askPort, portProblem, type PortChoice } from './portPicker';
import type { ForwardParts } from './portParts';
import { copy } from '../../ui/clipboard';
import type { Handler } from '../../ui/registerCommands';
import type { ChildTargets } from '../../ui/childTargets';
import { cancellation, withProgress } from '../../ui/progress';
import type { Targets } from '../../ui/targets';

export interface ForwardCommandsParts {
  readonly targets: Targets;
  readonly childTargets: ChildTargets;
  readonly children: ForwardParts;
  readonly forwards: Forwards;
  readonly channels: SshChannels;
  readonly clock: Clock;
}

/** Ports of computers on this machine. */
export class ForwardCommands {
  constructor(private readonly our: ForwardCommandsParts) {}

  readonly forward: Handler = async (...args) => {
    const computer = await this.our.targets.one(args, vscode.l10n.t('Forward Port'), 'ports');
    let choice: PortChoice;
    try {
      choice = await this.ask(computer);
    } catch (error) {
      await offerToPublish(computer, error);
      return;
    }
    await this.tell(await this.our.forwards.add(computer, choice.port, choice.local));
  };

  readonly stop: Handler = async (...args) => {
    const { child: part } = await this.pick(args, vscode.l10n.t('Stop Forwarding Port'));
    this.our.forwards.remove(part.forward);
  };

  /** Gives it another port here. Where that is taken, that is told and it stays as it is. */
  readonly changeLocalPort: Handler = async (...args) => {
    const { child: part } = await this.pick(args, vscode.l10n.t('Change Local Port'));
    const wanted = await askLocalPort(part.forward);
    if (wanted === undefined) throw cancellation();
    await this.our.forwards.move(part.forward, wanted);
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
  async openAddress(computer: Pick<Computer, 'id' | 'name'>, address: LocalAddress): Promise<void> {
    const { forwards, channels, clock } = this.our;
    const known = forwards.of(computer.id).some(({ port }) => port === address.port);
    if (!known) {
      const title = vscode.l10n.t('Connecting to port {0} of {1}…', address.port, computer.name);
      try {
        await withProgress(clock, title, async (signal) => {
          const { stream } = await channels.toPort(computer.id, address.port, signal);
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
    return this.our.childTargets.one(args, title, this.our.children);
  }

  private async ask(computer: Computer): Promise<PortChoice> {
    const left = new AbortController();
    try {
      const choice = await askPort({
        title: vscode.l10n.t('Forward Port of {0}', computer.name),
        placeholder: vscode.l10n.t('A port there, or LOCAL:THERE to say which port it gets here'),
        found: this.listening(computer, left.signal),
        read: readForward,
      });
      if (!choice) throw cancellation();
      return choice;
    } finally {
      left.abort();
    }
  }

  private async listening(computer: Computer, signal: AbortSignal): Promise<readonly ListeningPort[]> {
    return parseListening(await this.our.channels.run(computer, listeningCommand, signal));
  }

  private async tell(forward: Forward): Promise<void> {
    const open = vscode.l10n.t('Open in Browser');
    const copyIt = vscode.l10n.t('Copy Address');
    const chosen = await vscode.window.showInformationMessage(whereIs(forward), open, copyIt);
    if (chosen === open) await openInBrowser(forward);
    if (chosen === copyIt) await copyAddress(forward);
  }
}

/** Reads `3000`, or `8080:3000` as ssh -L has it: first the port here. */
function readForward(text: string): PortChoice | string {
  const [, local, port = ''] = /^(?:(\d+):)?(\d+)$/.exec(text) ?? [];
  const problem = portProblem(port) ?? (local === undefined ? undefined : portProblem(local));
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
  forward: Forward,
  { scheme, path }: Pick<LocalAddress, 'scheme' | 'path'> = { scheme: 'http', path: '' },
): Promise<void> {
  await vscode.env.openExternal(await externalOf(forward, scheme, path));
}

async function copyAddress(forward: Forward): Promise<void> {
  await copy([(await externalOf(forward, 'http', '')).toString()]);
}

/** Where a person's browser finds it, which may be on another machine than the forward. */
async function externalOf(forward: Forward, scheme: string, path: string): Promise<vscode.Uri> {
  await forward.listen();
  const local = vscode.Uri.parse(`${scheme}://${localAddress}:${forward.localPort}${path}`, true);
  return vscode.env.asExternalUri(local);
}
