import * as vscode from 'vscode';
import { type Disposable, DisposableStore } from '../../base/disposable';

/**
 * Registers a command for each tree item, which takes no arguments. VS Code drops the arguments of an item's command as soon
 * as the item is drawn again, some time before the window has the new item, and a click in between would do nothing. The
 * commands of items that are gone stay registered for the same reason.
 */
export class ItemClickCommands implements Disposable {
  private readonly disposables = new DisposableStore();
  private readonly handlers = new Map<string, () => unknown>();

  /** Sets the handler of an item. @returns the id of the item's command */
  commandFor(itemId: string, handler: () => unknown): string {
    const command = `_celesto.click ${itemId}`;
    if (!this.handlers.has(itemId))
      this.disposables.add(vscode.commands.registerCommand(command, () => this.handlers.get(itemId)?.()));
    this.handlers.set(itemId, handler);
    return command;
  }

  dispose(): void {
    this.disposables.dispose();
  }
}
