import { t } from '@vscode/l10n';
import { isApiError } from '../api/apiErrors';
import type { Clock } from '../base/clock';
import { isTransient } from '../base/errors';
import type { Computer } from '../computers/computer';
import { LifecycleError, refusalOf } from '../computers/errors';
import type { Lifecycle } from '../computers/lifecycle';
import { statusOf } from '../computers/statusTable';
import type { Session, SessionRequest } from '../shell/shellSession';
import type { ComputerConnector } from './computerConnector';
import type { Progress } from './progressReporter';

/** Back-off: seconds between two attempts. The last value repeats. */
const backoffSeconds = [1, 2, 4, 8, 15, 30];
/** Each back-off is up to this fraction shorter or longer, so that many terminals do not reconnect at once. */
const jitter = 0.2;
/** Attempts by the transport that worked before, until the others are tried as well. */
const attemptsBeforeFallback = 2;
/** Milliseconds that the service may take to restore a computer by itself, until the user is asked. */
const restoreTimeoutMs = 60_000;

export interface ReconnectionDeps {
  readonly lifecycle: Pick<Lifecycle, 'fetch'>;
  readonly connector: Pick<ComputerConnector, 'reconnect' | 'forget'>;
  readonly clock: Clock;
  /** Between 0 and 1. */
  readonly random?: () => number;
}

/**
 * Reconnects to a computer after the connection was lost. Each attempt reads the status first: a computer that runs is
 * reconnected to for as long as that takes, one that is restored or restarted is waited for, one that was stopped stays
 * stopped. Never starts a computer.
 */
export class Reconnection {
  private retrySignal = new AbortController();
  /** Messages that were shown: each is shown once, however many attempts there are. */
  private readonly reported = new Set<string>();
  private restorableSince: number | undefined;

  constructor(private readonly deps: ReconnectionDeps) {}

  /** Ends the current back-off. */
  retryNow(): void {
    this.retrySignal.abort();
  }

  /**
   * @param rapidDisconnects connections lost in a row, each soon after it was made; they lengthen the first back-off
   * @throws LifecycleError where the computer was stopped, deleted or needs attention; errors that are not transient; the
   *   signal's reason
   */
  async run(
    computer: Pick<Computer, 'id' | 'name'>,
    request: SessionRequest,
    progress: Progress,
    signal: AbortSignal,
    rapidDisconnects = 0,
  ): Promise<Session> {
    progress.phase(t('reconnecting'));
    if (rapidDisconnects > 1) await this.backOff(rapidDisconnects - 2, signal);
    for (let attempts = 0; ; attempts += 1) {
      this.retrySignal = new AbortController();
      const session = await this.attempt(computer, request, attempts, progress, signal);
      if (session) return session;
      await this.backOff(attempts, signal);
    }
  }

  /** Returns a session, or undefined where another attempt may succeed. */
  private async attempt(
    lost: Pick<Computer, 'id' | 'name'>,
    request: SessionRequest,
    attempts: number,
    progress: Progress,
    signal: AbortSignal,
  ): Promise<Session | undefined> {
    try {
      const computer = await this.deps.lifecycle.fetch(lost.id, signal);
      if (!this.canConnect(computer, progress)) return undefined;
      const allowFallback = attempts >= attemptsBeforeFallback;
      // The same transport again is no news.
      const report = (message: string): void => {
        if (allowFallback) this.reportOnce(progress, message);
      };
      const quiet: Progress = { report, phase: () => undefined };
      return await this.deps.connector.reconnect(computer, request, allowFallback, {
        signal,
        progress: quiet,
      });
    } catch (error) {
      signal.throwIfAborted();
      if (isApiError(error, 'notFound')) throw new LifecycleError('deleted', lost);
      this.rethrowUnlessTransient(error, lost, progress);
      return undefined;
    }
  }

  /** @throws LifecycleError where no further attempt can succeed */
  private canConnect(computer: Computer, progress: Progress): boolean {
    const { open } = statusOf(computer.status);
    // It may come back on another host.
    if (open === 'wait' || open === 'restore') this.deps.connector.forget(computer.id);
    switch (open) {
      case 'connect':
      case 'try':
        return true;
      case 'wait':
        this.reportOnce(
          progress,
          t('{0}: {1}. Waiting… (Ctrl+C cancels)', computer.name, statusOf(computer.status).label()),
        );
        return false;
      case 'restore':
        this.awaitRestore(computer, progress);
        return false;
      case 'start':
        throw new LifecycleError('stopped', computer);
      case 'offerStart':
        throw new LifecycleError('needsStart', computer);
      case 'refuse':
        throw refusalOf(computer);
    }
  }

  /** Waits for the service, which usually restores a computer by itself. @throws LifecycleError after {@link restoreTimeoutMs} */
  private awaitRestore(computer: Computer, progress: Progress): void {
    const now = this.deps.clock.now();
    this.restorableSince ??= now;
    if (now - this.restorableSince > restoreTimeoutMs) throw new LifecycleError('restorable', computer);
    this.reportOnce(progress, t('{0} is moving to another host. Waiting… (Ctrl+C cancels)', computer.name));
  }

  /** Conflicts and unreadable answers count as transient here: the computer is changing its state. */
  private rethrowUnlessTransient(error: unknown, { name }: Pick<Computer, 'name'>, progress: Progress): void {
    if (!isTransient(error) && !isApiError(error, 'conflict', 'malformed')) throw error;
    this.reportOnce(
      progress,
      isApiError(error)
        ? t('{0} Retrying… (Enter retries now)', error.message)
        : t('{0} cannot be reached yet. Retrying… (Enter retries now)', name),
    );
  }

  private reportOnce(progress: Progress, message: string): void {
    if (!this.reported.has(message)) progress.report(message);
    this.reported.add(message);
  }

  private async backOff(attempts: number, signal: AbortSignal): Promise<void> {
    const { clock, random = Math.random } = this.deps;
    const seconds = backoffSeconds[attempts] ?? backoffSeconds.at(-1) ?? 0;
    const factor = 1 + jitter * (2 * random() - 1);
    try {
      await clock.delay(seconds * 1_000 * factor, AbortSignal.any([signal, this.retrySignal.signal]));
    } catch {
      signal.throwIfAborted();
    }
  }
}
