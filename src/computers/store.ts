import type { CelestoClient, ComputerList } from '../api/client';
import { isApiError } from '../api/errors';
import type { WireComputer } from '../api/wire';
import { isCancellation } from '../base/abort';
import type { Clock } from '../base/clock';
import type { Disposable } from '../base/disposable';
import { Emitter } from '../base/emitter';
import { describeError, type Log } from '../base/log';
import { computerFrom, sameComputer, type Computer } from './computer';
import { Poller } from './poller';
import { statusOf } from './status';

/** Milliseconds between polls. */
const pace = { changing: 1_500, quiet: 30_000, longest: 60_000 };

/** What a poll or an action changed. Never empty. */
export interface StoreChange {
  readonly added: readonly Computer[];
  readonly changed: readonly Computer[];
  readonly removed: readonly Computer[];
}

/** How far the list can be trusted. */
export interface StoreState {
  /** `none`: nothing known yet; `cached`: from last time; `live`: as the service says; `stale`: it was live once. */
  readonly freshness: 'none' | 'cached' | 'live' | 'stale';
  /** Why the last poll failed. */
  readonly problem: unknown;
  /** The service's page was full: there may be computers that are not in the list. */
  readonly possiblyMore: boolean;
  /** Entries of the last answer that could not be read. */
  readonly unreadable: number;
}

/** True where a computer that leaves the list may be there all the same: the list is not all that the service has. */
export function isIncomplete({ freshness, possiblyMore, unreadable }: StoreState): boolean {
  return freshness === 'none' || possiblyMore || unreadable > 0;
}

/** Where the list is kept from one time to the next. */
export interface ListCache {
  read(): readonly Computer[];
  write(computers: readonly Computer[]): void;
}

/** A status shown instead of the true one while an action on its way to the service is expected to cause it. */
interface Assumed {
  readonly status: string;
}

interface Entry {
  truth: Computer;
  assumed: Assumed | undefined;
  /** The ticket of the answer that `truth` comes from. */
  asOf: number;
  /** When it was read, in ms of the clock; 0 for the cache. */
  readAt: number;
  shown: Computer;
}

/** An assumption about a computer, to be ended by the truth. Once it is over, ending it again does no harm. */
export interface OptimisticStatus {
  /** Ends it with the service's answer, or without one: then the last truth shows again and a poll follows. */
  settle(truth?: WireComputer): void;
  /** Ends it where the service agreed without describing the computer: what was assumed is true until it says more. */
  confirm(): void;
}

const untouched: StoreState = { freshness: 'none', problem: undefined, possiblyMore: false, unreadable: 0 };

/**
 * The one list of computers. It polls while watched: fast only while something changes, slowly when quiet, with
 * growing pauses when the service fails. Answers that come out of order are dropped: each call takes a ticket when it
 * is sent, and an answer never overwrites what a later ticket brought.
 */
export class ComputerStore implements Disposable {
  private readonly entries = new Map<string, Entry>();
  /** Computers that are gone, with the ticket of the answer that said so. */
  private readonly gone = new Map<string, number>();
  private readonly poller: Poller;
  private readonly changes = new Emitter<StoreChange>();
  private readonly states = new Emitter<StoreState>();
  private current = untouched;
  private lastTicket = 0;
  /** Answers to tickets up to this one belong to an account that was left. */
  private firstValid = 0;
  /** The ticket of the list that was taken in last. */
  private listedAsOf = 0;
  private failures = 0;
  /** The service wants no list to be asked for before, in ms of the clock. */
  private askedToWaitUntil = 0;

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

  /** Finds by id, else by name where just one computer has it. */
  find(idOrName: string): Computer | undefined {
    const byName = this.computers.filter((computer) => computer.name === idOrName);
    return this.get(idOrName) ?? (byName.length === 1 ? byName[0] : undefined);
  }

  /** The computer if the service described it less than `maxAge` milliseconds ago and nothing is assumed of it. */
  recent(id: string, maxAge: number): Computer | undefined {
    const entry = this.entries.get(id);
    const usable = entry && entry.assumed === undefined && this.clock.now() - entry.readAt < maxAge;
    return usable ? entry.truth : undefined;
  }

  /** Draws last time's list, if nothing better is known. */
  loadCache(): void {
    if (this.current.freshness !== 'none') return;
    const cached = this.cache.read();
    if (cached.length === 0) return;
    for (const computer of cached) this.put(computer, 0, 0);
    this.changes.fire({ added: this.computers, changed: [], removed: [] });
    this.setState({ ...this.current, freshness: 'cached' });
  }

  /** Keeps the list up to date until disposed. */
  watch(): Disposable {
    return this.poller.watch();
  }

  /** Makes the next poll come at once, where somebody watches; not before the time that the service asked us to wait. */
  pollNow(): void {
    if (this.clock.now() >= this.askedToWaitUntil) this.poller.pollNow();
  }

  /** Reads the list now, watched or not. Rejects as the call does; the list stays as it was. */
  async refresh(signal?: AbortSignal): Promise<void> {
    const ticket = this.nextSequence();
    try {
      this.apply(await this.client.list(signal), ticket);
    } catch (error) {
      if (!isCancellation(error) && !this.outdatedList(ticket)) this.fail(error);
      throw error;
    }
  }

  /** A mark for a call about to be sent; give it back with the answer. */
  nextSequence(): number {
    this.lastTicket += 1;
    return this.lastTicket;
  }

  /** Takes in what an answer says of one computer. `ticket` must have been taken before the call was sent. */
  upsert(wire: WireComputer, ticket: number): Computer {
    const computer = computerFrom(wire);
    if (this.outdated(computer.id, ticket)) return computer;
    const before = this.entries.get(computer.id)?.truth;
    if (computer.status === 'deleted') this.remove(computer.id);
    else this.show(computer.id, () => this.put(computer, ticket, this.clock.now()));
    if (isChanging(computer) && !(before && isChanging(before))) this.pollNow();
    return computer;
  }

  /** Takes a computer out of the list: the service says that it is gone. */
  remove(id: string): void {
    const entry = this.entries.get(id);
    if (!entry) return;
    this.entries.delete(id);
    this.gone.set(id, this.nextSequence());
    this.changes.fire({ added: [], changed: [], removed: [entry.shown] });
    this.save();
  }

  /** Shows a status before the service confirms it. Lists that arrive meanwhile do not disturb it. */
  setOptimistic(id: string, status: string): OptimisticStatus {
    const asked = this.nextSequence();
    const own: Assumed = { status };
    this.show(id, () => {
      const entry = this.entries.get(id);
      if (!entry) return;
      entry.assumed = own;
      this.redraw(entry);
    });
    return {
      settle: (truth) => this.settle(id, own, asked, truth && computerFrom(truth)),
      confirm: () => {
        const truth = this.entries.get(id)?.truth;
        this.settle(id, own, asked, truth && { ...truth, status });
      },
    };
  }

  private settle(id: string, own: Assumed, asked: number, truth: Computer | undefined): void {
    if (asked <= this.firstValid) return;
    if (truth?.status === 'deleted') this.remove(truth.id);
    this.show(truth?.id ?? id, () => {
      const entry = this.entries.get(id);
      if (entry?.assumed === own) entry.assumed = undefined;
      // The new ticket makes lists too old that were sent before now.
      if (truth && asked > (this.gone.get(truth.id) ?? 0))
        this.put(truth, this.nextSequence(), this.clock.now());
      else if (entry) this.redraw(entry);
    });
    this.pollNow();
  }

  /** Forgets everything: another account, or none. Answers still on their way are dropped. */
  reset(): void {
    this.firstValid = this.lastTicket;
    this.failures = 0;
    this.askedToWaitUntil = 0;
    const removed = this.computers;
    this.entries.clear();
    this.cache.write([]);
    this.setState(untouched);
    if (removed.length > 0) this.changes.fire({ added: [], changed: [], removed });
    this.pollNow();
  }

  dispose(): void {
    this.poller.dispose();
    this.changes.dispose();
    this.states.dispose();
  }

  private async poll(signal: AbortSignal): Promise<number> {
    try {
      await this.refresh(signal);
      return this.computers.some(isChanging) ? pace.changing : pace.quiet;
    } catch (error) {
      signal.throwIfAborted();
      this.log.debug(`poll failed (${this.failures} in a row): ${describeError(error)}`);
      const asked = isApiError(error) ? (error.retryAfter ?? 0) : 0;
      this.askedToWaitUntil = this.clock.now() + asked;
      return Math.max(asked, Math.min(pace.longest, 2_000 * 2 ** (this.failures - 1)));
    }
  }

  private apply(list: ComputerList, ticket: number): void {
    if (this.outdatedList(ticket)) return;
    this.listedAsOf = ticket;
    const change = this.merge(list, ticket);
    this.failures = 0;
    for (const error of list.unreadable)
      this.log.warn(`a computer in the list is unreadable: ${error.message}`);
    const { possiblyMore, unreadable } = list;
    // Comes first, since it tells what it means that a computer is missing.
    this.setState({ freshness: 'live', problem: undefined, possiblyMore, unreadable: unreadable.length });
    if (!change) return;
    this.changes.fire(change);
    this.save();
  }

  private merge(list: ComputerList, ticket: number): StoreChange | undefined {
    const added: Computer[] = [];
    const changed: Computer[] = [];
    const removed: Computer[] = [];
    const present = new Set<string>();
    const now = this.clock.now();
    for (const wire of list.computers) {
      if (wire.status === 'deleted') continue;
      present.add(wire.id);
      if (this.outdated(wire.id, ticket)) continue;
      const before = this.get(wire.id);
      const after = this.put(computerFrom(wire), ticket, now).shown;
      if (!before) added.push(after);
      else if (before !== after) changed.push(after);
    }
    for (const [id, entry] of this.entries) {
      if (present.has(id) || entry.asOf > ticket || entry.assumed !== undefined) continue;
      this.entries.delete(id);
      this.gone.set(id, ticket);
      removed.push(entry.shown);
    }
    return added.length + changed.length + removed.length > 0 ? { added, changed, removed } : undefined;
  }

  /** True for an answer that was asked for before something that is known by now. */
  private outdated(id: string, ticket: number): boolean {
    const known = this.entries.get(id)?.asOf ?? this.gone.get(id) ?? 0;
    return ticket <= this.firstValid || ticket < known;
  }

  private outdatedList(ticket: number): boolean {
    return ticket <= this.firstValid || ticket < this.listedAsOf;
  }

  private put(computer: Computer, ticket: number, readAt: number): Entry {
    const entry = this.entries.get(computer.id);
    if (!entry) {
      const fresh: Entry = { truth: computer, assumed: undefined, asOf: ticket, readAt, shown: computer };
      this.entries.set(computer.id, fresh);
      this.gone.delete(computer.id);
      return fresh;
    }
    if (!sameComputer(entry.truth, computer)) entry.truth = computer;
    entry.asOf = ticket;
    entry.readAt = readAt;
    this.redraw(entry);
    return entry;
  }

  /** Sets what is shown; the object stays the same one where nothing that is shown changes. */
  private redraw(entry: Entry): void {
    const { truth, assumed } = entry;
    const shown = assumed ? { ...truth, status: assumed.status } : truth;
    if (entry.shown !== shown && !sameComputer(entry.shown, shown)) entry.shown = shown;
  }

  /** Runs a change to one computer and tells it, if there is anything to tell. */
  private show(id: string, change: () => void): void {
    const before = this.get(id);
    change();
    const after = this.get(id);
    if (before === after || !after) return;
    this.changes.fire({ added: before ? [] : [after], changed: before ? [after] : [], removed: [] });
    this.save();
  }

  private fail(problem: unknown): void {
    this.failures += 1;
    const known = this.current.freshness === 'live' || this.current.freshness === 'stale';
    this.setState({ ...this.current, freshness: known ? 'stale' : this.current.freshness, problem });
  }

  private setState(state: StoreState): void {
    const keys = Object.keys(state) as (keyof StoreState)[];
    if (keys.every((key) => state[key] === this.current[key])) return;
    this.current = state;
    this.states.fire(state);
  }

  private save(): void {
    this.cache.write([...this.entries.values()].map((entry) => entry.truth));
  }
}

function isChanging({ status, publishedPorts = [] }: Computer): boolean {
  return statusOf(status).kind === 'changing' || publishedPorts.some((port) => port.status.endsWith('ing'));
}
