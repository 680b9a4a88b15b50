import ky, { HTTPError } from 'ky';
import * as v from 'valibot';
import type { Log } from '../util/log';
import { printable, shortened } from '../util/text';
import { ApiError, type ApiErrorFacts, type ApiErrorKind } from './errors';

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

/**
 * Makes one call and reads its answer. GETs are tried up to three times; nothing else is ever replayed.
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
    const limit = AbortSignal.timeout(call.timeLimit ?? 30_000);
    try {
      const response = await this.send(credentials, call, limit);
      const requestId = response.headers.get('x-request-id') ?? undefined;
      this.log.debug(`${call.method} ${call.path} ${response.status} in ${Date.now() - started} ms`);
      return readAs(schema, await parseJson(response, requestId), requestId);
    } catch (error) {
      call.signal?.throwIfAborted();
      const failure = await toApiError(error, limit);
      this.log.warn(
        `${call.method} ${call.path}: ${failure.kind} in ${Date.now() - started} ms: ${failure.message}`,
      );
      throw failure;
    }
  }

  private send(credentials: Credentials, call: Call, limit: AbortSignal): Promise<Response> {
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
        delay: this.retryDelay,
        shouldRetry: ({ error }) => (error instanceof HTTPError && waitsTooLong(error) ? false : undefined),
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
  throw new ApiError('malformed', {
    detail: `${shortened(field, 80)}: ${shortened(issue.message, 200)}`,
    ...(requestId && { requestId }),
  });
}

async function parseJson(response: Response, requestId: string | undefined): Promise<unknown> {
  const body = await response.text();
  try {
    return JSON.parse(body);
  } catch (cause) {
    throw new ApiError('malformed', { detail: shortened(body, 80), cause, ...(requestId && { requestId }) });
  }
}

async function toApiError(error: unknown, limit: AbortSignal): Promise<ApiError> {
  if (error instanceof ApiError) return error;
  if (error instanceof HTTPError) return fromAnswer(error.response);
  return new ApiError(limit.aborted ? 'timeout' : 'network', { cause: error });
}

async function fromAnswer(response: Response): Promise<ApiError> {
  const body = await response.text().catch(() => '');
  const detail = detailOf(body);
  const requestId = response.headers.get('x-request-id');
  const retryAfter = retryAfterOf(response);
  const facts: ApiErrorFacts = {
    status: response.status,
    ...(detail && { detail }),
    ...(requestId && { requestId: shortened(requestId, 80) }),
    ...(retryAfter !== undefined && { retryAfter }),
  };
  return new ApiError(kindOf(response.status, detail, retryAfter), facts);
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

function retryAfterOf(response: Response): number | undefined {
  const header = response.headers.get('retry-after');
  if (header === null) return undefined;
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}

function waitsTooLong(error: HTTPError): boolean {
  return (retryAfterOf(error.response) ?? 0) > longestRetryAfter;
}
