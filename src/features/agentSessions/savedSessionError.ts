import { t } from '@vscode/l10n';
import { truncate } from '../../base/text';

/** Bytes. Session files are small, so a larger file is none. */
export const maxFileBytes = 8 * 1024 * 1024;
/** Lines of a file that holds one state a line. */
export const maxLines = 10_000;

/** A file without a usable session. `message` is a sentence for the user. */
export class SavedSessionError extends Error {
  override readonly name = 'SavedSessionError';
}

/** Makes the error for a file in which nothing looks like a session. */
export function noSessionError(): SavedSessionError {
  return new SavedSessionError(t('This file does not contain a saved session of a Celesto computer.'));
}

export function invalidJsonError(reason: string, cause: unknown): SavedSessionError {
  return new SavedSessionError(t('This file is not valid JSON: {0}', truncate(reason, 200)), { cause });
}

export function tooLargeError(): SavedSessionError {
  return new SavedSessionError(t('This file is too large for a saved session (more than 8 MB).'));
}

export function tooManyLinesError(): SavedSessionError {
  return new SavedSessionError(
    t('This file has too many lines for saved sessions (more than 10,000, of one session each).'),
  );
}

export function tooManyValuesError(): SavedSessionError {
  return new SavedSessionError(t('This file holds too many values for a saved session.'));
}

/** Makes the error for a file whose other lines name no computer either. */
export function brokenLineError(line: number): SavedSessionError {
  return new SavedSessionError(
    t('Line {0} of this file is not valid JSON, and no other line names a computer.', line),
  );
}

export function notStartedError(): SavedSessionError {
  return new SavedSessionError(t('The session has not been started: there is no computer yet.'));
}

export function unboundOptionsError(): SavedSessionError {
  return new SavedSessionError(
    t('This file holds the options of a session, which name no computer. Choose the saved session instead.'),
  );
}

export function invalidIdError(): SavedSessionError {
  return new SavedSessionError(t('The saved session in this file does not contain a valid computer ID.'));
}

/** Makes the error for a run whose program keeps the session itself, so that it was not saved with the run. */
export function ownSessionError(): SavedSessionError {
  return new SavedSessionError(
    t(
      'The run in this file was saved without its session, which its program keeps itself. Choose the file of the session instead.',
    ),
  );
}

export function otherBackendError(backend: string): SavedSessionError {
  return new SavedSessionError(
    t('The session in this file belongs to {0}, not to a Celesto computer.', truncate(backend, 64)),
  );
}

/** Makes the error for a state that neither its own fields nor those around it assign to a service. */
export function unknownBackendError(): SavedSessionError {
  return new SavedSessionError(
    t('The session in this file does not say that it belongs to Celesto, so its computer is not opened.'),
  );
}

/** @param id of the local computer; undefined before the session was started */
export function localComputerError(id: string | undefined): SavedSessionError {
  return new SavedSessionError(
    id === undefined
      ? t(
          'The session is for a computer that runs on this machine, and has not been started: there is no computer yet. Local computers are not supported yet.',
        )
      : t('{0} runs on this machine. Local computers are not supported yet.', truncate(id, 64)),
  );
}

export function nestedTextError(): SavedSessionError {
  return new SavedSessionError(
    t('The session in this file is text within text, more than twice. Save it as JSON instead.'),
  );
}
