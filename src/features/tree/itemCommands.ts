import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../../base/disposable';

/**
 * What clicks on the lines of a tree do. VS Code forgets the arguments of a line's command as soon as the line is drawn
 * anew, some time before the window has the new line, and a click in between does nothing. So each line has a command of its
 * own that needs none. Those of lines that are gone stay: somebody may be clicking just then.
 */
export class ItemCommands implements Disposable {
  private readonly disposables = new DisposableStore();
  private readonly handlers = new Map<string, () => unknown>();

  /** @returns the command of the line with this id, which from now on does this */
  commandFor(id: string, handler: () => unknown): string {
    const command = `_celesto.click ${id}`;
    if (!this.handlers.has(id))
      this.disposables.add(vscode.commands.registerCommand(command, () => this.handlers.get(id)?.()));
    this.handlers.set(id, handler);
    return command;
  }

  dispose(): void {
    this.disposables.dispose();
  }
}
