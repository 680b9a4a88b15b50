import type * as vscode from 'vscode';
import type { Account } from '../../account/account';
import { DisposableStore } from '../../base/disposable';
import type { ComputerFinder } from '../../computers/computerFinder';
import type { ComputerStore } from '../../computers/computerStore';
import type { ServiceReports } from '../../computers/serviceReports';
import type { Terminals } from '../../terminal/terminals';
import type { CommandTargets } from '../../ui/commandTargets';
import type { FindComputer } from '../../ui/findComputerWithProgress';
import type { Feature } from '../../ui/registerCommands';
import type { SizePicker } from '../../ui/sizePicker';
import { CommandHistory } from './commandHistory';
import { type CommandConnectorDeps, createCommandConnector } from './createCommandConnector';
import { RunCommands } from './runCommands';
import { RunTerminals } from './runTerminals';
import { registerTasks } from './tasks/registerTasks';
import { SpendingConsent } from './tasks/spendingConsent';
import { promptForOrphans } from './temporary/orphanPrompts';
import { TemporaryComputerCommands } from './temporary/temporaryComputerCommands';
import { TemporaryComputers } from './temporary/temporaryComputers';

export type RunCommandId =
  'celesto.runCommand' | 'celesto.runSelection' | 'celesto.runFile' | 'celesto.runFresh';

export interface RunDeps extends CommandConnectorDeps {
  readonly account: Account;
  readonly targets: CommandTargets;
  readonly finder: ComputerFinder;
  readonly findComputer: FindComputer;
  readonly store: ComputerStore;
  readonly terminals: Terminals;
  readonly sizePicker: SizePicker;
  readonly serviceReports: Pick<ServiceReports, 'sizes'>;
  readonly globalState: vscode.Memento;
  readonly workspaceState: vscode.Memento;
  /** The id or name of the default computer, of a folder of the workspace where one is given; empty for none. */
  readonly defaultComputer: (folder?: vscode.Uri) => string;
  /** Removes the records of a computer that was deleted. */
  readonly onDeleted: (computerId: string) => void;
  /** Called with a failure that the tab of a command has printed, for those that need a dialog as well. */
  readonly onFailure: (error: unknown) => void;
}

export interface RunFeature extends Feature<RunCommandId> {
  /** The tabs of commands, for their computers in use and for links in their output. */
  readonly terminals: RunTerminals;
  /** Kills commands and deletes temporary computers as the window closes. Never rejects. */
  close(): Promise<void>;
}

/** Registers the commands and tasks that run a command on a computer, be it a temporary one. */
export function registerRun(deps: RunDeps): RunFeature {
  const { account, client, lastClient, targets, finder, store, lifecycle, clock, log } = deps;
  const disposables = new DisposableStore();
  const history = new CommandHistory(deps.globalState);
  const terminals = disposables.add(
    new RunTerminals({
      connector: createCommandConnector(deps),
      ...{ lifecycle, terminals: deps.terminals, history, clock, log },
      onFailure: deps.onFailure,
    }),
  );
  const temporaryComputers = disposables.add(
    new TemporaryComputers({
      ...{ client, lastClient, store, lifecycle, clock, log },
      owner: () => account.owner,
      memento: deps.globalState,
      onDeleted: deps.onDeleted,
    }),
  );
  const { findComputer, defaultComputer } = deps;
  const run = new RunCommands({ targets, findComputer, terminals, history, defaultComputer });
  const temporary = new TemporaryComputerCommands({
    ...{ targets, client, sizePicker: deps.sizePicker, terminals, history },
    computers: temporaryComputers,
  });
  disposables.add(promptForOrphans({ computers: temporaryComputers, targets, clock }));
  disposables.add(
    registerTasks({
      ...{ account, store, finder, terminals, history, temporaryComputers, log, defaultComputer },
      ensureSignedIn: () => targets.ensureSignedIn(),
      spendingConsent: new SpendingConsent(deps.workspaceState),
      sizes: () => deps.serviceReports.sizes(),
      createRequest: temporary.createRequest,
      replaceSize: temporary.replaceSize,
    }),
  );
  return {
    terminals,
    close: async () => {
      await Promise.all([terminals.close(), temporaryComputers.close()]);
    },
    handlers: {
      'celesto.runCommand': run.runCommand,
      'celesto.runSelection': run.runSelection,
      'celesto.runFile': run.runFile,
      'celesto.runFresh': temporary.run,
    },
    dispose: () => disposables.dispose(),
  };
}
