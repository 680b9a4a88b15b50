import { t } from '@vscode/l10n';
import type { ApiErrorKind } from './apiErrorKinds';
import { type Refusal, refusalMessage } from './refusals';

/** Facts that a message repeats. */
export interface ApiErrorMessageFacts {
  readonly status?: number | undefined;
  /** The service's own sentence. */
  readonly detail?: string | undefined;
  readonly refusal?: Refusal | undefined;
  /** Milliseconds the service asked us to wait. */
  readonly retryAfter?: number | undefined;
}

/** Tells the user what happened and what to do next. */
export function apiErrorMessage(kind: ApiErrorKind, facts: ApiErrorMessageFacts): string {
  const { detail, status, retryAfter, refusal } = facts;
  if (refusal) return withDetail(refusalMessage(refusal), detail);
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
      return withDetail(t('This API key does not have permission to do that.'), detail);
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
