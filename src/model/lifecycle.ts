import { bulkSize, type CelestoClient } from '../api/client';
import { isApiError, type ApiError } from '../api/errors';
import type { BulkDeleteResult, WireComputer } from '../api/wire';
import type { Clock } from '../util/clock';
import type { Log } from '../util/log';
import { SharedTasks } from '../util/sharedTask';
import { BringUp, pauses, type Step } from './bringUp';
import type { Computer } from './computer';
import { LifecycleError } from './errors';
import { statusOf } from './status';
import type { ComputerStore } from './store';

export interface EnsureRunningOptions {
  readonly signal: AbortSignal;
  /** Milliseconds until it gives up. */
  readonly timeLimit: number;
  readonly onStep?: (step: Step) => void;
  /** A person asked for a start, so a computer in status error is started too. */
  readonly evenFromError?: boolean;
  /** Believe the list's word that it runs when it is at most this many milliseconds old. Default 0: ask. */
  readonly trustFor?: number;
}

/** The way of a computer from one state to another. */
export class Lifecycle {
  private readonly bringingUp = new SharedTasks<Computer, Step>();

  constructor(
    private readonly client: Pick<
      CelestoClient,
      'get' | 'start' | 'stop' | 'delete' | 'bulkDelete' | 'retryRestore'
    >,
    private readonly store: ComputerStore,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  /**
   * Brings a computer to `running`, whatever its state: starts it, restores it, waits out what is under way.
   * Callers of the same computer share one run, so it is started once; the run ends when the last of them cancels.
   * @throws LifecycleError, ApiError, or the signal's reason
   */
  async ensureRunning(id: string, options: EnsureRunningOptions): Promise<Computer> {
    const recent = this.store.recent(id, options.trustFor ?? 0);
    if (recent && statusOf(recent.status).open === 'connect') return recent;
    try {
      return await this.bringUp(id, false, options);
    } catch (error) {
      const wished =
        error instanceof LifecycleError && error.problem === 'needsStart' && options.evenFromError;
      if (!wished) throw error;
      return await this.bringUp(id, true, options);
    }
  }

  private bringUp(id: string, evenFromError: boolean, options: EnsureRunningOptions): Promise<Computer> {
    const { client, store, clock, log } = this;
    const { signal, timeLimit, onStep } = options;
    return this.bringingUp.join(
      evenFromError ? `${id} from error` : id,
      (own, report) => {
        const read = (): Promise<Computer> => this.read(id, own);
        const wish = { id, evenFromError, timeLimit };
        return new BringUp({ client, store, clock, log, read }, wish, own, report).run();
      },
      signal,
      onStep,
    );
  }

  /** Stops a computer and waits until it has stopped (or is in any other settled state). */
  async stop(id: string, options: { signal: AbortSignal; timeLimit: number }): Promise<Computer> {
    const { signal, timeLimit } = options;
    const assumption = this.store.assume(id, 'stopping');
    let answer: WireComputer | undefined;
    try {
      answer = await this.client.stop(id, signal);
    } catch (error) {
      // It changed meanwhile: what it is now is told by the wait below.
      if (!isApiError(error, 'conflict')) throw error;
      this.log.info(`stop of ${id}: ${error.message}`);
      await this.refuseUnlessStopping(id, error, signal);
    } finally {
      assumption.settle(answer);
    }
    return this.untilSettled(id, timeLimit, signal);
  }

  /** Deletes a computer. One that is already being deleted, or gone, is a success. */
  async delete(id: string, signal: AbortSignal): Promise<void> {
    const assumption = this.store.assume(id, 'deleting');
    let answer: WireComputer | undefined;
    let gone = false;
    try {
      answer = await this.client.delete(id, signal);
    } catch (error) {
      if (isApiError(error, 'notFound')) gone = true;
      else if (!isApiError(error, 'conflict')) throw error;
      else answer = await this.mustBeDeleting(id, error, signal);
    } finally {
      assumption.settle(answer);
      if (gone) this.store.forget(id);
    }
  }

  /** Deletes many. What could not be deleted is named in the answer. */
  async deleteMany(ids: readonly string[], signal: AbortSignal): Promise<BulkDeleteResult> {
    const total: BulkDeleteResult = { deleted: 0, deleted_ids: [], failed_ids: [] };
    for (let i = 0; i < ids.length; i += bulkSize) {
      const some = await this.deleteSome(ids.slice(i, i + bulkSize), signal);
      total.deleted += some.deleted;
      total.deleted_ids.push(...some.deleted_ids);
      total.failed_ids.push(...some.failed_ids);
    }
    return total;
  }

  private async deleteSome(ids: readonly string[], signal: AbortSignal): Promise<BulkDeleteResult> {
    const assumptions = ids.map((id) => this.store.assume(id, 'deleting'));
    try {
      return await this.client.bulkDelete(ids, signal);
    } finally {
      for (const assumption of assumptions) assumption.settle();
    }
  }

  private async refuseUnlessStopping(id: string, conflict: ApiError, signal: AbortSignal): Promise<void> {
    const { status } = await this.read(id, signal);
    if (status !== 'stopping' && status !== 'stopped') throw conflict;
  }

  private async mustBeDeleting(id: string, conflict: ApiError, signal: AbortSignal): Promise<WireComputer> {
    const wire = await this.client.get(id, signal);
    if (wire.status !== 'deleting' && wire.status !== 'deleted') throw conflict;
    return wire;
  }

  private async untilSettled(id: string, timeLimit: number, signal: AbortSignal): Promise<Computer> {
    const deadline = this.clock.now() + timeLimit;
    for (const pause of pauses()) {
      const computer = await this.read(id, signal);
      if (statusOf(computer.status).kind !== 'changing') return computer;
      if (this.clock.now() + pause > deadline)
        throw new LifecycleError('timeLimit', computer, timeLimit / 1000);
      await this.clock.delay(pause, signal);
    }
    throw new Error('unreachable');
  }

  private async read(id: string, signal: AbortSignal): Promise<Computer> {
    const ticket = this.store.ticket();
    return this.store.learn(await this.client.get(id, signal), ticket);
  }
}
