import { setTimeout as sleep } from 'node:timers/promises';
import { isApiError } from '../../src/api/apiErrors';

/** Repeats a call of the service while that fails: injected faults are meant for the extension's calls. */
export async function retryServerErrors<T>(call: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!isApiError(error, 'server')) throw error;
      await sleep(100);
    }
  }
}
