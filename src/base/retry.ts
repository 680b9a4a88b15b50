import { isCancellation } from './abort';
import type { Clock } from './clock';

export interface RetryOptions {
  readonly clock: Clock;
  /** Milliseconds after the first attempt within which another one may begin. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Decides whether another attempt may succeed. A cancellation is never retried. */
  readonly shouldRetry: (error: unknown) => boolean;
  /** Called once, when the first attempt has failed and another one follows. */
  readonly onFirstRetry?: (() => void) | undefined;
}

/** Pause before the next attempt, in milliseconds: it grows by `factor` up to `maxMs`. */
const backoff = { firstMs: 100, factor: 1.5, maxMs: 2_000 };

/** Repeats an attempt with growing pauses while its error may pass. Rejects with the last error. */
export async function retry<T>(attempt: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { clock, timeoutMs, signal, shouldRetry, onFirstRetry } = options;
  const deadline = clock.now() + timeoutMs;
  let pauseMs = backoff.firstMs;
  for (let attempts = 1; ; attempts += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (isCancellation(error) || !shouldRetry(error) || clock.now() + pauseMs > deadline) throw error;
      if (attempts === 1) onFirstRetry?.();
      await clock.delay(pauseMs, signal);
    }
    pauseMs = Math.min(backoff.maxMs, pauseMs * backoff.factor);
  }
}
