import { type ApiError, isApiError } from '../api/apiErrors';
import type { CelestoClient } from '../api/client';
import type { ChangedComputer, WireComputer } from '../api/wire';
import type { Clock } from '../base/clock';
import type { Log } from '../base/log';
import type { Computer } from './computer';
import type { ComputerStore } from './computerStore';
import { LifecycleError, refusalOf } from './errors';
import type { OperationCheck } from './operationCheck';
import { pollUntil } from './pollUntil';
import { statusOf } from './statusTable';

/** Progress of a computer on its way to `running`. */
export type EnsureRunningStep =
  | { readonly kind: 'requested'; readonly action: StartAction; readonly computer: Computer }
  | { readonly kind: 'waiting'; readonly computer: Computer }
  | { readonly kind: 'unreachable'; readonly error: ApiError };

export type StartAction = 'start' | 'restore';

/** Milliseconds for which a cached status `running` is used without asking the API. */
export const trustCachedRunningMs = 10_000;
/** Starts of a computer that stops again each time, before it fails. */
const maxStarts = 3;
/** Conflicts (409) in a row with the computer's state, before the last one is thrown. */
const maxConflicts = 2;

interface EnsureRunningDeps {
  readonly client: Pick<CelestoClient, 'start' | 'retryRestore'>;
  readonly store: ComputerStore;
  readonly clock: Clock;
  readonly log: Log;
  /** Reads the computer from the service. */
  readonly fetch: () => Promise<Computer>;
  /** Follows the start, or the create before it. */
  readonly operation: OperationCheck;
  /** Called when the service has accepted a start or a restore. */
  readonly onAccepted: (action: StartAction) => void;
}

interface EnsureRunningTarget {
  readonly id: string;
  readonly startFromError: boolean;
  readonly timeoutMs: number;
}

/** Brings one computer to `running`, once: polls its status, and does what the status calls for. */
export class EnsureRunningTask {
  private starts = 0;
  private conflicts = 0;
  private isRestoreRequested = false;

  constructor(
    private readonly deps: EnsureRunningDeps,
    private readonly target: EnsureRunningTarget,
    private readonly signal: AbortSignal,
    private readonly onStep: (step: EnsureRunningStep) => void,
  ) {}

  run(): Promise<Computer> {
    const { clock } = this.deps;
    return pollUntil((computer) => this.advance(computer), {
      fetch: () => this.fetch(),
      clock,
      signal: this.signal,
      timeoutMs: this.target.timeoutMs,
      onUnreachable: (error) => this.onStep({ kind: 'unreachable', error }),
    });
  }

  private async fetch(): Promise<Computer> {
    const computer = await this.deps.fetch();
    if (!statusOf(computer.status).isRunning) await this.deps.operation.check(computer, this.signal);
    return computer;
  }

  /** Does what the status calls for. @returns true when the computer can be connected to */
  private async advance(computer: Computer): Promise<boolean> {
    switch (statusOf(computer.status).open) {
      case 'connect':
      case 'try':
        return true;
      case 'start':
        await this.start(computer);
        return false;
      case 'restore':
        await this.restore(computer);
        return false;
      case 'offerStart':
        if (this.starts > 0) throw new LifecycleError('failed', computer);
        if (!this.target.startFromError) throw new LifecycleError('needsStart', computer);
        await this.start(computer);
        return false;
      case 'refuse':
        throw refusalOf(computer);
      case 'wait':
        this.onStep({ kind: 'waiting', computer });
        return false;
    }
  }

  private async start(computer: Computer): Promise<void> {
    if (this.starts >= maxStarts) throw new LifecycleError('keepsStopping', computer);
    this.starts += 1;
    this.onStep({ kind: 'requested', action: 'start', computer });
    await this.request(computer, 'start', () => this.deps.client.start(this.target.id, this.signal));
  }

  /**
   * Requests a restore once. Newer services restore by themselves and lack this call; there a start is the nearest
   * request. A conflict means that a restore is under way already.
   */
  private async restore(computer: Computer): Promise<void> {
    if (this.isRestoreRequested) {
      this.onStep({ kind: 'waiting', computer });
      return;
    }
    this.isRestoreRequested = true;
    this.onStep({ kind: 'requested', action: 'restore', computer });
    await this.request(computer, 'restore', async () => {
      try {
        return await this.deps.client.retryRestore(this.target.id, this.signal);
      } catch (error) {
        if (!isApiError(error, 'notFound')) throw error;
        return await this.deps.client.start(this.target.id, this.signal);
      }
    });
  }

  private async request(
    computer: Computer,
    action: StartAction,
    call: () => Promise<ChangedComputer>,
  ): Promise<void> {
    const { store, log, operation, onAccepted } = this.deps;
    const optimistic = store.setOptimistic(computer.id, action === 'start' ? 'starting' : 'restoring');
    let answer: WireComputer | undefined;
    try {
      const changed = await call();
      answer = changed;
      operation.follow(changed);
      this.conflicts = 0;
      onAccepted(action);
    } catch (error) {
      if (isApiError(error, 'notFound')) {
        store.remove(computer.id);
        throw new LifecycleError('deleted', computer);
      }
      // Another client was faster: poll again. But a service that keeps refusing has a reason worth reading.
      this.conflicts += 1;
      if (!isApiError(error, 'conflict') || this.conflicts >= maxConflicts) throw error;
      log.info(`${this.target.id}: ${error.message}`);
    } finally {
      optimistic.settle(answer);
    }
  }
}
