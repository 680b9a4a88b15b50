import * as vscode from 'vscode';
import { assertOpenable } from '../../computers/errors';
import type { Terminals } from '../../terminal/terminals';
import type { CommandTargets } from '../../ui/commandTargets';
import type { FindComputer } from '../../ui/findComputerWithProgress';
import type { Handler } from '../../ui/registerCommands';

/** Opens a computer: its terminal, another one, or one of a computer given by its id or name. */
export class OpenComputerCommands {
  constructor(
    private readonly targets: CommandTargets,
    private readonly findComputer: FindComputer,
    private readonly terminals: Terminals,
  ) {}

  /** Runs on a click: shows the open terminal of the computer, or opens one. */
  readonly open: Handler = async (...args) => {
    const computer = await this.targets.one(args, vscode.l10n.t('Open Computer'), 'open');
    assertOpenable(computer);
    this.terminals.show(computer);
  };

  readonly newTerminal: Handler = async (...args) => {
    const computer = await this.targets.one(args, vscode.l10n.t('New Terminal on Computer'), 'open');
    assertOpenable(computer);
    this.terminals.create(computer);
  };

  /** Takes the id or name as its argument, or asks for it. */
  readonly openByName: Handler = async (...args) => {
    await this.targets.ensureSignedIn();
    const [given] = args;
    const idOrName = typeof given === 'string' ? given : await askIdOrName();
    if (idOrName === undefined) return;
    const computer = await this.findComputer(idOrName);
    assertOpenable(computer);
    this.terminals.create(computer);
  };
}

async function askIdOrName(): Promise<string | undefined> {
  const answer = await vscode.window.showInputBox({
    title: vscode.l10n.t('Open Computer by ID or Name'),
    prompt: vscode.l10n.t('The ID or the name of a computer. It is started if it is stopped.'),
    placeHolder: 'cmp_…',
  });
  return answer?.trim() === '' ? undefined : answer?.trim();
}
