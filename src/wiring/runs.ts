import type * as vscode from 'vscode';
import type { Execution } from '../run/execution';
import { FreshComputers } from '../run/freshComputers';
import { RunHistory } from '../run/history';
import type { RunOpening } from '../run/place';
import type { RunRequest } from '../run/request';
import { Runs } from '../run/runs';
import { ServiceRunRoad } from '../run/serviceRunRoad';
import { SshRunRoad } from '../run/sshRunRoad';
import { Opening } from '../terminal/opening';
import type { Road } from '../terminal/roads/road';
import { Roads, type Transport } from '../terminal/roads/roads';
import type { Clock } from '../util/clock';
import { Disposables, type Disposable } from '../util/disposable';
import { settings } from '../util/settings';
import { showHostKeyError } from '../views/hostKeyMessages';
import type { Reach } from './reach';
import type { Service } from './service';

/** What runs commands on computers. */
export interface Running extends Disposable {
  readonly runs: Runs;
  readonly history: RunHistory;
  readonly fresh: FreshComputers;
}

export function buildRuns(
  context: vscode.ExtensionContext,
  service: Service,
  reach: Reach,
  clock: Clock,
): Running {
  const { account, client, lastClient, lifecycle, log, store } = service;
  const parts = new Disposables();
  const history = new RunHistory(context.globalState);
  const opening = openingOf(service, reach);
  const { known, terminals } = reach;
  const onFailure = showHostKeyError;
  const runs = parts.add(new Runs({ opening, lifecycle, terminals, history, clock, log, onFailure }));
  const memory = context.globalState;
  const onDeleted = (id: string): void => known.forget(id);
  const owner = (): string => account.owner;
  const fresh = parts.add(
    new FreshComputers({ client, lastClient, owner, store, lifecycle, memory, onDeleted, clock, log }),
  );
  return { runs, history, fresh, dispose: () => parts.dispose() };
}

/** The roads that a command takes: those of terminals, but for the last. */
function openingOf({ client, lastClient, lifecycle, log }: Service, { pool, roadMemory }: Reach): RunOpening {
  const roads = new Roads<Road<RunRequest, Execution>>(
    [
      new SshRunRoad('ssh', pool),
      new SshRunRoad('tunnel', pool),
      new ServiceRunRoad(client, lastClient, log),
    ],
    transport,
    roadMemory,
  );
  return new Opening(lifecycle, roads, settings.startTimeout);
}

/** Where only plain terminals are wanted, no command goes by SSH. */
function transport(): Transport {
  const wanted = settings.transport();
  return wanted === 'gateway' ? 'service' : wanted;
}
