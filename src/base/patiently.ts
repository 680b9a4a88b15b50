import { isCancellation } from './cancel';
import type { Clock } from './clock';

export interface Patiently {
  readonly clock: Clock;
  /** Milliseconds from the first try within which another one may begin. */
  readonly patience: number;
  readonly signal: AbortSignal;
  /** True for an error that may be gone in a moment. */
  readonly passes: (error: unknown) => boolean;
  /** Told once, when the first try has failed in such a way. */
  readonly onWaiting?: (() => void) | undefined;
}

/** Tries again, with growing pauses, while what stands in the way may pass. Rejects with the last error. */
export async function patiently<T>(attempt: () => Promise<T>, options: Patiently): Promise<T> {
  const { clock, patience, signal, passes, onWaiting } = options;
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
