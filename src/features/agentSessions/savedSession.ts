import { t } from '@vscode/l10n';
import { truncate } from '../../base/text';

/** What an agent wrote down of its session, as far as a person needs it to go on. */
export interface SavedSession {
  readonly computerId: string;
  /** What the agent calls its session; for people, and safe to show. */
  readonly sessionId: string | undefined;
  /** The directory on the computer that the session worked in. */
  readonly root: string | undefined;
  /** The agent meant to delete the computer when its session closed. */
  readonly deleteOnClose: boolean;
}

/** A file that holds no saved session. `message` is a sentence that says why. */
export class SavedSessionError extends Error {
  override readonly name = 'SavedSessionError';
}

/** Bytes of a file that is read at all: states are small. */
export const maxFileBytes = 8 * 1024 * 1024;
/** Values that are looked at. */
const maxValues = 200_000;
/** Ids are short words; whatever else is in their place is not sent to the service. */
const idPattern = /^[\w-]{1,64}$/;

/**
 * Finds the Celesto session in the text of a saved state: the first object, however deep, with `"type": "celesto"` and
 * a `computer_id`.
 * @throws SavedSessionError
 */
export function parseSavedSession(text: string): SavedSession {
  const found = sessionIn(parsed(text));
  if (!found) throw new SavedSessionError(t('This file holds no saved session of a Celesto computer.'));
  const { computer_id: id, session_id: session, manifest, delete_on_close: deletes } = found;
  if (typeof id !== 'string' || !idPattern.test(id))
    throw new SavedSessionError(t('The saved session in this file names no usable computer ID.'));
  const root = isRecord(manifest) && typeof manifest.root === 'string' ? manifest.root : undefined;
  return {
    computerId: id,
    sessionId: typeof session === 'string' ? truncate(session, 64) || undefined : undefined,
    // A directory is one line; anything else is not typed into a shell's way.
    root: root !== undefined && /^[^\0\r\n]{1,1024}$/.test(root) ? root : undefined,
    deleteOnClose: deletes === true,
  };
}

function parsed(text: string): unknown {
  if (text.length > maxFileBytes) throw tooLargeError();
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new SavedSessionError(t('This file is not valid JSON: {0}', reason), { cause: error });
  }
}

/** The reason for not reading a file at all. */
export function tooLargeError(): SavedSessionError {
  return new SavedSessionError(t('This file is too large for a saved session (more than 8 MB).'));
}

/** Without recursion: a hostile file may be nested deeper than a stack. */
function sessionIn(state: unknown): Record<string, unknown> | undefined {
  const found: unknown[] = [state];
  for (const value of found) {
    if (isRecord(value) && value.type === 'celesto' && 'computer_id' in value) return value;
    if (typeof value !== 'object' || value === null) continue;
    for (const part of Object.values(value)) if (found.length < maxValues) found.push(part);
  }
  return undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
