import { t } from '@vscode/l10n';
import { type ApiError, isApiError } from '../../api/apiErrors';
import type { Computer } from '../../computers/computer';
import { LifecycleError, refusalOf } from '../../computers/errors';
import { statusOf } from '../../computers/statusTable';
import type { ButtonId, PageFailure } from './messages';

/** A reason for which a screen is not shown any more. `message` is a sentence for the user. */
export class ScreenError extends Error {
  override readonly name = 'ScreenError';

  /** @param wayOut the button that may help; undefined: none does */
  constructor(
    message: string,
    readonly wayOut: Extract<ButtonId, 'reconnect' | 'start'> | undefined,
  ) {
    super(message);
  }
}

/** Makes the error for a page that ended a connection by itself. */
export function pageError(reason: PageFailure): ScreenError {
  const messages: Readonly<Record<PageFailure, string>> = {
    tooLarge: t('The screen is too large to be shown.'),
    password: t('The screen asks for a password, so it cannot be shown.'),
    unreadable: t('The screen sent something that this extension cannot read.'),
  };
  return new ScreenError(messages[reason], 'reconnect');
}

/** Makes the error for a connection that was tried too often. @param failure of the last attempt, if it was none to lose */
export function lostError(failure: unknown): ScreenError {
  const message = isApiError(failure) ? failure.message : t('The connection to the screen was lost.');
  return new ScreenError(message, 'reconnect');
}

export function deletedError(computer: Computer): ScreenError {
  return new ScreenError(new LifecycleError('deleted', computer).message, undefined);
}

/**
 * Decides by its status whether the screen of a computer may be connected to now.
 * @returns false while the computer changes by itself
 * @throws ScreenError where it has stopped, or cannot be connected to any more
 */
export function canConnect(computer: Computer): boolean {
  const { isRunning, isUnknown, isStopping, isStopped, isGone, isLost, needsAttention } = statusOf(
    computer.status,
  );
  if (isStopping || isStopped)
    throw new ScreenError(new LifecycleError('stopped', computer).message, 'start');
  if (isGone || isLost) throw new ScreenError(refusalOf(computer).message, undefined);
  if (needsAttention) throw new ScreenError(new LifecycleError('needsStart', computer).message, 'start');
  return isRunning || isUnknown;
}

/**
 * Tests for an answer that repeats for as long as the computer stays as it is. A conflict: it does not run, or has no
 * screen. Not found: it is gone, or the service lacks the call. 501: the service cannot do it on the computer's host.
 */
export function isRefusal(error: unknown): error is ApiError {
  return isApiError(error, 'conflict', 'notFound') || (isApiError(error) && error.status === 501);
}

/** Makes the error for a refusal of a computer that runs. */
export function refusalError(error: ApiError, { name }: Computer): ScreenError {
  const message = isApiError(error, 'conflict')
    ? t('{0} has no screen. Computers of the template browser-agent do. {1}', name, error.message)
    : t('The service does not show the screen of {0}.', name);
  return new ScreenError(message, undefined);
}
