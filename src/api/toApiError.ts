import type { HTTPError } from 'ky';
import { printable, truncate } from '../base/text';
import { ApiError, type ApiErrorKind } from './errors';

/** True for an answer that ky counts as an error; it has its class only once ky is loaded. */
export function isHttpError(error: unknown): error is HTTPError {
  return error instanceof Error && error.name === 'HTTPError' && 'response' in error;
}

/**
 * What went wrong, as an ApiError, whatever was thrown.
 * @param limit the call's time limit, which may be what ended it
 * @param otherwise what it is if neither the service nor the limit says more
 */
export async function toApiError(
  error: unknown,
  limit: AbortSignal,
  apiKey: string,
  otherwise: ApiErrorKind = 'network',
): Promise<ApiError> {
  if (error instanceof ApiError) return error;
  if (isHttpError(error)) return fromAnswer(error.response, apiKey);
  return new ApiError(limit.aborted ? 'timeout' : otherwise, { cause: error });
}

async function fromAnswer(response: Response, apiKey: string): Promise<ApiError> {
  const body = await response.text().catch(() => '');
  const detail = detailOf(withoutKey(body, apiKey));
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
  return said === '' ? undefined : truncate(said, 400);
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
export function retryAfterOf(response: Response): number | undefined {
  const header = response.headers.get('retry-after') ?? '';
  const date = header.endsWith('GMT') ? Date.parse(header) - Date.now() : NaN;
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : date;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(0, ms), 86_400_000);
}

/** The service's name for a request, by which it can be asked about it. */
export function requestIdOf(response: Response): string | undefined {
  return truncate(response.headers.get('x-request-id') ?? '', 80) || undefined;
}

/** No error repeats the key, even where the service does. */
export function withoutKey(text: string, apiKey: string): string {
  return text.replaceAll(apiKey, '***');
}
