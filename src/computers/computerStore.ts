import { isApiError } from '../api/apiErrors';
import type { CelestoClient, ComputerList } from '../api/client';
import type { WireComputer } from '../api/wire';
import { isCancellation } from '../base/abort';
import type { Clock } from '../base/clock';
import type { Disposable } from '../base/disposable';
import { Emitter } from '../base/emitter';
import { describeError, type Log } from '../base/log';
import { type Computer, computerFrom, isServiceMachine, sameComputer } from './computer';
import { pollBackoffMs, Poller, pollIntervals } from './poller';
import { isPortChanging } from './publishedPort';
import { statusOf } from './statusTable';

/** Changes to the list by a poll or an action. Never empty. */
export interface StoreChange {
  readonly added: readonly Computer[];
  readonly changed: readonly Computer[];
  readonly removed: readonly Removal[];
}

/** A computer that has left the list. */
export interface Removal {
  readonly computer: Computer;
  readonly cause:
    /** The service reports it as deleted or not found, or a complete list lacks it. */
    | 'deleted'
    /** An incomplete list lacks it, so it may still exist. */
    | 'unlisted'
    /** The list was reset, since another account is used, or none. */
    | 'reset';
}

/** Reliability of the list. */
export interface StoreState {
  /** `none`: not loaded; `cached`: from an earlier window; `live`: as the service reports; `stale`: was live, last poll failed. */
  readonly freshness: 'none' | 'cached' | 'live' | 'stale';
  /** Error of the last poll, if it failed. */
  readonly problem: unknown;
  /** The service's page was full: there may be computers that are not in the list. */
  readonly possiblyMore: boolean;
  /** Number of invalid entries in the last answer. */
  readonly unreadable: number;
}

/** Storage of the list from one window to the next. */
export interface ListCache {
  read(): readonly Computer[];
  write(computers: readonly Computer[]): void;
}

/** One optimistic update, compared by identity: only the latest one of a computer may be taken back. */
interface OptimisticUpdate {
  readonly status: string;
}

interface Entry {
  /** As the service described it last. */
  confirmed: Computer;
  /** Shown instead of the confirmed status while a call that will cause it is under way. */
  optimistic: OptimisticUpdate | undefined;
  /** Sequence number of the answer that `confirmed` comes from. */
  sequence: number;
  /** Time of that answer, in milliseconds of the clock; 0 for the cache. */
  fetchedAt: number;
  shown: Computer;
}

/** Ends one optimistic status, which is shown before the service confirms it. Calling a method again is harmless. */
export interface OptimisticStatusHandle {
  /** Replaces the status by that of the service's answer, or by the confirmed one without an answer; then polls. */
  settle(answer?: WireComputer): void;
  /** Makes the status the confirmed one, then polls: the service has agreed without describing the computer. */
  confirm(): void;
}

const initialState: StoreState = {
  freshness: 'none',
  problem: undefined,
  possiblyMore: false,
  unreadable: 0,
};

/**
 * The one list of computers. Polls while watched: fast while a computer changes, slowly otherwise, with a growing
 * back-off when the service fails. Answers that arrive out of order are dropped: each call takes a sequence number when
 * it is sent, and its answer never overwrites what a later call brought.
 */
export class ComputerStore implements Disposable {
  private readonly entries = new Map<string, Entry>();
  /** Sequence numbers of the answers that removed computers, by their ids. */
  private readonly removedSequences = new Map<string, number>();
  private readonly poller: Poller;
  private readonly changes = new Emitter<StoreChange>();
  private readonly states = new Emitter<StoreState>();
  private current = initialState;
  private lastSequence = 0;
  /** Answers up to this sequence number belong to an account that is not used any more. */
  private resetSequence = 0;
  /** Sequence number of the list that was applied last. */
  private listSequence = 0;
  /** Failed lists in a row. */
  private failures = 0;
  /** End of the service's `Retry-After`, in milliseconds of the clock. */
  private retryAt = 0;

  readonly onDidChange = this.changes.event;
  readonly onDidChangeState = this.states.event;

  constructor(
    private readonly client: Pick<CelestoClient, 'list'>,
    private readonly clock: Clock,
    private readonly cache: ListCache,
    private readonly log: Log,
  ) {
    this.poller = new Poller(
      clock,
      (signal) => this.poll(signal),
      (error) => log.error(`polling ended: ${describeError(error)}`),
    );
  }

  get state(): StoreState {
    return this.current;
  }

  /** All computers, in no particular order. */
  get computers(): Computer[] {
    return [...this.entries.values()].map((entry) => entry.shown);
  }

  get(id: string): Computer | undefined {
    return this.entries.get(id)?.shown;
  }

  /** All computers but the service's own machines, in no particular order. */
  get ownComputers(): Computer[] {
    return this.computers.filter((computer) => !isServiceMachine(computer));
  }

  /** Finds by id, else by name where just one computer has it; the service's own machines only by id. */
  find(idOrName: string): Computer | undefined {
    const byName = this.ownComputers.filter((computer) => computer.name === idOrName);
    return this.get(idOrName) ?? (byName.length === 1 ? byName[0] : undefined);
  }

  /** Returns the computer if the service described it less than `maxAgeMs` ago and its status is not optimistic. */
  recent(id: string, maxAgeMs: number): Computer | undefined {
    const entry = this.entries.get(id);
    const isRecent = entry && entry.optimistic === undefined && this.clock.now() - entry.fetchedAt < maxAgeMs;
    return isRecent ? entry.confirmed : undefined;
  }

  /** Shows the list of an earlier window, unless a better one is loaded. */
  loadCache(): void {
    if (this.current.freshness !== 'none') return;
    const cached = this.cache.read();
    if (cached.length === 0) return;
    for (const computer of cached) this.mergeEntry(computer, 0, 0);
    this.changes.fire({ added: this.computers, changed: [], removed: [] });
    this.setState({ ...this.current, freshness: 'cached' });
  }

  /** Keeps the list up to date until the result is disposed. */
  watch(): Disposable {
    return this.poller.watch();
  }

  /** Polls at once if the list is watched, though not before the service's `Retry-After` is over. */
  pollNow(): void {
    if (this.clock.now() >= this.retryAt) this.poller.pollNow();
  }

  /** Reads the list now, watched or not. Rejects as the call does; the list stays as it was. */
  async refresh(signal?: AbortSignal): Promise<void> {
    const sequence = this.nextSequence();
    try {
      this.applyList(await this.client.list(signal), sequence);
    } catch (error) {
      if (!isCancellation(error) && !this.isOutdatedList(sequence)) this.onListFailed(error);
      throw error;
    }
  }

  /** Sequence number of a call that is about to be sent, to be passed on with its answer. */
  nextSequence(): number {
    this.lastSequence += 1;
    return this.lastSequence;
  }

  /** Applies an answer that describes one computer, unless it is outdated. `sequence` was taken before the call was sent. */
  applyAnswer(wire: WireComputer, sequence: number): Computer {
    const computer = computerFrom(wire);
    if (this.isOutdated(computer.id, sequence)) return computer;
    const before = this.entries.get(computer.id)?.confirmed;
    if (statusOf(computer.status).isDeleted) this.remove(computer.id);
    else this.changeAndNotify(computer.id, () => this.mergeEntry(computer, sequence, this.clock.now()));
    if (isChanging(computer) && !(before && isChanging(before))) this.pollNow();
    return computer;
  }

  /** Removes a computer that the service reports as deleted or not found. */
  remove(id: string): void {
    const entry = this.entries.get(id);
    if (!entry) return;
    this.entries.delete(id);
    this.removedSequences.set(id, this.nextSequence());
    this.changes.fire({ added: [], changed: [], removed: [{ computer: entry.shown, cause: 'deleted' }] });
    this.save();
  }

  /** Shows a status before the service confirms it. Lists that arrive meanwhile do not replace it. */
  setOptimistic(id: string, status: string): OptimisticStatusHandle {
    const sequence = this.nextSequence();
    const optimistic: OptimisticUpdate = { status };
    this.changeAndNotify(id, () => {
      const entry = this.entries.get(id);
      if (!entry) return;
      entry.optimistic = optimistic;
      this.refreshShown(entry);
    });
    return {
      settle: (answer) => this.settle(id, optimistic, sequence, answer && computerFrom(answer)),
      confirm: () => {
        const confirmed = this.entries.get(id)?.confirmed;
        this.settle(id, optimistic, sequence, confirmed && { ...confirmed, status });
      },
    };
  }

  /** Ends an optimistic update if it is still the latest one, and applies the answer to the call that it stood for. */
  private settle(
    id: string,
    optimistic: OptimisticUpdate,
    sequence: number,
    answer: Computer | undefined,
  ): void {
    if (sequence <= this.resetSequence) return;
    if (answer && statusOf(answer.status).isDeleted) this.remove(answer.id);
    this.changeAndNotify(answer?.id ?? id, () => {
      const entry = this.entries.get(id);
      if (entry?.optimistic === optimistic) entry.optimistic = undefined;
      // With a new sequence number, lists that were requested before this moment are outdated.
      if (answer && sequence > (this.removedSequences.get(answer.id) ?? 0))
        this.mergeEntry(answer, this.nextSequence(), this.clock.now());
      else if (entry) this.refreshShown(entry);
    });
    this.pollNow();
  }

  /** Drops the list: another account is used, or none. Answers still under way are dropped, too. */
  reset(): void {
    this.resetSequence = this.lastSequence;
    this.failures = 0;
    this.retryAt = 0;
    const removed = this.computers.map((computer) => ({ computer, cause: 'reset' as const }));
    this.entries.clear();
    this.cache.write([]);
    this.setState(initialState);
    if (removed.length > 0) this.changes.fire({ added: [], changed: [], removed });
    this.pollNow();
  }

  dispose(): void {
    this.poller.dispose();
    this.changes.dispose();
    this.states.dispose();
  }

  /** @returns milliseconds until the next poll */
  private async poll(signal: AbortSignal): Promise<number> {
    try {
      await this.refresh(signal);
      return this.computers.some(isChanging) ? pollIntervals.changing : pollIntervals.quiet;
    } catch (error) {
      signal.throwIfAborted();
      this.log.debug(`poll failed (${this.failures} in a row): ${describeError(error)}`);
      const retryAfter = isApiError(error) ? (error.retryAfter ?? 0) : 0;
      this.retryAt = this.clock.now() + retryAfter;
      return Math.max(retryAfter, pollBackoffMs(this.failures));
    }
  }

  private applyList(list: ComputerList, sequence: number): void {
    if (this.isOutdatedList(sequence)) return;
    this.listSequence = sequence;
    const change = this.mergeList(list, sequence);
    this.failures = 0;
    for (const error of list.unreadable)
      this.log.warn(`a computer in the list is unreadable: ${error.message}`);
    const { possiblyMore, unreadable } = list;
    this.setState({ freshness: 'live', problem: undefined, possiblyMore, unreadable: unreadable.length });
    if (!change) return;
    this.changes.fire(change);
    this.save();
  }

  private mergeList(list: ComputerList, sequence: number): StoreChange | undefined {
    const added: Computer[] = [];
    const changed: Computer[] = [];
    const present = new Set<string>();
    const now = this.clock.now();
    for (const wire of list.computers) {
      if (statusOf(wire.status).isDeleted) continue;
      present.add(wire.id);
      if (this.isOutdated(wire.id, sequence)) continue;
      const before = this.get(wire.id);
      const after = this.mergeEntry(computerFrom(wire), sequence, now).shown;
      if (!before) added.push(after);
      else if (before !== after) changed.push(after);
    }
    const removed = this.removeAbsent(list, present, sequence);
    return added.length + changed.length + removed.length > 0 ? { added, changed, removed } : undefined;
  }

  private removeAbsent(list: ComputerList, present: ReadonlySet<string>, sequence: number): Removal[] {
    const isComplete = !list.possiblyMore && list.unreadable.length === 0 && list.projectId === undefined;
    const deleted = new Set(list.computers.map(({ id }) => id).filter((id) => !present.has(id)));
    const removed: Removal[] = [];
    for (const [id, entry] of this.entries) {
      if (present.has(id) || entry.sequence > sequence || entry.optimistic !== undefined) continue;
      this.entries.delete(id);
      this.removedSequences.set(id, sequence);
      removed.push({
        computer: entry.shown,
        cause: isComplete || deleted.has(id) ? 'deleted' : 'unlisted',
      });
    }
    return removed;
  }

  /** True for an answer to a call that was sent before the one that brought the present description. */
  private isOutdated(id: string, sequence: number): boolean {
    const latest = this.entries.get(id)?.sequence ?? this.removedSequences.get(id) ?? 0;
    return sequence <= this.resetSequence || sequence < latest;
  }

  private isOutdatedList(sequence: number): boolean {
    return sequence <= this.resetSequence || sequence < this.listSequence;
  }

  /** Puts a description into the list; its optimistic status stays. */
  private mergeEntry(computer: Computer, sequence: number, fetchedAt: number): Entry {
    const entry = this.entries.get(computer.id);
    if (!entry) {
      const created = { confirmed: computer, optimistic: undefined, sequence, fetchedAt, shown: computer };
      this.entries.set(computer.id, created);
      this.removedSequences.delete(computer.id);
      return created;
    }
    if (!sameComputer(entry.confirmed, computer)) entry.confirmed = computer;
    entry.sequence = sequence;
    entry.fetchedAt = fetchedAt;
    this.refreshShown(entry);
    return entry;
  }

  /** Computes what is shown; it stays the same object where nothing visible changes. */
  private refreshShown(entry: Entry): void {
    const { confirmed, optimistic } = entry;
    const shown = optimistic ? { ...confirmed, status: optimistic.status } : confirmed;
    if (entry.shown !== shown && !sameComputer(entry.shown, shown)) entry.shown = shown;
  }

  /** Runs a change to one computer, and fires an event if it is visible. */
  private changeAndNotify(id: string, change: () => void): void {
    const before = this.get(id);
    change();
    const after = this.get(id);
    if (before === after || !after) return;
    this.changes.fire({ added: before ? [] : [after], changed: before ? [after] : [], removed: [] });
    this.save();
  }

  private onListFailed(problem: unknown): void {
    this.failures += 1;
    const { freshness } = this.current;
    this.setState({ ...this.current, freshness: freshness === 'live' ? 'stale' : freshness, problem });
  }

  private setState(state: StoreState): void {
    const keys = Object.keys(state) as (keyof StoreState)[];
    if (keys.every((key) => state[key] === this.current[key])) return;
    this.current = state;
    this.states.fire(state);
  }

  private save(): void {
    this.cache.write([...this.entries.values()].map((entry) => entry.confirmed));
  }
}

function isChanging({ status, publishedPorts = [] }: Computer): boolean {
  return statusOf(status).isChanging || publishedPorts.some(isPortChanging);
}
