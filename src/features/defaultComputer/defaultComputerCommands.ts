import * as vscode from 'vscode';
import { assertNotServiceMachine } from '../../computers/errors';
import type { Terminals } from '../../terminal/terminals';
import type { CommandTargets } from '../../ui/commandTargets';
import type { FindComputer } from '../../ui/findComputerWithProgress';
import { inform } from '../../ui/prompts';
import type { Handler } from '../../ui/registerCommands';

export interface DefaultComputerDeps {
  readonly targets: CommandTargets;
  readonly findComputer: FindComputer;
  readonly terminals: Terminals;
  /** The id or name of the default computer; empty for none. */
  readonly defaultComputer: () => string;
}

/** Chooses and opens the default computer of the workspace, which the setting celesto.defaultComputer holds. */
export class DefaultComputerCommands {
  constructor(private readonly deps: DefaultComputerDeps) {}

  /** Without a folder or workspace the setting is the user's. */
  readonly use: Handler = async (...args) => {
    const title = vscode.l10n.t('Use as Workspace Default');
    const computer = await this.deps.targets.one(args, title, 'computer');
    assertNotServiceMachine(computer);
    const { id, name } = computer;
    const isWorkspace = vscode.workspace.workspaceFolders !== undefined;
    const target = isWorkspace ? vscode.ConfigurationTarget.Workspace : vscode.ConfigurationTarget.Global;
    await vscode.workspace.getConfiguration('celesto').update('defaultComputer', id, target);
    void inform(
      isWorkspace
        ? vscode.l10n.t('{0} is now the default computer of this workspace.', name)
        : vscode.l10n.t('{0} is now the default computer.', name),
    );
  };

  readonly open: Handler = async () => {
    const idOrName = this.deps.defaultComputer().trim();
    if (idOrName === '') {
      throw new Error(
        vscode.l10n.t('This workspace has no default computer. Choose one with "Use as Workspace Default".'),
      );
    }
    const computer = await this.deps.findComputer(idOrName);
    assertNotServiceMachine(computer);
    this.deps.terminals.show(computer);
  };
}
