import type { EventSourceMessage } from 'eventsource-parser';
import * as v from 'valibot';
import { describeError, type Log } from '../base/log';
import { truncate } from '../base/text';
import { ApiError } from './errors';
import { isHttpError, requestIdOf, retryAfterOf, toApiError, withoutKey } from './toApiError';

/** Who calls, and where. Read anew for each call, since people sign in and switch organizations. */
export interface Credentials {
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly organization?: string | undefined;
}

export interface Call {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Path below the base URL, its segments already percent-encoded. */
  readonly path: string;
  readonly query?: Record<string, string | number>;
  readonly body?: object;
  readonly headers?: Record<string, string>;
  /** Milliseconds for the whole call, its retries included. Default 30 s. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
}

/** How long a GET may wait for another try when the service names a time; beyond it the caller is told instead. */
const longestRetryAfter = 5_000;

/** Characters of an event that are waited for: a stream without an end of line must not fill the memory. */
const longestEvent = 16 * 1024 * 1024;

/** What may stand in a header as a bearer token. Pasted keys hold other things at times. */
const usableKey = /^[\x21-\x7e]+$/;

/**
 * Makes one call and reads its answer. GETs are tried up to three times; nothing else is ever replayed.
 * No error repeats the key, even where the service does.
 * @throws ApiError, or the signal's reason when it was aborted
 */
export class Http {
  constructor(
    private readonly log: Log,
    private readonly retryDelay: (attempt: number) => number = (attempt) => 300 * 2 ** (attempt - 1),
  ) {}

  async json<S extends v.GenericSchema>(
    schema: S,
    credentials: Credentials,
    call: Call,
  ): Promise<v.InferOutput<S>> {
    const started = Date.now();
    const limit = limitOf(call);
    try {
      const response = await this.send(credentials, call, limit, started);
      return readAs(schema, await parseJson(response, credentials), requestIdOf(response));
    } catch (error) {
      throw this.failed(await toApiError(error, limit, credentials.apiKey), call, started);
    }
  }

  /**
   * Makes one call that is answered with a stream of events (`text/event-stream`, HTML Living Standard, 9.2) and gives
   * the data of each as it comes. Leaving the loop ends the call. The time limit is for the whole stream.
   * @throws ApiError, of kind `interrupted` once the stream has begun; or the signal's reason when it was aborted
   */
  async *events(credentials: Credentials, call: Call): AsyncGenerator<string, void, undefined> {
    const started = Date.now();
    const limit = limitOf(call);
    let hasBegun = false;
    try {
      const response = await this.send(credentials, call, limit, started);
      const events = await eventsOf(response);
      hasBegun = true;
      for await (const { data } of events) yield data;
    } catch (error) {
      const otherwise = hasBegun ? 'interrupted' : 'network';
      throw this.failed(await toApiError(error, limit, credentials.apiKey, otherwise), call, started);
    }
  }

  /** Leaves a line in the log. @returns the error to throw, unless the call was cancelled: then it throws the reason */
  private failed(failure: ApiError, call: Call, started: number): ApiError {
    call.signal?.throwIfAborted();
    this.log.warn(`${call.method} ${call.path} in ${Date.now() - started} ms: ${describeError(failure)}`);
    return failure;
  }

  private async send(
    credentials: Credentials,
    call: Call,
    limit: AbortSignal,
    started: number,
  ): Promise<Response> {
    if (!usableKey.test(credentials.apiKey)) throw new ApiError('auth');
    const response = await this.answer(credentials, call, limit);
    this.log.debug(`${call.method} ${call.path} ${response.status} in ${Date.now() - started} ms`);
    return response;
  }

  private async answer(credentials: Credentials, call: Call, limit: AbortSignal): Promise<Response> {
    // Its loading builds a Request, which takes longer than all of our own activation: so it comes with the first call.
    const { default: ky } = await import('ky');
    let asked: number | undefined;
    return ky(credentials.baseUrl + call.path, {
      method: call.method,
      searchParams: call.query,
      json: call.body,
      headers: {
        authorization: `Bearer ${credentials.apiKey}`,
        ...(credentials.organization && { 'x-current-organization': credentials.organization }),
        ...call.headers,
      },
      // A redirect would carry the key to another place: it is an error, never followed.
      redirect: 'manual',
      timeout: false,
      // A GET whose answer breaks off is tried again too, so its answer is read while it still can be.
      ...(call.method === 'GET' && { fetch: fetchWhole }),
      signal: call.signal ? AbortSignal.any([call.signal, limit]) : limit,
      retry: {
        limit: 2,
        methods: ['get'],
        // What the service asks for is read here, with a bound.
        afterStatusCodes: [],
        shouldRetry: ({ error }) => {
          asked = isHttpError(error) ? retryAfterOf(error.response) : undefined;
          return asked !== undefined && asked > longestRetryAfter ? false : undefined;
        },
        delay: (attempt) => asked ?? this.retryDelay(attempt),
      },
    });
  }
}

/**
 * Reads a value as a schema.
 * @throws ApiError of kind `malformed` that names the first field that is not as agreed
 */
export function readAs<S extends v.GenericSchema>(
  schema: S,
  value: unknown,
  requestId?: string,
): v.InferOutput<S> {
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  const [issue] = result.issues;
  const field = v.getDotPath(issue) ?? 'answer';
  // Texts of the answer stay out of it: any of them might be a secret.
  const message = issue.message.replace(/ but received "[^]*$/, ' but received another text');
  const detail = `${truncate(field, 80)}: ${truncate(message, 200)}`;
  throw new ApiError('malformed', { detail, requestId });
}

/** Like fetch, but what was asked for is there as a whole. Rejects where it breaks off. */
async function fetchWhole(...request: Parameters<typeof fetch>): Promise<Response> {
  const response = await fetch(...request);
  return response.ok && response.body ? new Response(await response.arrayBuffer(), response) : response;
}

function limitOf(call: Call): AbortSignal {
  return AbortSignal.timeout(call.timeoutMs ?? 30_000);
}

/** The events of an answer. @throws ApiError of kind `malformed` when it is no stream of events */
async function eventsOf(response: Response): Promise<ReadableStream<EventSourceMessage>> {
  const type = response.headers.get('content-type') ?? '';
  if (!/^text\/event-stream\b/i.test(type) || !response.body) {
    await response.body?.cancel();
    throw new ApiError('malformed', { detail: truncate(type, 80), requestId: requestIdOf(response) });
  }
  const { EventSourceParserStream } = await import('eventsource-parser/stream');
  return response.body
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(new EventSourceParserStream({ maxBufferSize: longestEvent }));
}

async function parseJson(response: Response, credentials: Credentials): Promise<unknown> {
  const body = await response.text();
  try {
    return JSON.parse(body);
  } catch {
    const detail = truncate(withoutKey(body, credentials.apiKey), 80);
    throw new ApiError('malformed', { detail, requestId: requestIdOf(response) });
  }
}
