import type { Clock } from '../base/clock';
import { toDisposable, type Disposable } from '../base/disposable';
import { isCancellation } from '../base/abort';

/**
 * Repeats a poll for as long as somebody watches. Each poll says how many milliseconds to rest before the next one.
 * Nobody watching means no poll and no timer.
 */
export class Poller implements Disposable {
  private watchers = 0;
  private running: AbortController | undefined;
  private resting: AbortController | undefined;
  private hurried = false;

  constructor(
    private readonly clock: Clock,
    private readonly poll: (signal: AbortSignal) => Promise<number>,
    private readonly onCrash: (error: unknown) => void,
  ) {}

  /** Asks for polling until disposed. The first watcher causes a poll at once. */
  watch(): Disposable {
    this.watchers += 1;
    if (this.watchers === 1) this.begin();
    return toDisposable(() => {
      this.watchers -= 1;
      if (this.watchers === 0) this.end();
    });
  }

  /** Ends the present rest: something is known to have changed. A poll already under way is followed by another. */
  pollNow(): void {
    this.hurried = true;
    this.resting?.abort();
  }

  dispose(): void {
    this.end();
  }

  private begin(): void {
    const controller = new AbortController();
    this.running = controller;
    this.run(controller.signal).catch((error: unknown) => {
      if (!isCancellation(error)) this.onCrash(error);
    });
  }

  private end(): void {
    this.running?.abort();
    this.running = undefined;
  }

  private async run(signal: AbortSignal): Promise<void> {
    for (;;) {
      this.hurried = false;
      const rest = await this.poll(signal);
      signal.throwIfAborted();
      await this.rest(rest, signal);
    }
  }

  private async rest(ms: number, signal: AbortSignal): Promise<void> {
    const resting = new AbortController();
    this.resting = resting;
    if (this.hurried) return;
    try {
      await this.clock.delay(ms, AbortSignal.any([signal, resting.signal]));
    } catch (error) {
      signal.throwIfAborted();
      if (!resting.signal.aborted) throw error;
    }
  }
}
