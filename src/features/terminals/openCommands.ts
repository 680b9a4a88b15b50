import * as vscode from 'vscode';
import type { Clock } from '../../base/clock';
import type { Computer } from '../../computers/computer';
import type { ComputerFinder } from '../../computers/computerFinder';
import { refusalOf } from '../../computers/errors';
import { statusOf } from '../../computers/status';
import type { Terminals } from '../../terminal/terminals';
import { withProgress } from '../../ui/progress';
import type { Handler } from '../../ui/registerCommands';
import type { Targets } from '../../ui/targets';

/** Opening terminals. */
export class OpenCommands {
  constructor(
    private readonly targets: Targets,
    private readonly finder: ComputerFinder,
    private readonly terminals: Terminals,
    private readonly clock: Clock,
  ) {}

  /** A click on a computer: its terminal, be it open already or not. */
  readonly open: Handler = async (...args) => {
    const computer = await this.targets.one(args, vscode.l10n.t('Open Computer'), 'open');
    this.assertOpenable(computer);
    this.terminals.show(computer);
  };

  readonly newTerminal: Handler = async (...args) => {
    const computer = await this.targets.one(args, vscode.l10n.t('New Terminal on Computer'), 'open');
    this.assertOpenable(computer);
    this.terminals.create(computer);
  };

  /** By id or name, whether it is in the list or not. Takes it as an argument too. */
  readonly openByName: Handler = async (...args) => {
    await this.targets.ensureSignedIn();
    const [given] = args;
    const idOrName = typeof given === 'string' ? given : await this.askWhich();
    if (idOrName === undefined) return;
    const computer = await withProgress(this.clock, vscode.l10n.t('Looking for {0}…', idOrName), (signal) =>
      this.finder.find(idOrName, signal),
    );
    this.assertOpenable(computer);
    this.terminals.create(computer);
  };

  private async askWhich(): Promise<string | undefined> {
    const answer = await vscode.window.showInputBox({
      title: vscode.l10n.t('Open Computer by ID or Name'),
      prompt: vscode.l10n.t('The ID or the name of a computer. It is started if it is stopped.'),
      placeHolder: 'cmp_…',
    });
    return answer?.trim() === '' ? undefined : answer?.trim();
  }

  /** A terminal could only say the same. */
  private assertOpenable(computer: Computer): void {
    if (statusOf(computer.status).open === 'refuse') throw refusalOf(computer);
  }
}
