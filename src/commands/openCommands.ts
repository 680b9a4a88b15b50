import * as vscode from 'vscode';
import type { CelestoClient } from '../api/client';
import { isApiError } from '../api/errors';
import type { Computer } from '../model/computer';
import { refusalOf } from '../model/errors';
import { statusOf } from '../model/status';
import type { ComputerStore } from '../model/store';
import type { Terminals } from '../terminal/terminals';
import type { Clock } from '../util/clock';
import { printable } from '../util/text';
import type { Handler } from './commands';
import { withProgress } from './progress';
import type { Targets } from './targets';

/** Opening terminals. */
export class OpenCommands {
  constructor(
    private readonly targets: Targets,
    private readonly store: ComputerStore,
    private readonly client: Pick<CelestoClient, 'get'>,
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
      this.find(idOrName, signal),
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

  private async find(idOrName: string, signal: AbortSignal): Promise<Computer> {
    const known = this.store.find(idOrName);
    if (known) return known;
    if (this.store.computers.some(({ name }) => name === idOrName)) {
      throw new Error(
        vscode.l10n.t('Several computers are called {0}. Open the one you mean by its ID.', idOrName),
      );
    }
    try {
      const ticket = this.store.ticket();
      return this.store.learn(await this.client.get(idOrName, signal), ticket);
    } catch (error) {
      if (!isApiError(error, 'notFound')) throw error;
      throw new Error(
        vscode.l10n.t(
          'There is no computer called {0}. Check the spelling and the organization.',
          printable(idOrName),
        ),
        { cause: error },
      );
    }
  }

  /** A terminal could only say the same. */
  private refuseWhereHopeless(computer: Computer): void {
    if (statusOf(computer.status).open === 'refuse') throw refusalOf(computer);
  }
}
