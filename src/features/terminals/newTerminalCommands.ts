import * as vscode from 'vscode';
import { isCancellation } from '../../base/abort';
import type { Terminals } from '../../terminal/terminals';
import type { CommandTargets } from '../../ui/commandTargets';
import type { Handler } from '../../ui/registerCommands';

/** Opens terminals in the editor area, beside another terminal, in a directory, or from the terminal panel. */
export class NewTerminalCommands {
  constructor(
    private readonly targets: CommandTargets,
    private readonly terminals: Terminals,
  ) {}

  readonly newInEditor: Handler = async (...args) => {
    const computer = await this.targets.one(args, vscode.l10n.t('New Terminal in Editor Area'), 'open');
    const location = { viewColumn: vscode.ViewColumn.Beside };
    this.terminals.create(computer, { location });
  };

  /** Splits the active terminal, on the same computer where the extension opened it. */
  readonly split: Handler = async () => {
    const parent = vscode.window.activeTerminal;
    const open = parent && this.terminals.find(parent);
    const args = open ? [{ computerId: open.computerId }] : [];
    const computer = await this.targets.one(args, vscode.l10n.t('Split Terminal'), 'open');
    this.terminals.create(computer, parent ? { location: { parentTerminal: parent } } : {});
  };

  readonly newAtDirectory: Handler = async (...args) => {
    const title = vscode.l10n.t('New Terminal at Directory');
    const computer = await this.targets.one(args, title, 'open');
    const cwd = await vscode.window.showInputBox({
      title,
      prompt: vscode.l10n.t('The directory on {0} in which the shell starts.', computer.name),
      placeHolder: vscode.l10n.t('~/project'),
    });
    if (cwd !== undefined) this.terminals.create(computer, { cwd: cwd.trim() });
  };

  /** The profile in the + menu of the terminal panel. */
  readonly profile: vscode.TerminalProfileProvider = {
    provideTerminalProfile: async () => {
      try {
        const computer = await this.targets.one([], vscode.l10n.t('New Terminal on Computer'), 'open');
        return new vscode.TerminalProfile(this.terminals.profile(computer));
      } catch (error) {
        // VS Code shows every error but one with an empty message.
        throw isCancellation(error) ? new Error('', { cause: error }) : error;
      }
    },
  };
}
