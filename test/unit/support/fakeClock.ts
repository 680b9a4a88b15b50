import type { Clock } from '../../../src/base/clock';

interface Timer {
  due: number;
  readonly wake: () => void;
}

/** Time that stands still until a test moves it. */
export class FakeClock implements Clock {
  private time = Date.parse('2026-03-01T12:00:00Z');
  private readonly timers = new Set<Timer>();

  now(): number {
    return this.time;
  }

  delay(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const end = (): void => {
        this.timers.delete(timer);
        signal?.removeEventListener('abort', onAbort);
      };
      const onAbort = (): void => {
        end();
        reject(signal?.reason as Error);
      };
      const wake = (): void => {
        end();
        resolve();
      };
      const timer: Timer = { due: this.time + ms, wake };
      signal?.addEventListener('abort', onAbort);
      this.timers.add(timer);
    });
  }

  /** How many delays are being waited for. A timer left behind shows here. */
  get waiting(): number {
    return this.timers.size;
  }

  /** Lets so many milliseconds go by: wakes what is due, in order, and lets each run as far as it comes. */
  async advance(ms: number): Promise<void> {
    const end = this.time + ms;
    await settled();
    for (let next = this.next(end); next; next = this.next(end)) {
      this.time = next.due;
      next.wake();
      await settled();
    }
    this.time = end;
  }

  /** As when the machine sleeps: the clock goes on, and nothing that waits comes nearer. */
  sleep(ms: number): void {
    this.time += ms;
    for (const timer of this.timers) timer.due += ms;
  }

  private next(end: number): Timer | undefined {
    const due = [...this.timers].filter((timer) => timer.due <= end);
    return due.sort((a, b) => a.due - b.due)[0];
  }
}

/** Resolves when all that can go on without time or network has gone on. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
