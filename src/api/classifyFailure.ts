import type { HTTPError } from 'ky';
import { printable, truncate } from '../base/text';
import type { ApiErrorKind } from './apiErrorKinds';
import { ApiError } from './apiErrors';

/** True for ky's error for a status of 400 and above. Checked by name: the class exists only once ky is loaded. */
export function isHttpError(error: unknown): error is HTTPError {
  return error instanceof Error && error.name === 'HTTPError' && 'response' in error;
}

/**
 * Converts anything that was thrown into an ApiError.
 * @param limit the call's time limit, which may have ended it
 * @param fallbackKind kind of an error that neither the service nor the limit explains
 */
export async function classifyFailure(
  error: unknown,
  limit: AbortSignal,
  apiKey: string,
  fallbackKind: ApiErrorKind = 'network',
): Promise<ApiError> {
  if (error instanceof ApiError) return error;
  if (isHttpError(error)) return fromResponse(error.response, apiKey);
  return new ApiError(limit.aborted ? 'timeout' : fallbackKind, { cause: error });
}

async function fromResponse(response: Response, apiKey: string): Promise<ApiError> {
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

/** Words of a plan's limit. No schema says how the service reports it, so they decide where the code alone does not. */
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

/** Extracts the service's sentence: string `detail`, then `message`, then `error`; for a 422 the fields it names. */
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
  const sentence = [answer.detail, answer.message, answer.error].find((value) => typeof value === 'string');
  const detail = [sentence, fields].filter(Boolean).join(': ');
  return detail === '' ? undefined : truncate(detail, 400);
}

function fieldErrors(errors: unknown): string | undefined {
  if (!Array.isArray(errors) || errors.length === 0) return undefined;
  return errors.slice(0, 5).map(fieldError).filter(Boolean).join('; ');
}

function fieldError(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  const { loc, msg, message } = error as Record<string, unknown>;
  const path = Array.isArray(loc) ? loc.filter((segment) => segment !== 'body').join('.') : '';
  const text = [msg, message].find((value) => typeof value === 'string') ?? '';
  return printable([path, text].filter(Boolean).join(' '));
}

/** A longer `Retry-After` is taken for this many milliseconds: one day. */
const maxRetryAfterMs = 86_400_000;

/** Reads the header `Retry-After` (RFC 9110, 10.2.3: seconds or a date) in milliseconds. */
export function retryAfterOf(response: Response): number | undefined {
  const header = response.headers.get('retry-after') ?? '';
  const date = header.endsWith('GMT') ? Date.parse(header) - Date.now() : NaN;
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : date;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(0, ms), maxRetryAfterMs);
}

/** Reads the service's id of a request, for questions to its support. */
export function requestIdOf(response: Response): string | undefined {
  return truncate(response.headers.get('x-request-id') ?? '', 80) || undefined;
}

/** Masks the API key in a text of the service: no error repeats the key, even where the service does. */
export function withoutKey(text: string, apiKey: string): string {
  return text.replaceAll(apiKey, '***');
}
