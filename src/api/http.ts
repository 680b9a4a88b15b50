import type { HTTPError } from 'ky';
import * as v from 'valibot';
import { describeError, type Log } from '../util/log';
import { printable, shortened } from '../util/text';
import { ApiError, type ApiErrorKind } from './errors';

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
  readonly timeLimit?: number;
  readonly signal?: AbortSignal | undefined;
}

/** How long a GET may wait for another try when the service names a time; beyond it the caller is told instead. */
const longestRetryAfter = 5_000;

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
    if (!usableKey.test(credentials.apiKey)) throw new ApiError('auth');
    const started = Date.now();
    const limit = AbortSignal.timeout(call.timeLimit ?? 30_000);
    try {
      const response = await this.send(credentials, call, limit);
      this.log.debug(`${call.method} ${call.path} ${response.status} in ${Date.now() - started} ms`);
      return readAs(schema, await parseJson(response, credentials), requestIdOf(response));
    } catch (error) {
      const failure = await toApiError(error, limit, credentials);
      call.signal?.throwIfAborted();
      this.log.warn(`${call.method} ${call.path} in ${Date.now() - started} ms: ${describeError(failure)}`);
      throw failure;
    }
  }

  private async send(credentials: Credentials, call: Call, limit: AbortSignal): Promise<Response> {
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
  const detail = `${shortened(field, 80)}: ${shortened(message, 200)}`;
  throw new ApiError('malformed', { detail, requestId });
}

async function parseJson(response: Response, credentials: Credentials): Promise<unknown> {
  const body = await response.text();
  try {
    return JSON.parse(body);
  } catch {
    const detail = shortened(withoutKey(body, credentials), 80);
    throw new ApiError('malformed', { detail, requestId: requestIdOf(response) });
  }
}

/** True for an answer that ky counts as an error; it has its class only once ky is loaded. */
function isHttpError(error: unknown): error is HTTPError {
  return error instanceof Error && error.name === 'HTTPError' && 'response' in error;
}

async function toApiError(error: unknown, limit: AbortSignal, credentials: Credentials): Promise<ApiError> {
  if (error instanceof ApiError) return error;
  if (isHttpError(error)) return fromAnswer(error.response, credentials);
  return new ApiError(limit.aborted ? 'timeout' : 'network', { cause: error });
}

async function fromAnswer(response: Response, credentials: Credentials): Promise<ApiError> {
  const body = await response.text().catch(() => '');
  const detail = detailOf(withoutKey(body, credentials));
  const retryAfter = retryAfterOf(response);
  const { status } = response;
  return new ApiError(kindOf(status, detail, retryAfter), {
    status,
    detail,
    requestId: requestIdOf(response),
    retryAfter,
  });
}

/** No schema says how a plan's limit is told, so its words count where the code alone does not decide. */
const planWords = /\b(plan|quota|billing|budget|credits?|concurren\w+)\b/i;

function kindOf(status: number, detail = '', retryAfter?: number): ApiErrorKind {
  if (status === 401) return 'auth';
  if (status === 402) return 'planLimit';
  if ((status === 403 || (status === 429 && retryAfter === undefined)) && planWords.test(detail))
    return 'planLimit';
  if (status === 403) return 'forbidden';
  if (status === 404 || status === 405 || status === 410) return 'notFound';
  if (status === 408) return 'timeout';
  if (status === 409) return 'conflict';
  if (status === 429) return 'rateLimit';
  if (status >= 500) return 'server';
  if (status >= 400) return 'validation';
  return 'malformed';
}

/** The service's sentence: string `detail`, then `message`, then `error`; for a 422 the fields it names. */
function detailOf(body: string): string | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return undefined;
  }
  if (typeof parsed !== 'object' || parsed === null) return undefined;
  const answer = parsed as Record<string, unknown>;
  const fields = fieldErrors(answer.errors) ?? fieldErrors(answer.detail);
  const words = [answer.detail, answer.message, answer.error].find((value) => typeof value === 'string');
  const said = [words, fields].filter(Boolean).join(': ');
  return said === '' ? undefined : shortened(said, 400);
}

function fieldErrors(errors: unknown): string | undefined {
  if (!Array.isArray(errors) || errors.length === 0) return undefined;
  return errors.slice(0, 5).map(fieldError).filter(Boolean).join('; ');
}

function fieldError(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  const { loc, msg, message } = error as Record<string, unknown>;
  const place = Array.isArray(loc) ? loc.filter((part) => part !== 'body').join('.') : '';
  const words = [msg, message].find((value) => typeof value === 'string') ?? '';
  return printable([place, words].filter(Boolean).join(' '));
}

/** The header `Retry-After` (RFC 9110, 10.2.3: seconds or a date) in milliseconds, a day at most. */
function retryAfterOf(response: Response): number | undefined {
  const header = response.headers.get('retry-after') ?? '';
  const date = header.endsWith('GMT') ? Date.parse(header) - Date.now() : NaN;
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : date;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(0, ms), 86_400_000);
}

function requestIdOf(response: Response): string | undefined {
  return shortened(response.headers.get('x-request-id') ?? '', 80) || undefined;
}

function withoutKey(text: string, credentials: Credentials): string {
  return text.replaceAll(credentials.apiKey, '***');
}
