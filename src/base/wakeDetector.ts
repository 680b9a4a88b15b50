import { isCancellation } from './abort';
import type { Clock } from './clock';
import { type Disposable, toDisposable } from './disposable';

/** Milliseconds between checks of the clock. */
const checkIntervalMs = 5_000;
/** A check that comes this many milliseconds late means that the machine slept. */
const sleptAfterMs = 10_000;

/** Calls back each time the machine has woken from sleep: the clock went on while no timer fired. */
export function detectWake(clock: Clock, onWake: () => void): Disposable {
  const end = new AbortController();
  const check = async (): Promise<void> => {
    for (;;) {
      const due = clock.now() + checkIntervalMs;
      await clock.delay(checkIntervalMs, end.signal);
      if (clock.now() - due > sleptAfterMs) onWake();
    }
  };
  check().catch((error: unknown) => {
    if (!isCancellation(error)) throw error;
  });
  return toDisposable(() => end.abort());
}
