import type { Clock } from './clock';

/** Milliseconds that the end of a window is held up at most: VS Code waits a few seconds, then it is over. */
const shutdownTimeoutMs = 3_000;

/**
 * Waits for what is still to be done as a window closes, though not for long. Never rejects.
 * @param begin begins it all; what is under way when the time is over is aborted
 * @param onFailure told what fails within that time
 */
export async function finishBeforeShutdown(
  clock: Pick<Clock, 'delay'>,
  begin: (signal: AbortSignal) => readonly Promise<unknown>[],
  onFailure: (error: unknown) => void,
): Promise<void> {
  const limit = new AbortController();
  const begun = begin(limit.signal);
  if (begun.length === 0) return;
  const all = Promise.allSettled(begun).then((outcomes) => {
    for (const outcome of outcomes) if (outcome.status === 'rejected') onFailure(outcome.reason);
  });
  await Promise.race([all, clock.delay(shutdownTimeoutMs, limit.signal)]);
  limit.abort();
}
