import * as vscode from 'vscode';
import { isCancellation } from '../base/abort';
import { type Disposable, DisposableStore } from '../base/disposable';
import { describeError, type Log } from '../base/log';
import { showError } from './showError';

/** Handles a command. Its arguments come from the menu it was chosen in, or from `executeCommand`. */
export type Handler = (...args: unknown[]) => void | Promise<void>;

/** The handlers of commands by their ids. */
export type Handlers<Id extends string> = Readonly<Record<Id, Handler>>;

/** A feature that is registered with VS Code except for its commands, which the app registers for all features at once. */
export interface Feature<Id extends string> extends Disposable {
  readonly handlers: Handlers<Id>;
}

/** Registers commands. An error of any of them is logged and shown here, once, with the next step. */
export function registerCommands<Id extends string>(handlers: Handlers<Id>, log: Log): Disposable {
  const disposables = new DisposableStore();
  for (const [id, handler] of Object.entries<Handler>(handlers)) {
    const run = async (...args: unknown[]): Promise<void> => {
      try {
        log.debug(`command ${id}`);
        await handler(...args);
      } catch (error) {
        if (isCancellation(error)) return;
        log.error(`command ${id}: ${describeError(error)}`);
        void showError(error);
      }
    };
    disposables.add(vscode.commands.registerCommand(id, run));
  }
  return disposables;
}
