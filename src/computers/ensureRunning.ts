import type { CelestoClient } from '../api/client';
import { isApiError, type ApiError } from '../api/errors';
import type { WireComputer } from '../api/wire';
import type { Clock } from '../base/clock';
import type { Log } from '../base/log';
import type { Computer } from './computer';
import { LifecycleError, refusalOf } from './errors';
import { pollUntil } from './pollUntil';
import { statusOf } from './status';
import type { ComputerStore } from './store';

/** What is going on while a computer is brought up. */
export type EnsureRunningStep =
  | { readonly kind: 'requested'; readonly action: 'start' | 'restore'; readonly computer: Computer }
  | { readonly kind: 'waiting'; readonly computer: Computer }
  | { readonly kind: 'unreachable'; readonly error: ApiError };

/** How often a computer that stops again is started before we say so. */
const mostStarts = 3;
/** How often in a row the service may say that the state does not allow what we ask. */
const mostConflicts = 2;

interface EnsureRunningDeps {
  readonly client: Pick<CelestoClient, 'start' | 'retryRestore'>;
  readonly store: ComputerStore;
  readonly clock: Clock;
  readonly log: Log;
  /** Asks the service for the computer as it is now. */
  readonly fetch: () => Promise<Computer>;
  /** Told when the service has agreed. */
  readonly onAccepted: (what: 'start' | 'restore') => void;
}

interface EnsureRunningTarget {
  readonly id: string;
  readonly startFromError: boolean;
  /** Milliseconds. */
  readonly timeoutMs: number;
}

/** One run of bringing one computer up: look, do what its state calls for, rest, look again. */
export class EnsureRunningTask {
  private starts = 0;
  private conflicts = 0;
  private restoreAsked = false;

  constructor(
    private readonly deps: EnsureRunningDeps,
    private readonly wish: EnsureRunningTarget,
    private readonly signal: AbortSignal,
    private readonly onStep: (step: EnsureRunningStep) => void,
  ) {}

  run(): Promise<Computer> {
    const { fetch: read, clock } = this.deps;
    return pollUntil((computer) => this.advance(computer), {
      fetch: read,
      clock,
      signal: this.signal,
      timeoutMs: this.wish.timeoutMs,
      onUnreachable: (error) => this.onStep({ kind: 'unreachable', error }),
    });
  }

  /** Does what the state calls for. True when the computer can be connected to. */
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
        if (!this.wish.startFromError) throw new LifecycleError('needsStart', computer);
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
    if (this.starts >= mostStarts) throw new LifecycleError('keepsStopping', computer);
    this.starts += 1;
    this.onStep({ kind: 'requested', action: 'start', computer });
    await this.ask(computer, 'start', () => this.deps.client.start(this.wish.id, this.signal));
  }

  /**
   * Asks for a restore once. Newer services restore by themselves and have no such call; there a start is the nearest
   * wish. A conflict means that it is under way already.
   */
  private async restore(computer: Computer): Promise<void> {
    if (this.restoreAsked) {
      this.onStep({ kind: 'waiting', computer });
      return;
    }
    this.restoreAsked = true;
    this.onStep({ kind: 'requested', action: 'restore', computer });
    await this.ask(computer, 'restore', async () => {
      try {
        return await this.deps.client.retryRestore(this.wish.id, this.signal);
      } catch (error) {
        if (!isApiError(error, 'notFound')) throw error;
        return await this.deps.client.start(this.wish.id, this.signal);
      }
    });
  }

  private async ask(
    computer: Computer,
    what: 'start' | 'restore',
    call: () => Promise<WireComputer>,
  ): Promise<void> {
    const { store, log, onAccepted: agreed } = this.deps;
    const assumption = store.setOptimistic(computer.id, what === 'start' ? 'starting' : 'restoring');
    let answer: WireComputer | undefined;
    try {
      answer = await call();
      this.conflicts = 0;
      agreed(what);
    } catch (error) {
      if (isApiError(error, 'notFound')) {
        store.remove(computer.id);
        throw new LifecycleError('deleted', computer);
      }
      // Somebody else was quicker: look again. But a service that keeps refusing has a reason worth reading.
      this.conflicts += 1;
      if (!isApiError(error, 'conflict') || this.conflicts >= mostConflicts) throw error;
      log.info(`${this.wish.id}: ${error.message}`);
    } finally {
      assumption.settle(answer);
    }
  }
}
