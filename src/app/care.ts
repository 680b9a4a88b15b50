import { join } from 'node:path';
import type * as vscode from 'vscode';
import { StatusHistory } from '../computers/statusHistory';
import { ComputerEvents } from '../computers/computerEvents';
import { IdleStopper } from '../features/idle/idleStopper';
import { ComputersInUse } from '../computers/computersInUse';
import { WindowRegistry } from '../features/idle/otherWindows';
import type { Clock } from '../base/clock';
import { DisposableStore, type Disposable } from '../base/disposable';
import { redactor } from '../base/log';
import { settings } from './settings';
import { Diagnostics } from '../features/diagnostics/diagnostics';
import { PortNotifications } from '../features/ports/portNotifications';
import { idlePrompts } from '../features/idle/idlePrompts';
import { Notifications, type NotificationsDeps } from '../features/lifecycle/notifications';
import type { Reach } from './reach';
import type { Service } from './service';
import { useByTerminals } from './usages';

/** What looks after computers and people while they do something else. */
export interface Care extends Disposable {
  readonly diagnostics: Diagnostics;
  /** All that uses computers from this window says so here. */
  readonly usages: ComputersInUse;
  readonly idle: IdleStopper;
}

export function buildCare(
  { extension, globalState: memory, globalStorageUri }: vscode.ExtensionContext,
  { account, lastClient, lifecycle, log, store, troubles }: Service,
  { forwards, pool, transports, terminals }: Reach,
  clock: Clock,
): Care {
  const parts = new DisposableStore();
  const diagnostics = new Diagnostics({
    extension,
    account,
    store,
    chronology: parts.add(new StatusHistory(store, clock)),
    terminals,
    transports,
    pool,
    log: troubles,
    redact: redactor(() => account.secrets()),
  });
  const usages = parts.add(new ComputersInUse());
  usages.add(useByTerminals(terminals));
  usages.add(forwards);
  const idle = parts.add(
    new IdleStopper({
      ...{ lifecycle, store, memory, clock, log },
      stopOnClose: (id, signal) => lastClient.stop(id, signal),
      usage: usages,
      otherWindows: new WindowRegistry(join(globalStorageUri.fsPath, 'windows'), clock),
      settings: settings.idle,
      prompts: idlePrompts,
    }),
  );
  return { diagnostics, usages, idle, dispose: () => parts.dispose() };
}

export function buildNotices(
  { lifecycle, store }: Service,
  { forwards, terminals }: Reach,
  clock: Clock,
  isShown: NotificationsDeps['isShown'],
): Disposable {
  const parts = new DisposableStore();
  const happenings = parts.add(new ComputerEvents(store, lifecycle, clock));
  parts.add(new Notifications({ happenings, terminals, isShown }));
  parts.add(new PortNotifications({ happenings, forwards, terminals, store }));
  return parts;
}
