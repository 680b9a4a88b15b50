import type { EventSourceMessage } from 'eventsource-parser';
import * as v from 'valibot';
import { isRecord } from '../base/json';
import { describeError, type Log } from '../base/log';
import { truncate } from '../base/text';
import { ApiError } from './apiErrors';
import { classifyFailure, isHttpError, requestIdOf, retryAfterOf, withoutKey } from './classifyFailure';

/** Key, address and organization of a call. Read for each call, since users sign in and switch organizations. */
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
  /** Milliseconds for the whole call, its retries included. Default: {@link defaultTimeoutMs}. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
}

/** Milliseconds of a `Retry-After` that a GET waits for by itself; for a longer one it fails, and its caller waits. */
const maxAutomaticRetryAfterMs = 5_000;

/** Attempts that follow a failed GET. */
const maxRetries = 2;

/** Milliseconds that a call may take, its retries included. */
const defaultTimeoutMs = 30_000;

/** Characters that one event may have: a stream without an end of line must not fill the memory. */
const maxEventLength = 16 * 1024 * 1024;

/** The characters of a bearer token in a header. Pasted keys hold others at times. */
const validKey = /^[\x21-\x7e]+$/;

/**
 * Makes HTTP calls and validates their answers. GETs are attempted up to three times; nothing else is ever repeated.
 * No error repeats the key, even where the service does.
 * @throws ApiError, or the signal's reason when it was aborted
 */
export class Http {
  constructor(
    private readonly log: Log,
    /** Milliseconds before an attempt that follows a failed one, where the service asks for none. */
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
      const body = withOperationId(await parseJson(response, credentials), response);
      return readAs(schema, body, requestIdOf(response));
    } catch (error) {
      throw this.logged(await classifyFailure(error, limit, credentials.apiKey), call, started);
    }
  }

  /**
   * Makes one call that is answered with a stream of events (`text/event-stream`, HTML Living Standard, 9.2) and yields
   * the data of each as it arrives. Leaving the loop ends the call. The time limit is for the whole stream.
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
      const fallbackKind = hasBegun ? 'interrupted' : 'network';
      throw this.logged(await classifyFailure(error, limit, credentials.apiKey, fallbackKind), call, started);
    }
  }

  /** Logs a failure. @returns the error to throw; throws the signal's reason where the call was cancelled */
  private logged(failure: ApiError, call: Call, started: number): ApiError {
    call.signal?.throwIfAborted();
    const request = failure.requestId === undefined ? '' : ` (request ${failure.requestId})`;
    const took = `${Date.now() - started} ms`;
    this.log.warn(`${call.method} ${call.path} in ${took}${request}: ${describeError(failure)}`);
    return failure;
  }

  private async send(
    credentials: Credentials,
    call: Call,
    limit: AbortSignal,
    started: number,
  ): Promise<Response> {
    if (!validKey.test(credentials.apiKey)) throw new ApiError('auth');
    const response = await this.request(credentials, call, limit);
    this.log.debug(`${call.method} ${call.path} ${response.status} in ${Date.now() - started} ms`);
    return response;
  }

  private async request(credentials: Credentials, call: Call, limit: AbortSignal): Promise<Response> {
    // Loading ky builds a Request, which takes longer than our whole activation: so it is loaded by the first call.
    const { default: ky } = await import('ky');
    let requestedDelay: number | undefined;
    return ky(credentials.baseUrl + call.path, {
      method: call.method,
      searchParams: call.query,
      json: call.body,
      headers: {
        authorization: `Bearer ${credentials.apiKey}`,
        ...(credentials.organization && { 'x-current-organization': credentials.organization }),
        ...call.headers,
      },
      // A redirect would carry the key to another server: it is an error, never followed.
      redirect: 'manual',
      timeout: false,
      // A GET whose answer breaks off is attempted again too, so ky has to see the whole answer.
      ...(call.method === 'GET' && { fetch: fetchWhole }),
      signal: call.signal ? AbortSignal.any([call.signal, limit]) : limit,
      retry: {
        limit: maxRetries,
        methods: ['get'],
        // `Retry-After` is read below, with an upper bound.
        afterStatusCodes: [],
        shouldRetry: ({ error }) => {
          requestedDelay = isHttpError(error) ? retryAfterOf(error.response) : undefined;
          return (requestedDelay ?? 0) > maxAutomaticRetryAfterMs ? false : undefined;
        },
        delay: (attempt) => requestedDelay ?? this.retryDelay(attempt),
      },
    });
  }
}

/**
 * Validates a value against a schema.
 * @throws ApiError of kind `malformed` that names the first invalid field
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
  // Texts of the answer stay out of the error: any of them might be a secret.
  const message = issue.message.replace(/ but received "[^]*$/, ' but received another text');
  const detail = `${truncate(field, 80)}: ${truncate(message, 200)}`;
  throw new ApiError('malformed', { detail, requestId });
}

/** Fetches an answer with its whole body. Rejects where the body breaks off. */
async function fetchWhole(...request: Parameters<typeof fetch>): Promise<Response> {
  const response = await fetch(...request);
  return response.ok && response.body ? new Response(await response.arrayBuffer(), response) : response;
}

function limitOf(call: Call): AbortSignal {
  return AbortSignal.timeout(call.timeoutMs ?? defaultTimeoutMs);
}

/** Parses the events of an answer. @throws ApiError of kind `malformed` when it is no stream of events */
async function eventsOf(response: Response): Promise<ReadableStream<EventSourceMessage>> {
  const type = response.headers.get('content-type') ?? '';
  if (!/^text\/event-stream\b/i.test(type) || !response.body) {
    await response.body?.cancel();
    throw new ApiError('malformed', { detail: truncate(type, 80), requestId: requestIdOf(response) });
  }
  const { EventSourceParserStream } = await import('eventsource-parser/stream');
  return response.body
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(new EventSourceParserStream({ maxBufferSize: maxEventLength }));
}

/** Puts the header `operation-id` where the answer may have it itself, as `operation_id`. */
function withOperationId(body: unknown, response: Response): unknown {
  const id = response.headers.get('operation-id');
  return id !== null && isRecord(body) ? { operation_id: id, ...body } : body;
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
