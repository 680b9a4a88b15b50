import type { Account } from '../../account/account';
import type { CelestoClient } from '../../api/client';
import type { Clock } from '../../base/clock';
import { DisposableStore } from '../../base/disposable';
import type { Memento } from '../../base/memento';
import type { Computer } from '../../computers/computer';
import type { ComputerEvents } from '../../computers/computerEvents';
import type { ComputerStore } from '../../computers/computerStore';
import type { Lifecycle } from '../../computers/lifecycle';
import type { SizeMemory } from '../../computers/sizeMemory';
import type { Terminals } from '../../terminal/terminals';
import type { CommandTargets } from '../../ui/commandTargets';
import type { Feature } from '../../ui/registerCommands';
import type { SizePicker } from '../../ui/sizePicker';
import { CreateCommand } from './createCommand';
import { DeleteCommand } from './deleteCommand';
import { warnOfDiskDeletion } from './diskPrompts';
import { DiskWarnings } from './diskWarnings';
import { LifecycleCommands } from './lifecycleCommands';
import { Notifications } from './notifications';

export type LifecycleCommandId =
  'celesto.create' | 'celesto.start' | 'celesto.stop' | 'celesto.restore' | 'celesto.delete';

export interface LifecycleDeps {
  readonly account: Account;
  readonly targets: CommandTargets;
  readonly client: CelestoClient;
  readonly store: ComputerStore;
  readonly lifecycle: Lifecycle;
  readonly events: ComputerEvents;
  readonly terminals: Terminals;
  readonly sizePicker: SizePicker;
  readonly sizeMemory: SizeMemory;
  readonly clock: Clock;
  /** Storage that all windows share. */
  readonly memory: Memento;
  readonly startTimeoutMs: () => number;
  readonly openAfterCreate: () => string;
  /** Forgets what is stored of a computer that is deleted. */
  readonly onDeleted: (computerId: string) => void;
  /** The selected tree nodes. */
  readonly selection: () => readonly unknown[];
  /** Tests for a computer whose status is visible in this window. */
  readonly isShown: (computerId: string) => boolean;
}

/** Registers creating, starting, stopping, restoring and deleting, and the notifications of such events elsewhere. */
export function registerLifecycle(deps: LifecycleDeps): Feature<LifecycleCommandId> {
  const lifecycle = new LifecycleCommands({ ...deps, timeoutMs: deps.startTimeoutMs });
  const disposables = new DisposableStore();
  disposables.add(new Notifications(deps));
  const warn = (computer: Computer): void => void warnOfDiskDeletion(computer);
  disposables.add(new DiskWarnings({ ...deps, warn }));
  return {
    handlers: {
      'celesto.create': new CreateCommand(deps).create,
      'celesto.start': lifecycle.start,
      'celesto.stop': lifecycle.stop,
      'celesto.restore': lifecycle.restore,
      'celesto.delete': new DeleteCommand(deps).delete,
    },
    dispose: () => disposables.dispose(),
  };
}
