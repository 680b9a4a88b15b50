import { t } from '@vscode/l10n';
import type { RecoveryFacts } from '../base/errors';

/** Reasons for a failed call, divided by what to do next. */
export type ApiErrorKind =
  | 'network'
  | 'timeout'
  | 'auth'
  | 'forbidden'
  | 'notFound'
  | 'conflict'
  | 'validation'
  | 'planLimit'
  | 'rateLimit'
  | 'server'
  | 'malformed'
  /** A stream that ended before the command that it reports did. */
  | 'interrupted';

export interface ApiErrorFacts {
  readonly status?: number | undefined;
  /** The service's own sentence. */
  readonly detail?: string | undefined;
  readonly requestId?: string | undefined;
  /** Milliseconds the service asked us to wait. */
  readonly retryAfter?: number | undefined;
  readonly cause?: unknown;
}

/** A call to the service that failed. `message` tells the user what happened and what to do next. */
export class ApiError extends Error implements RecoveryFacts {
  override readonly name = 'ApiError';
  readonly status: number | undefined;
  readonly detail: string | undefined;
  readonly requestId: string | undefined;
  readonly retryAfter: number | undefined;

  constructor(
    readonly kind: ApiErrorKind,
    facts: ApiErrorFacts = {},
  ) {
    super(sentence(kind, facts), { cause: facts.cause });
    this.status = facts.status;
    this.detail = facts.detail;
    this.requestId = facts.requestId;
    this.retryAfter = facts.retryAfter;
  }

  /** True where the key itself is the problem, so that signing in again may solve it. */
  get needsSignIn(): boolean {
    return this.kind === 'auth' || this.kind === 'forbidden';
  }

  get isTransient(): boolean {
    return isApiError(this, ...transientKinds);
  }

  get allowsFallback(): boolean {
    return isApiError(this, ...fallbackKinds);
  }
}

/** The service cannot be reached or is overloaded; the same call may succeed later. */
export const transientKinds = ['network', 'timeout', 'server', 'rateLimit'] as const;

/** The answer was lost or cannot be read: the service may have carried out the call. */
export const ambiguousKinds = ['network', 'timeout', 'server', 'malformed'] as const;

/** One call of the service failed while the service itself answers: another transport does not need that call. */
const fallbackKinds = ['forbidden', 'notFound', 'conflict', 'validation', 'server', 'malformed'] as const;

/** True for an {@link ApiError} of one of these kinds. */
export function isApiError(error: unknown, ...kinds: ApiErrorKind[]): error is ApiError {
  return error instanceof ApiError && (kinds.length === 0 || kinds.includes(error.kind));
}

function sentence(kind: ApiErrorKind, facts: ApiErrorFacts): string {
  const text = [explanation(kind, facts), facts.requestId && t('(Request {0}.)', facts.requestId)];
  return text.filter(Boolean).join(' ');
}

function explanation(kind: ApiErrorKind, { detail, status, retryAfter }: ApiErrorFacts): string {
  switch (kind) {
    case 'network':
      return t('Unable to reach Celesto. Check the network and the service address, then try again.');
    case 'timeout':
      return t('Celesto did not respond in time. Try again in a moment.');
    case 'auth':
      return status === undefined
        ? t('You are not signed in. Sign in with an API key.')
        : withDetail(t('Celesto did not accept the API key. Sign in again.'), detail);
    case 'forbidden':
      return withDetail(
        t('This API key does not have permission to do that. Sign in with another key.'),
        detail,
      );
    case 'notFound':
      return t(
        'Celesto could not find it. It may have been deleted, or it may belong to another organization.',
      );
    case 'conflict':
      return detail ?? t('That is not possible in the current state of the computer. Refresh and try again.');
    case 'validation':
      return withDetail(t('Celesto rejected the request.'), detail);
    case 'planLimit':
      return withDetail(
        t('Your plan does not allow that. Stop or delete a computer, or change the plan.'),
        detail,
      );
    case 'rateLimit':
      return retryAfter
        ? t('Too many requests. Try again in {0} s.', Math.ceil(retryAfter / 1000))
        : t('Too many requests. Try again in a moment.');
    case 'server':
      return withDetail(
        t('Celesto reported an internal error ({0}). Try again in a moment.', status ?? '?'),
        detail,
      );
    case 'malformed':
      return withDetail(t('Celesto sent a response that this extension cannot read.'), detail);
    case 'interrupted':
      return t('The connection to Celesto was lost before the command ended. It may still be running.');
  }
}

function withDetail(sentence: string, detail: string | undefined): string {
  return detail ? t('{0} It says: {1}', sentence, detail) : sentence;
}
