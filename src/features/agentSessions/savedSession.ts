import { t } from '@vscode/l10n';
import { messageOf } from '../../base/errors';
import { truncate } from '../../base/text';

/** The part of an agent's saved session that is needed to resume it. */
export interface SavedSession {
  readonly computerId: string;
  /** The agent's id of the session, printable. */
  readonly sessionId: string | undefined;
  /** The working directory of the session on the computer. */
  readonly root: string | undefined;
  /** True where the agent was to delete the computer at the end of the session. */
  readonly deleteOnClose: boolean;
}

/** A file without a usable session. `message` is a sentence for the user. */
export class SavedSessionError extends Error {
  override readonly name = 'SavedSessionError';
}

/** Bytes. Session files are small, so a larger file is none. */
export const maxFileBytes = 8 * 1024 * 1024;
/** Values that are searched for the session. */
const maxValues = 200_000;
/** The form of a computer id. No other text is sent to the service. */
const idPattern = /^[\w-]{1,64}$/;

/**
 * Finds the Celesto session in the text of a saved state: the first object, however deep, with `"type": "celesto"` and
 * a `computer_id`.
 * @throws SavedSessionError
 */
export function parseSavedSession(text: string): SavedSession {
  const found = sessionIn(parsed(text));
  if (!found)
    throw new SavedSessionError(t('This file does not contain a saved session of a Celesto computer.'));
  const { computer_id: id, session_id: session, manifest, delete_on_close: deletes } = found;
  if (typeof id !== 'string' || !idPattern.test(id))
    throw new SavedSessionError(t('The saved session in this file does not contain a valid computer ID.'));
  const root = isRecord(manifest) && typeof manifest.root === 'string' ? manifest.root : undefined;
  return {
    computerId: id,
    sessionId: typeof session === 'string' ? truncate(session, 64) || undefined : undefined,
    // Text with line breaks is no directory, and must not reach a shell.
    root: root !== undefined && /^[^\0\r\n]{1,1024}$/.test(root) ? root : undefined,
    deleteOnClose: deletes === true,
  };
}

function parsed(text: string): unknown {
  if (text.length > maxFileBytes) throw tooLargeError();
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    const reason = messageOf(error);
    throw new SavedSessionError(t('This file is not valid JSON: {0}', reason), { cause: error });
  }
}

export function tooLargeError(): SavedSessionError {
  return new SavedSessionError(t('This file is too large for a saved session (more than 8 MB).'));
}

/** Searches breadth first, without recursion: a hostile file may be nested deeper than the stack. */
function sessionIn(state: unknown): Record<string, unknown> | undefined {
  const found: unknown[] = [state];
  for (const value of found) {
    if (isRecord(value) && value.type === 'celesto' && 'computer_id' in value) return value;
    if (typeof value !== 'object' || value === null) continue;
    for (const child of Object.values(value)) if (found.length < maxValues) found.push(child);
  }
  return undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
