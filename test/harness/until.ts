import { setTimeout as delay } from 'node:timers/promises';

/**
 * Waits for a condition.
 * @param what the condition in words, for the error; a function where they tell how things are by then
 * @param probe gives a value that is not undefined, null or false once the condition holds; what it throws counts as "not yet"
 * @param milliseconds how long to wait before giving up
 * @returns the probe's value
 */
export async function until<T>(
  what: string | (() => string),
  probe: () => T | Promise<T>,
  milliseconds = 20_000,
): Promise<Exclude<NonNullable<T>, false>> {
  const end = Date.now() + milliseconds;
  for (;;) {
    let problem = '';
    try {
      const value = await probe();
      if (value !== undefined && value !== null && value !== false)
        return value as Exclude<NonNullable<T>, false>;
    } catch (error) {
      problem = ` (${String(error)})`;
    }
    if (Date.now() > end) {
      const words = typeof what === 'string' ? what : what();
      throw new Error(`Waited ${milliseconds} ms in vain: ${words}${problem}`);
    }
    await delay(50);
  }
}
