import { isApiError, transientKinds, type ApiError } from '../api/errors';
import type { Clock } from '../base/clock';
import type { Computer } from './computer';
import { LifecycleError } from './errors';

export interface PollOptions {
  /** Asks the service for the computer as it is now. */
  readonly fetch: () => Promise<Computer>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Milliseconds until it gives up. */
  readonly timeoutMs: number;
  /** Hears each time that the service cannot be asked just now. */
  readonly onUnreachable?: (error: ApiError) => void;
}

/**
 * Looks at a computer again and again until it is as wished. A service that cannot be asked just now is waited for,
 * as long as it wishes, within the time limit.
 * @throws LifecycleError when the computer is deleted meanwhile or the time is over, ApiError, or the signal's reason
 */
export async function pollUntil(
  isDone: (computer: Computer) => boolean | Promise<boolean>,
  looking: PollOptions,
): Promise<Computer> {
  const { clock, signal, timeoutMs: timeLimit } = looking;
  const deadline = clock.now() + timeLimit;
  const rests = pauses();
  let known: Computer | undefined;
  for (;;) {
    const seen = await look(looking, known);
    if (isApiError(seen)) looking.onUnreachable?.(seen);
    else if (await isDone(seen)) return seen;
    else known = seen;
    const rest = Math.max(rests.next().value, isApiError(seen) ? (seen.retryAfter ?? 0) : 0);
    if (clock.now() + rest > deadline)
      throw isApiError(seen) ? seen : new LifecycleError('timeLimit', seen, timeLimit / 1000);
    await clock.delay(rest, signal);
  }
}

/** The computer, or why the service cannot be asked just now. */
async function look({ fetch: read }: PollOptions, known: Computer | undefined): Promise<Computer | ApiError> {
  try {
    return await read();
  } catch (error) {
    if (isApiError(error, ...transientKinds)) return error;
    throw known && isApiError(error, 'notFound') ? new LifecycleError('deleted', known) : error;
  }
}

/** Milliseconds between looks: brisk for the first seconds, when most starts end, then up to 3 s. */
function* pauses(): Generator<number, never> {
  for (let i = 0; i < 10; i += 1) yield 400;
  for (let pause = 600; ; pause = Math.min(3_000, pause * 1.5)) yield pause;
}
