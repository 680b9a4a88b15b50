import { ambiguousKinds, transientKinds } from '../../../api/apiErrorKinds';
import { isApiError } from '../../../api/apiErrors';
import { type CelestoClient, createIntent } from '../../../api/client';
import type { CreateRequest } from '../../../api/wire';
import type { Clock } from '../../../base/clock';
import type { Disposable } from '../../../base/disposable';
import { describeError, type Log } from '../../../base/log';
import { retry } from '../../../base/retry';
import { finishBeforeShutdown } from '../../../base/shutdown';
import type { Computer } from '../../../computers/computer';
import type { ComputerStore } from '../../../computers/computerStore';
import type { Lifecycle } from '../../../computers/lifecycle';
import { statusOf } from '../../../computers/statusTable';
import {
  leaseKey,
  type LeaseMemento,
  TemporaryComputerLeases,
  type TemporaryComputerRecord,
} from './temporaryComputerLeases';

/** One use of a temporary computer. */
export interface Lease {
  readonly key: string;
  /** Settles when the service has answered the create call. */
  readonly computer: Promise<Computer>;
}

/** Milliseconds for which a delete is retried. */
const deleteTimeoutMs = 30_000;
/** Milliseconds for reading whether an orphaned computer still exists. */
const existenceCheckTimeoutMs = 5_000;

export interface TemporaryComputersDeps {
  readonly client: Pick<CelestoClient, 'create' | 'get'>;
  /** Has the latest credentials, and works while the window closes. */
  readonly lastClient: Pick<CelestoClient, 'delete'>;
  /** The address and the organization of the current account. */
  readonly owner: () => string;
  readonly store: Pick<ComputerStore, 'nextSequence' | 'applyAnswer'>;
  readonly lifecycle: Pick<Lifecycle, 'delete'>;
  readonly memento: LeaseMemento;
  /** Called when a computer is deleted, so that other records of it are removed. */
  readonly onDeleted: (computerId: string) => void;
  readonly clock: Clock;
  readonly log: Log;
}

/** Creates and deletes computers that exist for one command each. */
export class TemporaryComputers implements Disposable {
  private readonly leases: TemporaryComputerLeases;

  constructor(private readonly deps: TemporaryComputersDeps) {
    this.leases = new TemporaryComputerLeases(deps.memento, deps.clock, deps.log);
  }

  /** Creates a computer. The call is never cancelled: a computer whose id is unknown could not be deleted. */
  create(request: CreateRequest, command: string): Lease {
    const intent = createIntent(request);
    const key = leaseKey(intent);
    const now = this.deps.clock.now();
    const owner = this.deps.owner();
    const computer = this.createLeased(key, { intent, command, askedAt: now, heldAt: now, owner });
    // A caller that was cancelled does not wait for it.
    computer.catch(() => undefined);
    return { key, computer };
  }

  /**
   * Deletes a computer after its command has ended, with retries.
   * @throws ApiError when it could not be deleted, or may exist under an unknown id; then it is orphaned
   */
  async discard({ key, computer }: Lease): Promise<void> {
    try {
      const { id } = await computer.catch((error: unknown) => {
        if (this.leases.get(key) === undefined) return { id: undefined };
        throw error;
      });
      if (id !== undefined) await this.deleteWithRetry(key, id);
    } finally {
      this.leases.giveUp(key);
    }
  }

  /** The computers, as far as they still exist, that no window uses. */
  async orphaned(signal: AbortSignal): Promise<readonly TemporaryComputerRecord[]> {
    const records = await this.leases.timedOut(signal);
    const exist = await Promise.all(records.map((record) => this.mayExist(record, signal)));
    signal.throwIfAborted();
    return records.filter((_, index) => exist[index]);
  }

  /**
   * Milliseconds until a computer of another window may be orphaned; undefined where no other window has one.
   * @param wasAsked true for records that the user was asked about
   */
  msUntilNextOrphan(wasAsked: (record: TemporaryComputerRecord) => boolean): number | undefined {
    return this.leases.msUntilNextTimeout(wasAsked);
  }

  /**
   * Deletes an orphaned computer. Where its id is unknown, the create call is repeated with its idempotency key, as the
   * user has agreed: the answer names the computer that was created, or creates it.
   * @throws ApiError, LifecycleError
   */
  async remove(record: TemporaryComputerRecord, signal: AbortSignal): Promise<void> {
    const { id } = record.computer ?? (await this.deps.client.create(record.intent, signal));
    await this.deps.lifecycle.delete(id, signal);
    await this.onGone(leaseKey(record.intent), id);
  }

  /** Leaves a computer as it is, and removes its record. */
  keep(record: TemporaryComputerRecord): PromiseLike<void> {
    return this.leases.forget(leaseKey(record.intent));
  }

  /**
   * Deletes this window's computers as it closes. VS Code may not store anything any more, so the records stay; the next
   * window checks which of the computers still exist. Never rejects.
   */
  async close(): Promise<void> {
    const { clock, lastClient, log } = this.deps;
    await finishBeforeShutdown(
      clock,
      (signal) => this.leases.created.map(async (created) => lastClient.delete((await created).id, signal)),
      (error) => log.warn(`no delete on close: ${describeError(error)}`),
    );
  }

  dispose(): void {
    this.leases.dispose();
  }

  private async createLeased(key: string, record: TemporaryComputerRecord): Promise<Computer> {
    const { client, store } = this.deps;
    await this.leases.save(key, record);
    const sequence = store.nextSequence();
    const created = client.create(record.intent);
    this.leases.acquire(key, created);
    try {
      const computer = store.applyAnswer(await created, sequence);
      const { id, name } = computer;
      // Heartbeats may have renewed the record while the answer was awaited.
      await this.leases.save(key, { ...(this.leases.get(key) ?? record), computer: { id, name } });
      return computer;
    } catch (error) {
      // After an ambiguous error the computer may exist; after any other it does not.
      if (!isApiError(error, ...ambiguousKinds)) await this.leases.forget(key);
      throw error;
    }
  }

  /** Checks that a computer exists, and removes the record of one that does not. Computers of another account may exist. */
  private async mayExist(
    { intent, owner, computer }: TemporaryComputerRecord,
    signal: AbortSignal,
  ): Promise<boolean> {
    if (!computer || owner !== this.deps.owner()) return true;
    try {
      const timeout = AbortSignal.timeout(existenceCheckTimeoutMs);
      const { status } = await this.deps.client.get(computer.id, AbortSignal.any([signal, timeout]));
      if (!statusOf(status).isGone) return true;
    } catch (error) {
      if (!isApiError(error, 'notFound')) return true;
    }
    await this.onGone(leaseKey(intent), computer.id);
    return false;
  }

  private async deleteWithRetry(key: string, id: string): Promise<void> {
    const { lifecycle, clock } = this.deps;
    await retry(() => lifecycle.delete(id, AbortSignal.timeout(deleteTimeoutMs)), {
      clock,
      timeoutMs: deleteTimeoutMs,
      signal: new AbortController().signal,
      shouldRetry: (error) => isApiError(error, ...transientKinds, 'conflict'),
    });
    await this.onGone(key, id);
  }

  private onGone(key: string, id: string): PromiseLike<void> {
    this.deps.onDeleted(id);
    return this.leases.forget(key);
  }
}
