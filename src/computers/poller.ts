import { isCancellation } from '../base/abort';
import type { Clock } from '../base/clock';
import { type Disposable, toDisposable } from '../base/disposable';

/** Milliseconds between polls of the list: while a computer changes, and while none does. */
export const pollIntervals = { changing: 1_500, quiet: 30_000 };

/** Milliseconds until the next poll after a failed one: doubled by each failure in a row. */
const pollBackoff = { first: 2_000, max: 60_000 };

/** @param failures failed polls in a row, at least 1 */
export function pollBackoffMs(failures: number): number {
  return Math.min(pollBackoff.max, pollBackoff.first * 2 ** (failures - 1));
}

/**
 * Repeats a poll for as long as it has a watcher. Each poll returns the milliseconds until the next one.
 * Without a watcher there is no poll and no timer.
 */
export class Poller implements Disposable {
  private watchers = 0;
  private polling: AbortController | undefined;
  private pausing: AbortController | undefined;
  private isPollRequested = false;

  constructor(
    private readonly clock: Clock,
    private readonly poll: (signal: AbortSignal) => Promise<number>,
    private readonly onCrash: (error: unknown) => void,
  ) {}

  /** Polls until disposed. The first watcher causes a poll at once. */
  watch(): Disposable {
    this.watchers += 1;
    if (this.watchers === 1) this.start();
    return toDisposable(() => {
      this.watchers -= 1;
      if (this.watchers === 0) this.stop();
    });
  }

  /** Ends the current pause: something has changed. A poll in progress is followed by another one at once. */
  pollNow(): void {
    this.isPollRequested = true;
    this.pausing?.abort();
  }

  dispose(): void {
    this.stop();
  }

  private start(): void {
    const controller = new AbortController();
    this.polling = controller;
    this.run(controller.signal).catch((error: unknown) => {
      if (!isCancellation(error)) this.onCrash(error);
    });
  }

  private stop(): void {
    this.polling?.abort();
    this.polling = undefined;
  }

  private async run(signal: AbortSignal): Promise<void> {
    for (;;) {
      this.isPollRequested = false;
      const intervalMs = await this.poll(signal);
      signal.throwIfAborted();
      await this.pause(intervalMs, signal);
    }
  }

  private async pause(ms: number, signal: AbortSignal): Promise<void> {
    const pausing = new AbortController();
    this.pausing = pausing;
    if (this.isPollRequested) return;
    try {
      await this.clock.delay(ms, AbortSignal.any([signal, pausing.signal]));
    } catch (error) {
      signal.throwIfAborted();
      if (!pausing.signal.aborted) throw error;
    }
  }
}
