import { constants, type Stats } from 'node:fs';
import { lstat, open } from 'node:fs/promises';
import { t } from '@vscode/l10n';
import { messageOf } from '../base/errors';
import { undefinedIfMissing } from '../base/undefinedIfMissing';

/** Bytes that a file of credentials may have. */
const maxBytes = 64 * 1024;

/** Mode bits of the group and of others. */
const sharedBits = 0o077;

/** A file that exists and is not used. `message` says why, and what to do. */
export class OwnFileError extends Error {
  override readonly name = 'OwnFileError';
}

/**
 * Reads a file that belongs to the user alone.
 * @returns undefined where there is none
 * @throws OwnFileError for a link, another kind of file, one that others own or may read, and one that is too large
 */
export async function readOwnFile(path: string): Promise<string | undefined> {
  try {
    const stats = await undefinedIfMissing(lstat(path));
    if (stats === undefined) return undefined;
    check(path, stats);
    return await readChecked(path);
  } catch (error) {
    if (error instanceof OwnFileError) throw error;
    throw new OwnFileError(t('{0} cannot be read: {1}', path, messageOf(error)));
  }
}

/** Checks the opened file again: another may have taken its place. */
async function readChecked(path: string): Promise<string> {
  const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants as Partial<typeof constants>;
  const file = await open(path, (O_RDONLY ?? 0) | O_NOFOLLOW | O_NONBLOCK);
  try {
    check(path, await file.stat());
    const { bytesRead, buffer } = await file.read(Buffer.alloc(maxBytes), 0, maxBytes, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}

function check(path: string, stats: Stats): void {
  if (!stats.isFile())
    throw new OwnFileError(
      t('{0} is not used: it is a link or not a file. Put the file itself there.', path),
    );
  if (process.getuid !== undefined && stats.uid !== process.getuid())
    throw new OwnFileError(
      t('{0} is not used: it belongs to another user. Delete it or take it over.', path),
    );
  if (process.getuid !== undefined && (stats.mode & sharedBits) !== 0) {
    throw new OwnFileError(
      t('{0} is not used: other users can read it. Run "chmod 600" on it, then sign in again.', path),
    );
  }
  if (stats.size > maxBytes)
    throw new OwnFileError(t('{0} is not used: it is too large. Run "celesto auth login" again.', path));
}
