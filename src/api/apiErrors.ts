import type { RecoveryFacts } from '../base/errors';
import { type ApiErrorKind, fallbackKinds, transientKinds } from './apiErrorKinds';
import { apiErrorMessage, type ApiErrorMessageFacts } from './apiErrorMessages';
import type { Refusal } from './refusals';

export interface ApiErrorFacts extends ApiErrorMessageFacts {
  /** The service's id of the request, for questions to its support. */
  readonly requestId?: string | undefined;
  readonly cause?: unknown;
}

/** A call to the service that failed. `message` tells the user what happened and what to do next. */
export class ApiError extends Error implements RecoveryFacts {
  override readonly name = 'ApiError';
  readonly status: number | undefined;
  readonly detail: string | undefined;
  /** The reason, where the service refuses the call for one that it names. */
  readonly refusal: Refusal | undefined;
  readonly requestId: string | undefined;
  readonly retryAfter: number | undefined;

  constructor(
    readonly kind: ApiErrorKind,
    facts: ApiErrorFacts = {},
  ) {
    super(apiErrorMessage(kind, facts), { cause: facts.cause });
    this.status = facts.status;
    this.detail = facts.detail;
    this.refusal = facts.refusal;
    this.requestId = facts.requestId;
    this.retryAfter = facts.retryAfter;
  }

  /** True where the key itself is not accepted, so that another one is needed. */
  get needsSignIn(): boolean {
    return this.kind === 'auth';
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
