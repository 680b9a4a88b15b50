import * as vscode from 'vscode';
import type { Computer } from '../../computers/computer';
import { refusalOf } from '../../computers/errors';
import type { Lifecycle } from '../../computers/lifecycle';
import { statusOf } from '../../computers/status';
import { parseEndpoint } from '../../ssh/connection/endpoint';
import type { LocalSshProxies } from '../../ssh/tunnel/localSshProxies';
import type { TransportSetting } from '../../connect/transportSelector';
import type { Clock } from '../../base/clock';
import { escapeLinks } from '../../base/text';
import type { Handler } from '../../ui/registerCommands';
import { cancellation, withProgress } from '../../ui/progress';
import type { Targets } from '../../ui/targets';

/** SSH from any other program of this machine. */
export class SshCommands {
  constructor(
    private readonly targets: Targets,
    private readonly lifecycle: Pick<Lifecycle, 'ensureRunning'>,
    private readonly doors: LocalSshProxies,
    private readonly clock: Clock,
    private readonly transport: () => TransportSetting,
    /** Milliseconds. */
    private readonly timeLimit: () => number,
  ) {}

  readonly copyCommand: Handler = async (...args) => {
    const target = await this.targets.one(args, vscode.l10n.t('Copy SSH Command'), 'open');
    const computer = await this.running(target);
    if (computer.ssh !== undefined && this.transport() !== 'tunnel') {
      await vscode.env.clipboard.writeText(directCommand(computer.ssh));
      this.tell(
        vscode.l10n.t(
          'Copied the SSH command for {0}. It logs in with the keys of your own SSH client.',
          computer.name,
        ),
      );
      return;
    }
    const preparing = vscode.l10n.t('Preparing SSH to {0}…', computer.name);
    const command = await withProgress(this.clock, preparing, (signal) => this.doors.open(computer, signal));
    await vscode.env.clipboard.writeText(command);
    this.tell(
      vscode.l10n.t(
        'Copied the SSH command for {0}. While this window is open it works in any terminal of this machine, and the key of this extension is in a file that only you can read.',
        computer.name,
      ),
    );
  };

  /** Only a person starts a computer. */
  private async running(computer: Computer): Promise<Computer> {
    const { open, label: words } = statusOf(computer.status);
    if (open === 'connect' || open === 'try') return computer;
    if (open === 'refuse') throw refusalOf(computer);
    if (open !== 'wait') {
      const start = open === 'restore' ? vscode.l10n.t('Restore') : vscode.l10n.t('Start');
      const question = vscode.l10n.t(
        '{0} must run before SSH can reach it. It is: {1}.',
        computer.name,
        words(),
      );
      if ((await vscode.window.showInformationMessage(escapeLinks(question), start)) !== start)
        throw cancellation();
    }
    const waiting = vscode.l10n.t('Waiting for {0}…', computer.name);
    const options = { timeoutMs: this.timeLimit(), startFromError: true };
    return withProgress(this.clock, waiting, (signal) =>
      this.lifecycle.ensureRunning(computer.id, { signal, ...options }),
    );
  }

  private tell(message: string): void {
    void vscode.window.showInformationMessage(escapeLinks(message));
  }
}

/** Of what is parsed only plain words are left, so nothing needs quoting. */
function directCommand(endpoint: string): string {
  const { user, host, port } = parseEndpoint(endpoint);
  return `ssh -p ${port} ${user}@${host}`;
}
