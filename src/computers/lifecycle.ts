import { type ApiError, isApiError } from '../api/apiErrors';
import { type CelestoClient, type CreateIntent, maxBulkDelete } from '../api/client';
import type { BulkDeleteResult, ChangedComputer, WireComputer } from '../api/wire';
import type { Clock } from '../base/clock';
import { Emitter } from '../base/emitter';
import type { Log } from '../base/log';
import { SingleFlight } from '../base/singleFlight';
import type { Computer } from './computer';
import type { ComputerStore } from './computerStore';
import { type EnsureRunningStep, EnsureRunningTask, type StartAction } from './ensureRunning';
import { LifecycleError } from './errors';
import { OperationCheck } from './operationCheck';
import { pollUntil } from './pollUntil';
import { statusOf } from './statusTable';

export interface EnsureRunningOptions {
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  readonly onStep?: (step: EnsureRunningStep) => void;
  /** Starts a computer in status `error`, too: the user requested a start. */
  readonly startFromError?: boolean;
  /** Accepts a listed status `running` up to this age in milliseconds. Default 0: always ask the service. */
  readonly maxAgeMs?: number;
}

/** A create, start or restore that this window requested and the service has accepted. */
export interface StartRequest {
  readonly id: string;
  readonly action: 'create' | StartAction;
}

/** Result of deleting several computers. */
export interface DeletionResult {
  readonly deletedIds: readonly string[];
  /** Computers that the service could not delete. */
  readonly failedIds: readonly string[];
  /** Error that ended it before all were deleted; undefined where the service answered for all. */
  readonly problem: unknown;
}

/** Milliseconds for {@link Lifecycle.isRunning}: its callers rather assume that a computer runs than wait. */
const statusCheckTimeoutMs = 5_000;

/** Creates, starts, restores, stops and deletes computers, and waits for their statuses. */
export class Lifecycle {
  private readonly starting = new SingleFlight<Computer, EnsureRunningStep>();
  /** Answers to creates that nobody has waited for yet. */
  private readonly creations = new Map<string, ChangedComputer>();
  private readonly accepted = new Emitter<StartRequest>();
  private readonly ending = new Emitter<string>();

  /** Fires when the service has accepted a create, start or restore of this window. */
  readonly onDidStart = this.accepted.event;
  /** Fires with the id of a computer that this window is about to stop or delete. */
  readonly onWillStopOrDelete = this.ending.event;

  constructor(
    private readonly client: Pick<
      CelestoClient,
      'get' | 'create' | 'start' | 'stop' | 'delete' | 'bulkDelete' | 'retryRestore' | 'operation'
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
    const sequence = this.store.nextSequence();
    try {
      const answer = await this.client.create(intent, signal);
      const computer = this.store.applyAnswer(answer, sequence);
      this.creations.set(computer.id, answer);
      this.accepted.fire({ id: computer.id, action: 'create' });
      return computer;
    } catch (error) {
      // It may have been created all the same.
      this.store.pollNow();
      throw error;
    }
  }

  /**
   * Brings a computer to `running`, whatever its status: starts or restores it, waits for what is under way.
   * Concurrent callers share one run, so it is started once; the run is aborted when the last of them cancels.
   * @throws LifecycleError, ApiError, or the signal's reason
   */
  async ensureRunning(id: string, options: EnsureRunningOptions): Promise<Computer> {
    const recent = this.store.recent(id, options.maxAgeMs ?? 0);
    if (recent && statusOf(recent.status).isRunning) return recent;
    try {
      return await this.start(id, false, options);
    } catch (error) {
      const isStartNeeded = error instanceof LifecycleError && error.problem === 'needsStart';
      if (!isStartNeeded || !options.startFromError) throw error;
      return await this.start(id, true, options);
    }
  }

  private start(id: string, startFromError: boolean, options: EnsureRunningOptions): Promise<Computer> {
    const { client, store, clock, log } = this;
    const { signal, timeoutMs, onStep } = options;
    return this.starting.join(
      startFromError ? `${id} from error` : id,
      (own, report) => {
        const fetch = (): Promise<Computer> => this.fetch(id, own);
        const onAccepted = (action: StartAction): void => this.accepted.fire({ id, action });
        const operation = new OperationCheck(client, 'failed');
        const creation = this.creations.get(id);
        if (creation) operation.follow(creation);
        this.creations.delete(id);
        const deps = { client, store, clock, log, fetch, operation, onAccepted };
        return new EnsureRunningTask(deps, { id, startFromError, timeoutMs }, own, report).run();
      },
      signal,
      onStep,
    );
  }

  /** Stops a computer and waits until its status does not change any more. */
  async stop(id: string, options: { signal: AbortSignal; timeoutMs: number }): Promise<Computer> {
    const { signal, timeoutMs } = options;
    this.ending.fire(id);
    const optimistic = this.store.setOptimistic(id, 'stopping');
    const operation = new OperationCheck(this.client, 'notStopped');
    let answer: ChangedComputer | undefined;
    try {
      answer = await this.client.stop(id, signal);
      operation.follow(answer);
    } catch (error) {
      if (isApiError(error, 'notFound')) this.store.remove(id);
      // Its status has changed meanwhile: the polls below return it.
      if (!isApiError(error, 'conflict')) throw error;
      this.log.info(`stop of ${id}: ${error.message}`);
      await this.rethrowUnlessStopping(id, error, signal);
    } finally {
      optimistic.settle(answer);
    }
    const fetch = async (): Promise<Computer> => {
      const computer = await this.fetch(id, signal);
      if (!statusOf(computer.status).isStopped) await operation.check(computer, signal);
      return computer;
    };
    return pollUntil(({ status }) => !statusOf(status).isChanging, {
      fetch,
      clock: this.clock,
      signal,
      timeoutMs,
    });
  }

  /** Deletes a computer. Succeeds for one that is already being deleted, or gone. */
  async delete(id: string, signal: AbortSignal): Promise<void> {
    this.ending.fire(id);
    const optimistic = this.store.setOptimistic(id, 'deleting');
    let answer: WireComputer | undefined;
    try {
      answer = await this.requestDelete(id, signal);
    } catch (error) {
      if (!isApiError(error, 'notFound')) throw error;
      this.store.remove(id);
    } finally {
      optimistic.settle(answer);
    }
  }

  /** Deletes several computers, a batch at a time. Never rejects: a failure does not undo the batches before it. */
  async deleteMany(ids: readonly string[], signal: AbortSignal): Promise<DeletionResult> {
    const deletedIds: string[] = [];
    const failedIds: string[] = [];
    try {
      for (let i = 0; i < ids.length; i += maxBulkDelete) {
        const batch = await this.deleteBatch(ids.slice(i, i + maxBulkDelete), signal);
        deletedIds.push(...batch.deleted_ids);
        failedIds.push(...batch.failed_ids);
      }
    } catch (problem) {
      return { deletedIds, failedIds, problem };
    }
    return { deletedIds, failedIds, problem: undefined };
  }

  private async deleteBatch(ids: readonly string[], signal: AbortSignal): Promise<BulkDeleteResult> {
    for (const id of ids) this.ending.fire(id);
    const optimistic = new Map(ids.map((id) => [id, this.store.setOptimistic(id, 'deleting')]));
    try {
      const result = await this.client.bulkDelete(ids, signal);
      for (const id of result.deleted_ids) optimistic.get(id)?.confirm();
      return result;
    } finally {
      for (const status of optimistic.values()) status.settle();
    }
  }

  private async rethrowUnlessStopping(id: string, conflict: ApiError, signal: AbortSignal): Promise<void> {
    const { isStopping, isStopped } = statusOf((await this.fetch(id, signal)).status);
    if (!isStopping && !isStopped) throw conflict;
  }

  private async requestDelete(id: string, signal: AbortSignal): Promise<WireComputer> {
    try {
      return await this.client.delete(id, signal);
    } catch (error) {
      if (!isApiError(error, 'conflict')) throw error;
      this.log.info(`delete of ${id}: ${error.message}`);
      const current = await this.client.get(id, signal);
      if (!statusOf(current.status).isGone) throw error;
      return current;
    }
  }

  /** Reads whether a computer is running. Where the service cannot be reached, it is taken to be. */
  async isRunning(id: string): Promise<boolean> {
    try {
      const { status } = await this.fetch(id, AbortSignal.timeout(statusCheckTimeoutMs));
      return statusOf(status).isRunning;
    } catch (error) {
      return !isApiError(error, 'notFound');
    }
  }

  /**
   * Reads a computer from the service.
   * @throws ApiError, or the signal's reason
   */
  async fetch(id: string, signal: AbortSignal): Promise<Computer> {
    const sequence = this.store.nextSequence();
    try {
      return this.store.applyAnswer(await this.client.get(id, signal), sequence);
    } catch (error) {
      if (isApiError(error, 'notFound')) this.store.remove(id);
      throw error;
    }
  }
}
