import * as vscode from 'vscode';
import { isCancellation } from '../base/abort';
import { DisposableStore, type Disposable } from '../base/disposable';
import { describeError, type Log } from '../base/log';
import { showError } from './showError';

/** Every command of package.json. A test holds the two together. */
export type CommandId =
  | 'celesto.signIn'
  | 'celesto.signOut'
  | 'celesto.switchOrganization'
  | 'celesto.create'
  | 'celesto.open'
  | 'celesto.newTerminal'
  | 'celesto.openByName'
  | 'celesto.newTerminalInEditor'
  | 'celesto.newTerminalAtDirectory'
  | 'celesto.splitTerminal'
  | 'celesto.pick'
  | 'celesto.showDetails'
  | 'celesto.useAsDefault'
  | 'celesto.openDefault'
  | 'celesto.resumeSession'
  | 'celesto.runCommand'
  | 'celesto.runSelection'
  | 'celesto.runFile'
  | 'celesto.runFresh'
  | 'celesto.start'
  | 'celesto.stop'
  | 'celesto.restore'
  | 'celesto.delete'
  | 'celesto.copyId'
  | 'celesto.copyName'
  | 'celesto.copySshCommand'
  | 'celesto.showHostKeys'
  | 'celesto.forgetHostKey'
  | 'celesto.rotateSshKey'
  | 'celesto.removeFromComputer'
  | 'celesto.removeSshHelper'
  | 'celesto.refresh'
  | 'celesto.filter'
  | 'celesto.clearFilter'
  | 'celesto.groupByState'
  | 'celesto.groupByTemplate'
  | 'celesto.ungroup'
  | 'celesto.copyDiagnostics'
  | 'celesto.showTerminal'
  | 'celesto.closeTerminal'
  | 'celesto.attachShell'
  | 'celesto.endShell'
  | 'celesto.forwardPort'
  | 'celesto.changeLocalPort'
  | 'celesto.stopForwarding'
  | 'celesto.openForwardedPort'
  | 'celesto.copyForwardedAddress'
  | 'celesto.publishPort'
  | 'celesto.unpublishPort'
  | 'celesto.openPublishedPort'
  | 'celesto.copyPublishedUrl'
  | 'celesto.showLog';

export type Handler = (...args: unknown[]) => void | Promise<void>;
export type Handlers = Readonly<Record<CommandId, Handler>>;

/** Registers the commands. Whatever goes wrong in one is shown here, once, with the next step. */
export function registerCommands(handlers: Handlers, log: Log): Disposable {
  const disposables = new DisposableStore();
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
