import { t } from '@vscode/l10n';
import { isApiError, transientKinds } from '../api/errors';
import { GatewayError } from '../gateway/errors';
import type { Computer } from '../computers/computer';
import { LifecycleError, refusalOf } from '../computers/errors';
import type { Lifecycle } from '../computers/lifecycle';
import { statusOf } from '../computers/status';
import { SshError } from '../ssh/errors';
import { TunnelUnavailableError } from '../ssh/tunnel/remoteSshd';
import type { Clock } from '../base/clock';
import type { ComputerConnector, Progress } from './computerConnector';
import type { Session, SessionRequest } from '../shell/session';

/** Seconds between tries. */
const backoffSeconds = [1, 2, 4, 8, 15, 30];
/** Each pause is up to this part shorter or longer, so that many terminals do not all try at once. */
const jitter = 0.2;
/** Tries by the transport that led there before, until another is taken. */
const triesPerTransport = 2;
/** Milliseconds the service may take to restore a computer by itself, until a person is asked. */
const restoreTimeoutMs = 60_000;

export interface ReconnectionDeps {
  readonly lifecycle: Pick<Lifecycle, 'fetch'>;
  readonly connector: Pick<ComputerConnector, 'reconnect' | 'forget'>;
  readonly clock: Clock;
  /** Between 0 and 1. */
  readonly random?: () => number;
}

/**
 * The way back to a computer after the link to it was lost. It reads the computer first: one that runs is connected to
 * again, for as long as it takes; one that comes back by itself is waited for; one that was stopped stays stopped. It
 * never starts a computer.
 */
export class Reconnection {
  private retrySignal = new AbortController();
  /** Each line is told once, however long it takes. */
  private readonly reported = new Set<string>();
  private restorableSince: number | undefined;

  constructor(private readonly deps: ReconnectionDeps) {}

  /** Tries at once, instead of after the pause. */
  retryNow(): void {
    this.retrySignal.abort();
  }

  /**
   * @param quickLosses links that were lost one after the other, each soon after it stood: then it takes its time
   * @throws LifecycleError where the computer was stopped, deleted or needs attention; what no further try would mend;
   *   the signal's reason
   */
  async run(
    lost: Pick<Computer, 'id' | 'name'>,
    request: SessionRequest,
    progress: Progress,
    signal: AbortSignal,
    quickLosses = 0,
  ): Promise<Session> {
    progress.phase(t('reconnecting'));
    if (quickLosses > 1) await this.backOff(quickLosses - 2, signal);
    for (let tries = 0; ; tries += 1) {
      this.retrySignal = new AbortController();
      const session = await this.attempt(lost, request, tries, progress, signal);
      if (session) return session;
      await this.backOff(tries, signal);
    }
  }

  /** A session, or nothing where it may be better in a moment. */
  private async attempt(
    lost: Pick<Computer, 'id' | 'name'>,
    request: SessionRequest,
    tries: number,
    progress: Progress,
    signal: AbortSignal,
  ): Promise<Session | undefined> {
    try {
      const computer = await this.deps.lifecycle.fetch(lost.id, signal);
      if (!this.mayConnect(computer, progress)) return undefined;
      const allowFallback = tries >= triesPerTransport;
      // What is tried again and again is told only where it is something else.
      const report = allowFallback
        ? (line: string): void => this.reportOnce(progress, line)
        : () => undefined;
      const quiet = { report, phase: () => undefined };
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

  /** @throws LifecycleError where waiting would lead nowhere */
  private mayConnect(computer: Computer, progress: Progress): boolean {
    const { open } = statusOf(computer.status);
    // Wherever it comes back, other transports may lead there.
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

  /** The service usually restores by itself. */
  private awaitRestore(computer: Computer, progress: Progress): void {
    const now = this.deps.clock.now();
    this.restorableSince ??= now;
    if (now - this.restorableSince > restoreTimeoutMs) throw new LifecycleError('restorable', computer);
    this.reportOnce(progress, t('{0} is moved to another host. Waiting… (Ctrl+C cancels)', computer.name));
  }

  /** Tells what may pass; throws what will not. */
  private rethrowUnlessTransient(error: unknown, { name }: Pick<Computer, 'name'>, progress: Progress): void {
    const isPassing =
      error instanceof SshError ||
      error instanceof GatewayError ||
      error instanceof TunnelUnavailableError ||
      isApiError(error, ...transientKinds, 'conflict', 'malformed');
    if (!isPassing) throw error;
    this.reportOnce(
      progress,
      isApiError(error)
        ? t('{0} Trying again… (Enter tries now)', error.message)
        : t('{0} cannot be reached yet. Trying again… (Enter tries now)', name),
    );
  }

  private reportOnce(progress: Progress, line: string): void {
    if (!this.reported.has(line)) progress.report(line);
    this.reported.add(line);
  }

  private async backOff(tries: number, signal: AbortSignal): Promise<void> {
    const { clock, random = Math.random } = this.deps;
    const pause = (backoffSeconds[tries] ?? backoffSeconds.at(-1) ?? 30) * 1_000;
    const spread = 1 + jitter * (2 * random() - 1);
    try {
      await clock.delay(pause * spread, AbortSignal.any([signal, this.retrySignal.signal]));
    } catch {
      signal.throwIfAborted();
    }
  }
}
