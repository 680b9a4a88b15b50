import type { Clock } from '../../../src/base/clock';

interface Timer {
  due: number;
  readonly wake: () => void;
}

/** A clock that a test advances. */
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

  /** Number of pending delays. A leaked timer shows here. */
  get waiting(): number {
    return this.timers.size;
  }

  /** Advances by `ms` milliseconds: ends the delays that are due, in order, and lets each continuation run. */
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

  /** Simulates a sleep of the machine: the clock goes on, and pending delays do not. */
  sleep(ms: number): void {
    this.time += ms;
    for (const timer of this.timers) timer.due += ms;
  }

  private next(end: number): Timer | undefined {
    const due = [...this.timers].filter((timer) => timer.due <= end);
    return due.sort((a, b) => a.due - b.due)[0];
  }
}

/** Resolves when all pending microtasks have run. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
