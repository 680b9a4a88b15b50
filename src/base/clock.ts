import { setTimeout as sleep } from 'node:timers/promises';

/** Source of time; injected, so that tests can advance it by hand. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Waits `ms` milliseconds; rejects with the signal's reason as soon as it is aborted. */
  delay(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The time of this machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  delay: async (ms, signal) => {
    signal?.throwIfAborted();
    try {
      await sleep(ms, undefined, { signal });
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    }
  },
};
