import * as vscode from 'vscode';
import { isCancellation } from '../../base/abort';
import type { Terminals } from '../../terminal/terminals';
import type { Handler } from '../../ui/registerCommands';
import type { Targets } from '../../ui/targets';

/** Further ways to open a terminal. */
export class TerminalCommands {
  constructor(
    private readonly targets: Targets,
    private readonly terminals: Terminals,
  ) {}

  /** In the editor area, beside what is open there. */
  readonly newInEditor: Handler = async (...args) => {
    const computer = await this.targets.one(args, vscode.l10n.t('New Terminal in Editor Area'), 'open');
    const location = { viewColumn: vscode.ViewColumn.Beside };
    this.terminals.create(computer, { location });
  };

  /** Beside the active terminal; on the same computer if that is one of ours. */
  readonly split: Handler = async () => {
    const parent = vscode.window.activeTerminal;
    const known = parent && this.terminals.find(parent);
    const args = known ? [{ computerId: known.pty.spec.computer.id }] : [];
    const computer = await this.targets.one(args, vscode.l10n.t('Split Terminal'), 'open');
    this.terminals.create(computer, parent ? { location: { parentTerminal: parent } } : {});
  };

  /** In a directory on the computer. */
  readonly newAtDirectory: Handler = async (...args) => {
    const title = vscode.l10n.t('New Terminal at Directory');
    const computer = await this.targets.one(args, title, 'open');
    const cwd = await vscode.window.showInputBox({
      title,
      prompt: vscode.l10n.t('The directory on {0} in which the shell begins.', computer.name),
      placeHolder: vscode.l10n.t('~/project'),
    });
    if (cwd !== undefined) this.terminals.create(computer, { cwd: cwd.trim() });
  };

  /** What the + menu of the terminal panel opens. */
  readonly profile: vscode.TerminalProfileProvider = {
    provideTerminalProfile: async () => {
      try {
        const computer = await this.targets.one([], vscode.l10n.t('New Terminal on Computer'), 'open');
        return new vscode.TerminalProfile(this.terminals.profile(computer));
      } catch (error) {
        // VS Code shows whatever fails here; only an error without words is passed over.
        throw isCancellation(error) ? new Error('', { cause: error }) : error;
      }
    },
  };
}
