import { createIntent, type CelestoClient, type CreateIntent } from '../../../api/client';
import { isApiError, transientKinds, ambiguousKinds } from '../../../api/errors';
import type { CreateRequest, WireComputer } from '../../../api/wire';
import type { Computer } from '../../../computers/computer';
import type { Lifecycle } from '../../../computers/lifecycle';
import type { ComputerStore } from '../../../computers/store';
import { isCancellation } from '../../../base/abort';
import type { Clock } from '../../../base/clock';
import type { Disposable } from '../../../base/disposable';
import { finishBeforeShutdown } from '../../../base/shutdown';
import { describeError, type Log } from '../../../base/log';
import { retry } from '../../../base/retry';

/** Where computers are remembered until they are deleted: VS Code's own store fits. */
export interface TemporaryComputerMemento {
  keys(): readonly string[];
  get(key: string): unknown;
  update(key: string, value: unknown): PromiseLike<void>;
}

/** A computer that was made for one command, or may have been. */
export interface TemporaryComputerRecord {
  readonly intent: CreateIntent;
  /** What was to run there. */
  readonly command: string;
  /** When it was asked for, and when the window that uses it was last heard of; ms since the epoch. */
  readonly askedAt: number;
  readonly heldAt: number;
  /** Whose it is: of the address and the organization that it was asked of. */
  readonly owner: string;
  /** Not known while the answer to the create has not come. */
  readonly computer?: { readonly id: string; readonly name: string };
}

/** A computer of this window. */
interface HeldLease {
  /** Ends the signs of life for it. */
  readonly stopHeartbeat: AbortController;
  /** The answer to the create. */
  readonly created: Promise<WireComputer>;
}

/** One use of a fresh computer. */
export interface Lease {
  readonly key: string;
  /** Settles when the service has answered. */
  readonly computer: Promise<Computer>;
}

const storagePrefix = 'celesto.fresh.';
/** Milliseconds between signs of life of a window, and without one after which its computers are nobody's. */
const heartbeatMs = 4_000;
const leaseTimeoutMs = 10_000;
/** Milliseconds for which a delete is tried again. */
const deleteTimeoutMs = 30_000;
/** Milliseconds for a look at what was left. */
const getTimeoutMs = 5_000;

export interface TemporaryComputersDeps {
  readonly client: Pick<CelestoClient, 'create' | 'get'>;
  /** Works as the window closes, too. */
  readonly lastClient: Pick<CelestoClient, 'delete'>;
  /** Who is signed in. */
  readonly owner: () => string;
  readonly store: Pick<ComputerStore, 'nextSequence' | 'upsert'>;
  readonly lifecycle: Pick<Lifecycle, 'delete'>;
  readonly memory: TemporaryComputerMemento;
  /** Told when one is gone, so that nothing of it is kept. */
  readonly onDeleted: (computerId: string) => void;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Computers that live as long as one command. Each is remembered from before it is asked for until it is deleted, so that
 * none is forgotten whatever happens to the window. The records of several windows lie side by side.
 */
export class TemporaryComputers implements Disposable {
  private readonly leased = new Map<string, HeldLease>();

  constructor(private readonly deps: TemporaryComputersDeps) {}

  /** Has a computer made. The call is not cancelled half way: what was made must be known to be deleted. */
  create(request: CreateRequest, command: string): Lease {
    const intent = createIntent(request);
    const key = storagePrefix + intent.idempotencyKey;
    const now = this.deps.clock.now();
    const owner = this.deps.owner();
    const computer = this.make(key, { intent, command, askedAt: now, heldAt: now, owner });
    // Whoever made it may have gone meanwhile.
    computer.catch(() => undefined);
    return { key, computer };
  }

  /**
   * Deletes a computer when its command has ended; tries again for a while.
   * @throws ApiError when it could not be deleted, or it is not known whether there is one; then it stays remembered
   */
  async discard({ key, computer }: Lease): Promise<void> {
    try {
      const { id } = await computer.catch((error: unknown) => {
        if (this.record(key) === undefined) return { id: undefined };
        throw error;
      });
      if (id !== undefined) await this.delete(key, id);
    } finally {
      this.orphan(key);
    }
  }

  /** Computers of windows that are gone, or that could not be deleted. */
  private unleased(): readonly TemporaryComputerRecord[] {
    const now = this.deps.clock.now();
    return this.all().filter(({ intent, heldAt }) => {
      const isOurs = this.leased.has(storagePrefix + intent.idempotencyKey);
      return !isOurs && now - heldAt > leaseTimeoutMs;
    });
  }

  /**
   * The leftovers that may be there, once more looked at: a machine that slept wakes all windows at once, and each is
   * given the time for a sign of life.
   */
  async orphaned(signal: AbortSignal): Promise<readonly TemporaryComputerRecord[]> {
    const silent = this.unleased();
    if (silent.length === 0) return [];
    await this.deps.clock.delay(heartbeatMs, signal);
    const known = new Map(silent.map(({ intent, heldAt }) => [intent.idempotencyKey, heldAt]));
    const left = this.unleased().filter(({ intent, heldAt }) => known.get(intent.idempotencyKey) === heldAt);
    const areThere = await Promise.all(left.map((record) => this.mayExist(record, signal)));
    signal.throwIfAborted();
    return left.filter((_, index) => areThere[index]);
  }

  /**
   * Milliseconds until a computer of another window may be nobody's; undefined: no other window has one.
   * @param isKnown whether a person was asked about it
   */
  nextCheckIn(isKnown: (record: TemporaryComputerRecord) => boolean): number | undefined {
    const now = this.deps.clock.now();
    const others = this.all().filter(
      (record) => !this.leased.has(storagePrefix + record.intent.idempotencyKey) && !isKnown(record),
    );
    const pauses = others.map(({ heldAt }) => heldAt + leaseTimeoutMs + 1 - now);
    return others.length === 0 ? undefined : Math.max(heartbeatMs, ...pauses);
  }

  /**
   * Deletes what was left. Where it is not known whether there is one, the same wish is sent again, by a person's order: it
   * names the one that was made, or makes it.
   * @throws ApiError, LifecycleError
   */
  async remove(record: TemporaryComputerRecord, signal: AbortSignal): Promise<void> {
    const key = storagePrefix + record.intent.idempotencyKey;
    const { id } = record.computer ?? (await this.deps.client.create(record.intent, signal));
    await this.deps.lifecycle.delete(id, signal);
    await this.gone(key, id);
  }

  /** Leaves a computer where it is: a person keeps it. */
  keep(record: TemporaryComputerRecord): PromiseLike<void> {
    return this.forget(storagePrefix + record.intent.idempotencyKey);
  }

  /**
   * The window closes: deletes all that it has. That a computer is gone cannot be written down any more, so the next
   * window finds out; and what is still there it offers. Never rejects.
   */
  async close(): Promise<void> {
    const { clock, lastClient, log } = this.deps;
    await finishBeforeShutdown(
      clock,
      (signal) =>
        [...this.leased.values()].map(async ({ created: asked }) =>
          lastClient.delete((await asked).id, signal),
        ),
      (error) => log.warn(`no delete on close: ${describeError(error)}`),
    );
  }

  dispose(): void {
    for (const key of this.leased.keys()) this.orphan(key);
  }

  private async make(key: string, record: TemporaryComputerRecord): Promise<Computer> {
    const { client, store, memory } = this.deps;
    await memory.update(key, record);
    const ticket = store.nextSequence();
    const asked = client.create(record.intent);
    this.startHeartbeat(key, asked);
    try {
      const computer = store.upsert(await asked, ticket);
      const { id, name } = computer;
      // Its latest sign of life counts: the answer may have been long in coming.
      await memory.update(key, { ...(this.record(key) ?? record), computer: { id, name } });
      return computer;
    } catch (error) {
      // With these nobody knows; all others say that there is none.
      if (!isApiError(error, ...ambiguousKinds)) await this.forget(key);
      throw error;
    }
  }

  /** One that is gone is forgotten: its window may not have had the time. Another account cannot tell. */
  private async mayExist(
    { intent, owner, computer }: TemporaryComputerRecord,
    signal: AbortSignal,
  ): Promise<boolean> {
    if (!computer || owner !== this.deps.owner()) return true;
    try {
      const soon = AbortSignal.any([signal, AbortSignal.timeout(getTimeoutMs)]);
      const { status } = await this.deps.client.get(computer.id, soon);
      if (status !== 'deleting' && status !== 'deleted') return true;
    } catch (error) {
      if (!isApiError(error, 'notFound')) return true;
    }
    await this.gone(storagePrefix + intent.idempotencyKey, computer.id);
    return false;
  }

  private async delete(key: string, id: string): Promise<void> {
    const { lifecycle, clock } = this.deps;
    await retry(() => lifecycle.delete(id, AbortSignal.timeout(deleteTimeoutMs)), {
      clock,
      timeoutMs: deleteTimeoutMs,
      signal: new AbortController().signal,
      shouldRetry: (error) => isApiError(error, ...transientKinds, 'conflict'),
    });
    await this.gone(key, id);
  }

  private gone(key: string, id: string): PromiseLike<void> {
    this.deps.onDeleted(id);
    return this.forget(key);
  }

  /** Tells other windows, again and again, that this one is there. */
  private startHeartbeat(key: string, asked: Promise<WireComputer>): void {
    const { clock, memory, log } = this.deps;
    const end = new AbortController();
    this.leased.set(key, { stopHeartbeat: end, created: asked });
    const tell = async (): Promise<void> => {
      for (;;) {
        await clock.delay(heartbeatMs, end.signal);
        const record = this.record(key);
        if (record) await memory.update(key, { ...record, heldAt: clock.now() });
      }
    };
    tell().catch((error: unknown) => {
      if (!isCancellation(error)) log.error(`${key}: ${describeError(error)}`);
    });
  }

  /** What is not deleted by now is for the next window to offer. */
  private orphan(key: string): void {
    const record = this.record(key);
    if (record) void this.deps.memory.update(key, { ...record, heldAt: 0 });
    this.release(key);
  }

  private release(key: string): void {
    this.leased.get(key)?.stopHeartbeat.abort();
    this.leased.delete(key);
  }

  private forget(key: string): PromiseLike<void> {
    this.release(key);
    return this.deps.memory.update(key, undefined);
  }

  private record(key: string): TemporaryComputerRecord | undefined {
    return this.deps.memory.get(key) as TemporaryComputerRecord | undefined;
  }

  private all(): TemporaryComputerRecord[] {
    const keys = this.deps.memory.keys().filter((key) => key.startsWith(storagePrefix));
    return keys.map((key) => this.record(key)).filter((record) => record !== undefined);
  }
}
