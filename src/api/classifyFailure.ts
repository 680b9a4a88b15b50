import type { HTTPError } from 'ky';
import { truncate } from '../base/text';
import type { ApiErrorKind } from './apiErrorKinds';
import { ApiError } from './apiErrors';
import { readErrorBody } from './errorBody';
import { refusalFromWording, refusalKind } from './refusals';

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
  const { detail, ...read } = readErrorBody(withoutKey(body, apiKey));
  const { status } = response;
  const refusal = read.refusal ?? (status === 403 && detail ? refusalFromWording(detail) : undefined);
  const retryAfter = retryAfterOf(response);
  const kind = refusal ? refusalKind(refusal) : kindOf(status, detail, retryAfter);
  return new ApiError(kind, { status, detail, refusal, requestId: requestIdOf(response), retryAfter });
}

/** Words of a plan's limit, for answers of the service that have no code for it. */
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
