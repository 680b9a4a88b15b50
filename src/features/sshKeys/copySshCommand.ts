import * as vscode from 'vscode';
import { cancellation } from '../../base/abort';
import type { Clock } from '../../base/clock';
import type { Computer } from '../../computers/computer';
import { assertOpenable } from '../../computers/errors';
import type { Lifecycle } from '../../computers/lifecycle';
import { statusOf } from '../../computers/statusTable';
import type { TransportSetting } from '../../connect/transportSelector';
import { parseEndpoint } from '../../ssh/connection/endpoint';
import type { LocalSshProxies } from '../../ssh/tunnel/localSshProxies';
import type { CommandTargets } from '../../ui/commandTargets';
import { withProgress } from '../../ui/progress';
import { inform } from '../../ui/prompts';
import type { Handler } from '../../ui/registerCommands';

export interface CopySshCommandDeps {
  readonly targets: CommandTargets;
  readonly lifecycle: Pick<Lifecycle, 'ensureRunning'>;
  readonly sshProxies: LocalSshProxies;
  readonly clock: Clock;
  readonly transport: () => TransportSetting;
  /** Milliseconds that a start may take. */
  readonly startTimeoutMs: () => number;
}

/** Copies a command with which the user's own SSH client reaches a computer. */
export class CopySshCommand {
  constructor(private readonly deps: CopySshCommandDeps) {}

  readonly copy: Handler = async (...args) => {
    const { targets, transport, clock, sshProxies } = this.deps;
    const target = await targets.one(args, vscode.l10n.t('Copy SSH Command'), 'open');
    const computer = await this.ensureRunning(target);
    if (computer.ssh !== undefined && transport() !== 'tunnel') {
      await vscode.env.clipboard.writeText(directCommand(computer.ssh));
      void inform(
        vscode.l10n.t(
          'Copied the SSH command for {0}. It logs in with the keys of your own SSH client.',
          computer.name,
        ),
      );
      return;
    }
    const preparing = vscode.l10n.t('Preparing SSH to {0}…', computer.name);
    const command = await withProgress(clock, preparing, (signal) => sshProxies.open(computer, signal));
    await vscode.env.clipboard.writeText(command);
    void inform(
      vscode.l10n.t(
        'Copied the SSH command for {0}. It works in any terminal of this machine while this window is open. The key of this extension is in a file that only you can read.',
        computer.name,
      ),
    );
  };

  /** Waits until the computer is running. It is started only after a question, since that may cost. */
  private async ensureRunning(computer: Computer): Promise<Computer> {
    const { lifecycle, clock, startTimeoutMs } = this.deps;
    const { open, label } = statusOf(computer.status);
    if (open === 'connect' || open === 'try') return computer;
    assertOpenable(computer);
    if (open !== 'wait') {
      const start = open === 'restore' ? vscode.l10n.t('Restore') : vscode.l10n.t('Start');
      const question = vscode.l10n.t(
        '{0} is not running ({1}). SSH can reach it only while it is running.',
        computer.name,
        label(),
      );
      if ((await inform(question, start)) !== start) throw cancellation();
    }
    const waiting = vscode.l10n.t('Waiting for {0}…', computer.name);
    const options = { timeoutMs: startTimeoutMs(), startFromError: true };
    return withProgress(clock, waiting, (signal) =>
      lifecycle.ensureRunning(computer.id, { ...options, signal }),
    );
  }
}

/** Formats an ssh command. The parsed endpoint holds no character that a shell would interpret, so nothing is quoted. */
function directCommand(endpoint: string): string {
  const { user, host, port } = parseEndpoint(endpoint);
  return `ssh -p ${port} ${user}@${host}`;
}
