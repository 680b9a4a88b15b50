import { setTimeout as delay } from 'node:timers/promises';

/**
 * Waits for a condition.
 * @param condition describes it for the error; a function can include the state at that time
 * @param probe returns anything but undefined, null or false once the condition holds; an exception counts as "not yet"
 * @param milliseconds the timeout
 * @returns the value of the probe
 */
export async function until<T>(
  condition: string | (() => string),
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
      const description = typeof condition === 'string' ? condition : condition();
      throw new Error(`Timed out after ${milliseconds} ms: ${description}${problem}`);
    }
    await delay(50);
  }
}
