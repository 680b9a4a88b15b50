import * as vscode from 'vscode';
import type { Computer } from '../model/computer';
import { refusalOf } from '../model/errors';
import { statusOf } from '../model/status';
import type { Finder } from '../model/finder';
import type { Terminals } from '../terminal/terminals';
import type { Clock } from '../util/clock';
import type { Handler } from './commands';
import { withProgress } from './progress';
import type { Targets } from './targets';

/** Opening terminals. */
export class OpenCommands {
  constructor(
    private readonly targets: Targets,
    private readonly finder: Finder,
    private readonly terminals: Terminals,
    private readonly clock: Clock,
  ) {}

  /** A click on a computer: its terminal, be it open already or not. */
  readonly open: Handler = async (...args) => {
    const computer = await this.targets.one(args, vscode.l10n.t('Open Computer'), 'open');
    this.refuseWhereHopeless(computer);
    this.terminals.show(computer);
  };

  readonly newTerminal: Handler = async (...args) => {
    const computer = await this.targets.one(args, vscode.l10n.t('New Terminal on Computer'), 'open');
    this.refuseWhereHopeless(computer);
    this.terminals.create(computer);
  };

  /** By id or name, whether it is in the list or not. Takes it as an argument too. */
  readonly openByName: Handler = async (...args) => {
    await this.targets.signedIn();
    const [given] = args;
    const idOrName = typeof given === 'string' ? given : await this.askWhich();
    if (idOrName === undefined) return;
    const computer = await withProgress(this.clock, vscode.l10n.t('Looking for {0}…', idOrName), (signal) =>
      this.finder.find(idOrName, signal),
    );
    this.refuseWhereHopeless(computer);
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
  private refuseWhereHopeless(computer: Computer): void {
    if (statusOf(computer.status).open === 'refuse') throw refusalOf(computer);
  }
}
