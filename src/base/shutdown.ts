import type { Clock } from './clock';

/** Milliseconds that a closing window may be held up: VS Code ends its extension host after a few seconds. */
const shutdownTimeoutMs = 3_000;

/**
 * Runs the last tasks of a closing window, within a time limit. Never rejects.
 * @param start starts the tasks; its signal is aborted when the time is up
 * @param onFailure receives the error of each task that fails in time
 */
export async function finishBeforeShutdown(
  clock: Pick<Clock, 'delay'>,
  start: (signal: AbortSignal) => readonly Promise<unknown>[],
  onFailure: (error: unknown) => void,
): Promise<void> {
  const limit = new AbortController();
  const tasks = start(limit.signal);
  if (tasks.length === 0) return;
  const all = Promise.allSettled(tasks).then((outcomes) => {
    for (const outcome of outcomes) if (outcome.status === 'rejected') onFailure(outcome.reason);
  });
  await Promise.race([all, clock.delay(shutdownTimeoutMs, limit.signal)]);
  limit.abort();
}
