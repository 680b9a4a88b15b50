import type { Clock } from '../../base/clock';
import { type Disposable, DisposableStore } from '../../base/disposable';
import type { Memento } from '../../base/memento';
import type { Computer } from '../../computers/computer';
import type { ComputerStore } from '../../computers/computerStore';
import { diskDeletionOf, isDiskDeletedSoon } from '../../computers/diskDeletion';

/** Memento key of the times of the warnings, by the ids of computers. */
const warnedKey = 'celesto.diskWarnings';
/** Milliseconds until a warning is repeated: one day. */
const repeatMs = 86_400_000;
/** Milliseconds between checks while a disk is to be deleted. */
const checkIntervalMs = 3_600_000;

/** Times of warnings, in milliseconds since the epoch. */
type Warned = Readonly<Record<string, number>>;

export interface DiskWarningsDeps {
  readonly store: Pick<ComputerStore, 'ownComputers' | 'state' | 'onDidChange' | 'onDidChangeState'>;
  readonly clock: Clock;
  readonly memory: Memento;
  readonly warn: (computer: Computer) => void;
}

/** Warns of disks that the service deletes soon: once a day for each computer, in all windows of the user. */
export class DiskWarnings implements Disposable {
  private readonly disposables = new DisposableStore();
  private pause: AbortController | undefined;

  constructor(private readonly deps: DiskWarningsDeps) {
    this.disposables.add(deps.store.onDidChange(() => this.check()));
    this.disposables.add(deps.store.onDidChangeState(() => this.check()));
  }

  dispose(): void {
    this.pause?.abort();
    this.disposables.dispose();
  }

  private check(): void {
    const { store, clock, warn } = this.deps;
    this.checkLater();
    if (store.state.freshness !== 'live') return;
    const now = clock.now();
    const warned = this.warnedSince(now - repeatMs);
    const due = store.ownComputers.filter(
      (computer) => isDiskDeletedSoon(computer, now) && warned[computer.id] === undefined,
    );
    if (due.length === 0) return;
    const added = Object.fromEntries(due.map(({ id }) => [id, now]));
    void this.deps.memory.update(warnedKey, { ...warned, ...added } satisfies Warned);
    for (const computer of due) warn(computer);
  }

  /** Checks again after a while, as a day may come near without a change of the list. */
  private checkLater(): void {
    this.pause?.abort();
    this.pause = undefined;
    if (!this.deps.store.ownComputers.some(diskDeletionOf)) return;
    this.pause = new AbortController();
    this.deps.clock.delay(checkIntervalMs, this.pause.signal).then(
      () => this.check(),
      () => undefined,
    );
  }

  private warnedSince(time: number): Warned {
    const warned = (this.deps.memory.get(warnedKey) ?? {}) as Warned;
    return Object.fromEntries(Object.entries(warned).filter(([, at]) => at > time));
  }
}
