import { maxBulkDelete, type CelestoClient, type CreateIntent } from '../api/client';
import { isApiError, type ApiError } from '../api/errors';
import type { BulkDeleteResult, WireComputer } from '../api/wire';
import type { Clock } from '../base/clock';
import { Emitter } from '../base/emitter';
import type { Log } from '../base/log';
import { SingleFlight } from '../base/singleFlight';
import { EnsureRunningTask, type EnsureRunningStep } from './ensureRunning';
import type { Computer } from './computer';
import { LifecycleError } from './errors';
import { pollUntil } from './pollUntil';
import { statusOf } from './status';
import type { ComputerStore } from './store';

export interface EnsureRunningOptions {
  readonly signal: AbortSignal;
  /** Milliseconds until it gives up. */
  readonly timeoutMs: number;
  readonly onStep?: (step: EnsureRunningStep) => void;
  /** A person asked for a start, so a computer in status error is started too. */
  readonly startFromError?: boolean;
  /** Believe the list's word that it runs when it is at most this many milliseconds old. Default 0: ask. */
  readonly maxAgeMs?: number;
}

/** A computer that this window had brought up: the service has agreed, and it is on its way. */
export interface StartRequest {
  readonly id: string;
  readonly action: 'create' | 'start' | 'restore';
}

/** What came of deleting many. */
export interface DeletionResult {
  readonly deletedIds: readonly string[];
  /** Those that the service says it could not delete. */
  readonly failedIds: readonly string[];
  /** Why it ended before the rest were deleted; undefined where the service answered for all. */
  readonly problem: unknown;
}

/** Milliseconds a question may take whose answer is not waited for long. */
const statusCheckTimeoutMs = 5_000;

/** The way of a computer from one state to another. */
export class Lifecycle {
  private readonly bringingUp = new SingleFlight<Computer, EnsureRunningStep>();
  private readonly departures = new Emitter<StartRequest>();
  private readonly endings = new Emitter<string>();

  /** Fires when the service has agreed to bring up a computer that this window asked for. */
  readonly onDidStart = this.departures.event;
  /** Fires with the id of a computer that this window is about to stop or delete. */
  readonly onWillStopOrDelete = this.endings.event;

  constructor(
    private readonly client: Pick<
      CelestoClient,
      'get' | 'create' | 'start' | 'stop' | 'delete' | 'bulkDelete' | 'retryRestore'
    >,
    private readonly store: ComputerStore,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  /**
   * Creates a computer. It is billed, so it is sent once; the same intent may be sent again.
   * @throws ApiError, or the signal's reason
   */
  async create(intent: CreateIntent, signal: AbortSignal): Promise<Computer> {
    const ticket = this.store.nextSequence();
    try {
      const computer = this.store.upsert(await this.client.create(intent, signal), ticket);
      this.departures.fire({ id: computer.id, action: 'create' });
      return computer;
    } catch (error) {
      // It may have been created all the same.
      this.store.pollNow();
      throw error;
    }
  }

  /**
   * Brings a computer to `running`, whatever its state: starts it, restores it, waits out what is under way.
   * Callers of the same computer share one run, so it is started once; the run ends when the last of them cancels.
   * @throws LifecycleError, ApiError, or the signal's reason
   */
  async ensureRunning(id: string, options: EnsureRunningOptions): Promise<Computer> {
    const recent = this.store.recent(id, options.maxAgeMs ?? 0);
    if (recent && statusOf(recent.status).open === 'connect') return recent;
    try {
      return await this.bringUp(id, false, options);
    } catch (error) {
      const wished =
        error instanceof LifecycleError && error.problem === 'needsStart' && options.startFromError;
      if (!wished) throw error;
      return await this.bringUp(id, true, options);
    }
  }

  private bringUp(id: string, evenFromError: boolean, options: EnsureRunningOptions): Promise<Computer> {
    const { client, store, clock, log } = this;
    const { signal, timeoutMs: timeLimit, onStep } = options;
    return this.bringingUp.join(
      evenFromError ? `${id} from error` : id,
      (own, report) => {
        const read = (): Promise<Computer> => this.fetch(id, own);
        const wish = { id, startFromError: evenFromError, timeoutMs: timeLimit };
        const agreed = (what: 'start' | 'restore'): void => this.departures.fire({ id, action: what });
        return new EnsureRunningTask(
          { client, store, clock, log, fetch: read, onAccepted: agreed },
          wish,
          own,
          report,
        ).run();
      },
      signal,
      onStep,
    );
  }

  /** Stops a computer and waits until it has stopped (or is in any other settled state). */
  async stop(id: string, options: { signal: AbortSignal; timeoutMs: number }): Promise<Computer> {
    const { signal, timeoutMs: timeLimit } = options;
    this.endings.fire(id);
    const assumption = this.store.setOptimistic(id, 'stopping');
    let answer: WireComputer | undefined;
    try {
      answer = await this.client.stop(id, signal);
    } catch (error) {
      if (isApiError(error, 'notFound')) this.store.remove(id);
      // It changed meanwhile: what it is now is told by the wait below.
      if (!isApiError(error, 'conflict')) throw error;
      this.log.info(`stop of ${id}: ${error.message}`);
      await this.refuseUnlessStopping(id, error, signal);
    } finally {
      assumption.settle(answer);
    }
    return pollUntil(({ status }) => statusOf(status).kind !== 'changing', {
      fetch: () => this.fetch(id, signal),
      clock: this.clock,
      signal,
      timeoutMs: timeLimit,
    });
  }

  /** Deletes a computer. One that is already being deleted, or gone, is a success. */
  async delete(id: string, signal: AbortSignal): Promise<void> {
    this.endings.fire(id);
    const assumption = this.store.setOptimistic(id, 'deleting');
    let answer: WireComputer | undefined;
    try {
      answer = await this.askToDelete(id, signal);
    } catch (error) {
      if (!isApiError(error, 'notFound')) throw error;
      this.store.remove(id);
    } finally {
      assumption.settle(answer);
    }
  }

  /** Deletes many, a portion at a time. Never rejects: what fails midway does not undo what was deleted before. */
  async deleteMany(ids: readonly string[], signal: AbortSignal): Promise<DeletionResult> {
    const deletedIds: string[] = [];
    const failedIds: string[] = [];
    try {
      for (let i = 0; i < ids.length; i += maxBulkDelete) {
        const some = await this.deleteSome(ids.slice(i, i + maxBulkDelete), signal);
        deletedIds.push(...some.deleted_ids);
        failedIds.push(...some.failed_ids);
      }
    } catch (problem) {
      return { deletedIds, failedIds, problem };
    }
    return { deletedIds, failedIds, problem: undefined };
  }

  private async deleteSome(ids: readonly string[], signal: AbortSignal): Promise<BulkDeleteResult> {
    for (const id of ids) this.endings.fire(id);
    const assumptions = new Map(ids.map((id) => [id, this.store.setOptimistic(id, 'deleting')]));
    try {
      const result = await this.client.bulkDelete(ids, signal);
      for (const id of result.deleted_ids) assumptions.get(id)?.confirm();
      return result;
    } finally {
      for (const assumption of assumptions.values()) assumption.settle();
    }
  }

  private async refuseUnlessStopping(id: string, conflict: ApiError, signal: AbortSignal): Promise<void> {
    const { status } = await this.fetch(id, signal);
    if (status !== 'stopping' && status !== 'stopped') throw conflict;
  }

  private async askToDelete(id: string, signal: AbortSignal): Promise<WireComputer> {
    try {
      return await this.client.delete(id, signal);
    } catch (error) {
      if (!isApiError(error, 'conflict')) throw error;
      this.log.info(`delete of ${id}: ${error.message}`);
      const now = await this.client.get(id, signal);
      if (now.status !== 'deleting' && now.status !== 'deleted') throw error;
      return now;
    }
  }

  /** Whether a computer runs; where the service cannot be asked just now, it is taken to run. */
  async isRunning(id: string): Promise<boolean> {
    try {
      const { status } = await this.fetch(id, AbortSignal.timeout(statusCheckTimeoutMs));
      return statusOf(status).open === 'connect';
    } catch (error) {
      return !isApiError(error, 'notFound');
    }
  }

  /**
   * Asks the service for a computer as it is now.
   * @throws ApiError, or the signal's reason
   */
  async fetch(id: string, signal: AbortSignal): Promise<Computer> {
    const ticket = this.store.nextSequence();
    try {
      return this.store.upsert(await this.client.get(id, signal), ticket);
    } catch (error) {
      if (isApiError(error, 'notFound')) this.store.remove(id);
      throw error;
    }
  }
}
