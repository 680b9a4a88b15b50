import type * as vscode from 'vscode';
import type { CommandExecution } from '../features/run/commandExecution';
import { TemporaryComputers } from '../features/run/temporary/temporaryComputers';
import { CommandHistory } from '../features/run/commandHistory';
import type { CommandConnector } from '../features/run/runTarget';
import type { CommandRequest } from '../features/run/command';
import { RunTerminals } from '../features/run/runTerminals';
import { ServiceCommandTransport } from '../features/run/serviceCommandTransport';
import { SshCommandTransport } from '../features/run/sshCommandTransport';
import { ComputerConnector } from '../connect/computerConnector';
import type { Transport } from '../connect/transport';
import { TransportSelector, type TransportSetting } from '../connect/transportSelector';
import type { Clock } from '../base/clock';
import { DisposableStore, type Disposable } from '../base/disposable';
import { settings } from './settings';
import { showHostKeyError } from '../features/sshKeys/hostKeyPrompts';
import type { Reach } from './reach';
import type { Service } from './service';

/** What runs commands on computers. */
export interface Running extends Disposable {
  readonly runs: RunTerminals;
  readonly history: CommandHistory;
  readonly fresh: TemporaryComputers;
}

export function buildRuns(
  context: vscode.ExtensionContext,
  service: Service,
  reach: Reach,
  clock: Clock,
): Running {
  const { account, client, lastClient, lifecycle, log, store } = service;
  const parts = new DisposableStore();
  const history = new CommandHistory(context.globalState);
  const connector = connectorOf(service, reach);
  const { known, terminals } = reach;
  const onFailure = showHostKeyError;
  const runs = parts.add(
    new RunTerminals({ connector, lifecycle, terminals, history, clock, log, onFailure }),
  );
  const memento = context.globalState;
  const onDeleted = (id: string): void => known.forget(id);
  const owner = (): string => account.owner;
  const fresh = parts.add(
    new TemporaryComputers({ client, lastClient, owner, store, lifecycle, memento, onDeleted, clock, log }),
  );
  return { runs, history, fresh, dispose: () => parts.dispose() };
}

/** The transports that a command takes: those of terminals, but for the last. */
function connectorOf(
  { client, lastClient, lifecycle, log }: Service,
  { pool, transportCache }: Reach,
): CommandConnector {
  const transports = new TransportSelector<Transport<CommandRequest, CommandExecution>>(
    [
      new SshCommandTransport('ssh', pool),
      new SshCommandTransport('tunnel', pool),
      new ServiceCommandTransport(client, lastClient, log),
    ],
    transport,
    transportCache,
  );
  return new ComputerConnector(lifecycle, transports, settings.startTimeout);
}

/** Where only plain terminals are wanted, no command goes by SSH. */
function transport(): TransportSetting {
  const wanted = settings.transport();
  return wanted === 'gateway' ? 'service' : wanted;
}
