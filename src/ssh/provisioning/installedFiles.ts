import { t } from '@vscode/l10n';
import type { CelestoClient } from '../../api/client';
import { fillScript } from '../../base/fillScript';
import { truncate } from '../../base/text';
import { fingerprint, parsePublicKey } from '../hostKeys/fingerprint';
import { base64Of, grepPatterns, quoted, removeKeysCommand } from '../keys/authorizedKeys';
import listInstalledFilesScript from './listInstalledFiles.sh';

/** A key that the extension added to an `authorized_keys` file. */
export interface InstalledKey {
  /** Absolute path on the computer. */
  readonly file: string;
  /** `type base64`, without options and comment. */
  readonly publicLine: string;
  readonly fingerprint: string;
  /** `ours`: the current key of this installation; `retired`: replaced by it; `others`: of another installation. */
  readonly owner: 'ours' | 'retired' | 'others';
}

/** Files and keys of the extension on a computer. */
export interface InstalledFiles {
  readonly keys: readonly InstalledKey[];
  /** Folder of the SSH helper (remoteSshd.ts), absolute. */
  readonly helper?: string;
}

type Exec = Pick<CelestoClient, 'exec'>;

/** Keys that one call removes. */
const keysAtOnce = 5;
/** Time limit of a command on the computer, in seconds. */
const timeoutSeconds = 20;

/**
 * Lists what the extension installed on a running computer, without changing it.
 * @param user SSH user that the service names; undefined for the user that runs its exec calls
 * @throws ApiError, Error with the computer's message, or the signal's reason
 */
export async function listInstalledFiles(
  client: Exec,
  computerId: string,
  user: string | undefined,
  own: { readonly publicLine: string; readonly retired: readonly string[] },
  signal: AbortSignal,
): Promise<InstalledFiles> {
  const keyPatterns = grepPatterns([own.publicLine, ...own.retired]);
  // The user is a plain word. The SSH user may not be the one that runs exec calls, so the script reads both homes.
  const command = fillScript(listInstalledFilesScript, { user: user ?? '', keyPatterns });
  const output = await run(client, computerId, command, signal);
  const retired = new Set(own.retired.map(base64Of));
  const keys = valuesOf(output, 'key').flatMap((value) =>
    parseInstalledKey(value, base64Of(own.publicLine), retired),
  );
  const [helper] = valuesOf(output, 'helper');
  return { keys, ...(helper !== undefined && { helper }) };
}

/**
 * Removes keys from `authorized_keys` files and keeps all other lines.
 * @throws ApiError, Error with the computer's message, or the signal's reason
 */
export async function removeKeys(
  client: Exec,
  computerId: string,
  keys: readonly InstalledKey[],
  signal: AbortSignal,
): Promise<void> {
  const commands = keys.map(({ file, publicLine }) => removeKeysCommand(quoted(file), [publicLine]));
  // One call for each few: there is no limit to the number of keys, but one to the length of a call.
  for (let i = 0; i < commands.length; i += keysAtOnce)
    await run(client, computerId, ['set -e', ...commands.slice(i, i + keysAtOnce)].join('\n'), signal);
}

async function run(client: Exec, id: string, command: string, signal: AbortSignal): Promise<string> {
  const { stdout, stderr, exit_code } = await client.exec(id, command, timeoutSeconds, signal);
  if (exit_code === 0) return stdout;
  throw new Error(t('The command failed on the computer: {0}', truncate(stderr, 200) || t('no message')));
}

/** Reads the lines `celesto NAME VALUE` that listInstalledFiles.sh prints. */
function valuesOf(output: string, name: 'key' | 'helper'): string[] {
  const prefix = `celesto ${name} `;
  const lines = output.split(/\r?\n/).filter((line) => line.startsWith(prefix));
  return lines.map((line) => line.slice(prefix.length));
}

/** Reads `file<TAB>line of authorized_keys`; a line without a public key gives nothing. */
function parseInstalledKey(value: string, own: string, retired: ReadonlySet<string>): InstalledKey[] {
  const [file = '', line = ''] = value.split('\t');
  const publicLine = /(?:^|\s)((?:ssh|ecdsa|sk)-\S+ [A-Za-z0-9+/=]+)/.exec(line)?.[1];
  const key = publicLine === undefined ? undefined : parsePublicKey(publicLine);
  if (publicLine === undefined || !key) return [];
  const base64 = base64Of(publicLine);
  const owner = base64 === own ? 'ours' : retired.has(base64) ? 'retired' : 'others';
  return [{ file, publicLine, fingerprint: fingerprint(key.blob), owner }];
}
