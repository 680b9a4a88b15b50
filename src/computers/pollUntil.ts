import { transientKinds } from '../api/apiErrorKinds';
import { type ApiError, isApiError } from '../api/apiErrors';
import type { Clock } from '../base/clock';
import type { Computer } from './computer';
import { LifecycleError } from './errors';

export interface PollOptions {
  /** Reads the computer from the service. */
  readonly fetch: () => Promise<Computer>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  /** Called each time the service cannot be reached; polling goes on. */
  readonly onUnreachable?: (error: ApiError) => void;
}

/** Milliseconds between polls: short for the first seconds, in which most starts end, then growing. */
const pollPause = { firstMs: 400, firstCount: 10, thenMs: 600, factor: 1.5, maxMs: 3_000 };

/**
 * Polls one computer until it is in the wanted state. An unreachable service is waited for within the time limit, as
 * long as its `Retry-After` asks.
 * @throws LifecycleError when the computer is deleted meanwhile or the time is over, ApiError, or the signal's reason
 */
export async function pollUntil(
  isDone: (computer: Computer) => boolean | Promise<boolean>,
  options: PollOptions,
): Promise<Computer> {
  const { clock, signal, timeoutMs } = options;
  const deadline = clock.now() + timeoutMs;
  const pauses = pollPauses();
  let latest: Computer | undefined;
  for (;;) {
    const answer = await poll(options, latest);
    if (isApiError(answer)) options.onUnreachable?.(answer);
    else if (await isDone(answer)) return answer;
    else latest = answer;
    const pause = Math.max(pauses.next().value, isApiError(answer) ? (answer.retryAfter ?? 0) : 0);
    if (clock.now() + pause > deadline)
      throw isApiError(answer) ? answer : new LifecycleError('timeout', answer, timeoutMs / 1000);
    await clock.delay(pause, signal);
  }
}

/** @returns the computer, or the error of a service that cannot be reached */
async function poll({ fetch }: PollOptions, latest: Computer | undefined): Promise<Computer | ApiError> {
  try {
    return await fetch();
  } catch (error) {
    if (isApiError(error, ...transientKinds)) return error;
    throw latest && isApiError(error, 'notFound') ? new LifecycleError('deleted', latest) : error;
  }
}

function* pollPauses(): Generator<number, never> {
  const { firstMs, firstCount, thenMs, factor, maxMs } = pollPause;
  for (let i = 0; i < firstCount; i += 1) yield firstMs;
  for (let pause = thenMs; ; pause = Math.min(maxMs, pause * factor)) yield pause;
}
