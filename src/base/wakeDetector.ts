import type { Clock } from './clock';
import { isCancellation } from './abort';
import { toDisposable, type Disposable } from './disposable';

/** Milliseconds between looks at the clock, and how much later than that means that the machine slept. */
const checkIntervalMs = 5_000;
const sleptAfterMs = 10_000;

/** Calls back each time the machine has slept: then the clock has gone on while nothing ran. */
export function detectWake(clock: Clock, woken: () => void): Disposable {
  const end = new AbortController();
  const watch = async (): Promise<void> => {
    for (;;) {
      const due = clock.now() + checkIntervalMs;
      await clock.delay(checkIntervalMs, end.signal);
      if (clock.now() - due > sleptAfterMs) woken();
    }
  };
  watch().catch((error: unknown) => {
    if (!isCancellation(error)) throw error;
  });
  return toDisposable(() => end.abort());
}
