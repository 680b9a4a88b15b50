import * as vscode from 'vscode';
import { ApiError } from '../api/errors';
import { isCancellation } from '../util/cancel';
import { Disposables, type Disposable } from '../util/disposable';
import { describeError, type Log } from '../util/log';

/** Every command of package.json. A test holds the two together. */
export type CommandId =
  | 'celesto.signIn'
  | 'celesto.signOut'
  | 'celesto.switchOrganization'
  | 'celesto.create'
  | 'celesto.open'
  | 'celesto.newTerminal'
  | 'celesto.openByName'
  | 'celesto.start'
  | 'celesto.stop'
  | 'celesto.restore'
  | 'celesto.delete'
  | 'celesto.copyId'
  | 'celesto.copyName'
  | 'celesto.refresh'
  | 'celesto.filter'
  | 'celesto.clearFilter'
  | 'celesto.groupByState'
  | 'celesto.groupByTemplate'
  | 'celesto.ungroup'
  | 'celesto.showLog';

export type Handler = (...args: unknown[]) => void | Promise<void>;
export type Handlers = Readonly<Record<CommandId, Handler>>;

/** Registers the commands. Whatever goes wrong in one is shown here, once, with the next step. */
export function registerCommands(handlers: Handlers, log: Log): Disposable {
  const disposables = new Disposables();
  for (const [id, handler] of Object.entries(handlers)) {
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

async function showError(error: unknown): Promise<void> {
  const message = error instanceof Error ? error.message : String(error);
  const showLog = vscode.l10n.t('Show Log');
  const signIn = vscode.l10n.t('Sign In…');
  const actions = error instanceof ApiError && error.needsSignIn ? [signIn, showLog] : [showLog];
  const chosen = await vscode.window.showErrorMessage(message, ...actions);
  if (chosen === showLog) await vscode.commands.executeCommand('celesto.showLog');
  if (chosen === signIn) await vscode.commands.executeCommand('celesto.signIn');
}
