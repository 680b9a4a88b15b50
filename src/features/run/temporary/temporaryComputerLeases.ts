import type { CreateIntent } from '../../../api/client';
import type { WireComputer } from '../../../api/wire';
import { isCancellation } from '../../../base/abort';
import type { Clock } from '../../../base/clock';
import type { Disposable } from '../../../base/disposable';
import { describeError, type Log } from '../../../base/log';
import type { Memento } from '../../../base/memento';

/** Storage that all windows share. */
export interface LeaseMemento extends Memento {
  keys(): readonly string[];
}

/** The record of a computer that was created for one command, or may have been. */
export interface TemporaryComputerRecord {
  readonly intent: CreateIntent;
  readonly command: string;
  /** Milliseconds since the epoch. */
  readonly askedAt: number;
  /** The latest heartbeat of the window that uses it, in milliseconds since the epoch; 0 when it gave the lease up. */
  readonly heldAt: number;
  /** The address and the organization of the account that created it. */
  readonly owner: string;
  /** Undefined until the create call is answered. */
  readonly computer?: { readonly id: string; readonly name: string };
}

interface HeldLease {
  readonly stopHeartbeat: AbortController;
  /** The answer to the create call. */
  readonly created: Promise<WireComputer>;
}

const storagePrefix = 'celesto.fresh.';
/** Milliseconds between heartbeats of a window. */
const heartbeatMs = 4_000;
/** Milliseconds without a heartbeat after which a computer counts as orphaned. */
const leaseTimeoutMs = 10_000;

export function leaseKey(intent: CreateIntent): string {
  return storagePrefix + intent.idempotencyKey;
}

/**
 * The leases on temporary computers. A record exists from before the create call until the computer is deleted, whatever
 * happens to the window. The window that uses a computer renews its lease by a heartbeat; a lease that times out leaves
 * the computer orphaned, for any window to take care of.
 */
export class TemporaryComputerLeases implements Disposable {
  private readonly held = new Map<string, HeldLease>();

  constructor(
    private readonly memento: LeaseMemento,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  /** The answers to the create calls of this window's computers. */
  get created(): readonly Promise<WireComputer>[] {
    return [...this.held.values()].map(({ created }) => created);
  }

  get(key: string): TemporaryComputerRecord | undefined {
    return this.memento.get(key) as TemporaryComputerRecord | undefined;
  }

  save(key: string, record: TemporaryComputerRecord): PromiseLike<void> {
    return this.memento.update(key, record);
  }

  /** Takes the lease for this window, and renews it until it is given up. */
  acquire(key: string, created: Promise<WireComputer>): void {
    const stopHeartbeat = new AbortController();
    this.held.set(key, { stopHeartbeat, created });
    this.renew(key, stopHeartbeat.signal).catch((error: unknown) => {
      if (!isCancellation(error)) this.log.error(`${key}: ${describeError(error)}`);
    });
  }

  /** Gives the lease up: a computer that still exists is orphaned at once. */
  giveUp(key: string): void {
    const record = this.get(key);
    if (record) void this.save(key, { ...record, heldAt: 0 });
    this.stop(key);
  }

  /** Removes the record: there is no such computer any more, or the user keeps it. */
  forget(key: string): PromiseLike<void> {
    this.stop(key);
    return this.memento.update(key, undefined);
  }

  /**
   * The records whose lease has timed out. They are read twice, a heartbeat apart: a machine that slept wakes all its
   * windows at once, and each needs time to renew its leases.
   */
  async timedOut(signal: AbortSignal): Promise<readonly TemporaryComputerRecord[]> {
    const first = this.timedOutNow();
    if (first.length === 0) return [];
    await this.clock.delay(heartbeatMs, signal);
    const heldAt = new Map(first.map((record) => [record.intent.idempotencyKey, record.heldAt]));
    return this.timedOutNow().filter((record) => heldAt.get(record.intent.idempotencyKey) === record.heldAt);
  }

  /**
   * Milliseconds until the next lease of another window may time out; undefined where there is none.
   * @param isIgnored true for records that no longer matter to the caller
   */
  msUntilNextTimeout(isIgnored: (record: TemporaryComputerRecord) => boolean): number | undefined {
    const others = this.ofOtherWindows().filter((record) => !isIgnored(record));
    const now = this.clock.now();
    const delays = others.map(({ heldAt }) => heldAt + leaseTimeoutMs + 1 - now);
    return others.length === 0 ? undefined : Math.max(heartbeatMs, ...delays);
  }

  dispose(): void {
    for (const key of this.held.keys()) this.giveUp(key);
  }

  private async renew(key: string, signal: AbortSignal): Promise<void> {
    for (;;) {
      await this.clock.delay(heartbeatMs, signal);
      const record = this.get(key);
      if (record) await this.save(key, { ...record, heldAt: this.clock.now() });
    }
  }

  private stop(key: string): void {
    this.held.get(key)?.stopHeartbeat.abort();
    this.held.delete(key);
  }

  private timedOutNow(): TemporaryComputerRecord[] {
    const now = this.clock.now();
    return this.ofOtherWindows().filter(({ heldAt }) => now - heldAt > leaseTimeoutMs);
  }

  private ofOtherWindows(): TemporaryComputerRecord[] {
    const keys = this.memento.keys().filter((key) => key.startsWith(storagePrefix) && !this.held.has(key));
    return keys.map((key) => this.get(key)).filter((record) => record !== undefined);
  }
}
