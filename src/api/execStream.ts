import * as v from 'valibot';
import { parseJson } from '../base/json';
import { ApiError } from './apiErrors';
import { readAs } from './http';
import { type ExecEvent, wireExecEvent } from './wire';

/** The field that every event has, even of a type that is newer than this extension. */
const anyEvent = v.object({ type: v.string() });
const knownTypes = new Set<string>(['started', 'stdout', 'stderr', 'exit'] satisfies ExecEvent['type'][]);

/**
 * Parses the events of `exec/stream`; the last one is the exit. Events of unknown types are skipped.
 * @throws ApiError `malformed` for an event that cannot be parsed, `interrupted` when the stream ends before the exit
 */
export async function* parseExecEvents(
  events: AsyncIterable<string>,
): AsyncGenerator<ExecEvent, void, undefined> {
  for await (const data of events) {
    const event = parseEvent(data);
    if (event) yield event;
    if (event?.type === 'exit') return;
  }
  throw new ApiError('interrupted');
}

function parseEvent(data: string): ExecEvent | undefined {
  if (data === '[DONE]') return undefined;
  const event = jsonOf(data);
  return knownTypes.has(readAs(anyEvent, event).type) ? readAs(wireExecEvent, event) : undefined;
}

/** @throws ApiError for a text that is no JSON */
function jsonOf(data: string): unknown {
  try {
    return parseJson(data);
  } catch {
    // The text stays out of the error: it may be anything that the command wrote.
    throw new ApiError('malformed');
  }
}
