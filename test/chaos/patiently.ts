import { setTimeout as sleep } from 'node:timers/promises';
import { isApiError } from '../../src/api/errors';

/** Calls the service again and again while it fails: faults were put there for others. */
export async function patiently<T>(call: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!isApiError(error, 'server')) throw error;
      await sleep(100);
    }
  }
}
