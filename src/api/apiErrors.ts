import type { RecoveryFacts } from '../base/errors';
import { type ApiErrorKind, fallbackKinds, transientKinds } from './apiErrorKinds';
import { apiErrorMessage, type ApiErrorMessageFacts } from './apiErrorMessages';

export interface ApiErrorFacts extends ApiErrorMessageFacts {
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
    super(apiErrorMessage(kind, facts), { cause: facts.cause });
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

/** True for an {@link ApiError} of one of these kinds. */
export function isApiError(error: unknown, ...kinds: ApiErrorKind[]): error is ApiError {
  return error instanceof ApiError && (kinds.length === 0 || kinds.includes(error.kind));
}
