import type { Clock } from './clock';
import { isCancellation } from './cancel';
import { toDisposable, type Disposable } from './disposable';

/** Milliseconds between looks at the clock, and how much later than that means that the machine slept. */
const interval = 5_000;
const late = 10_000;

/** Calls back each time the machine has slept: then the clock has gone on while nothing ran. */
export function watchForWake(clock: Clock, woken: () => void): Disposable {
  const end = new AbortController();
  const watch = async (): Promise<void> => {
    for (;;) {
      const due = clock.now() + interval;
      await clock.delay(interval, end.signal);
      if (clock.now() - due > late) woken();
    }
  };
  watch().catch((error: unknown) => {
    if (!isCancellation(error)) throw error;
  });
  return toDisposable(() => end.abort());
}
