import { isCancellation } from './abort';
import type { Clock } from './clock';

export interface RetryOptions {
  readonly clock: Clock;
  /** Milliseconds from the first try within which another one may begin. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** True for an error that may be gone in a moment. */
  readonly shouldRetry: (error: unknown) => boolean;
  /** Told once, when the first try has failed in such a way. */
  readonly onFirstRetry?: (() => void) | undefined;
}

/** Tries again, with growing pauses, while what stands in the way may pass. Rejects with the last error. */
export async function retry<T>(attempt: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { clock, timeoutMs: patience, signal, shouldRetry: passes, onFirstRetry: onWaiting } = options;
  const deadline = clock.now() + patience;
  for (let tries = 1, pause = 100; ; tries += 1, pause = Math.min(2_000, pause * 1.5)) {
    try {
      return await attempt();
    } catch (error) {
      if (isCancellation(error) || !passes(error) || clock.now() + pause > deadline) throw error;
      if (tries === 1) onWaiting?.();
      await clock.delay(pause, signal);
    }
  }
}
