import * as v from 'valibot';
import { ApiError } from './errors';
import { readAs } from './http';
import { wireExecEvent, type ExecEvent } from './wire';

/** What each event has, also one that is newer than this extension. */
const anyEvent = v.object({ type: v.string() });
const known = new Set<string>(['started', 'stdout', 'stderr', 'exit'] satisfies ExecEvent['type'][]);

/**
 * Reads the events of `exec/stream`; the last one is the exit.
 * @throws ApiError `malformed` for an event that cannot be read, `interrupted` when the events end before the exit
 */
export async function* parseExecEvents(
  events: AsyncIterable<string>,
): AsyncGenerator<ExecEvent, void, undefined> {
  for await (const data of events) {
    const event = readEvent(data);
    if (event) yield event;
    if (event?.type === 'exit') return;
  }
  throw new ApiError('interrupted');
}

function readEvent(data: string): ExecEvent | undefined {
  if (data === '[DONE]') return undefined;
  const event = parse(data);
  return known.has(readAs(anyEvent, event).type) ? readAs(wireExecEvent, event) : undefined;
}

function parse(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    // What it holds stays out of the error: it may be anything that the command wrote.
    throw new ApiError('malformed');
  }
}
