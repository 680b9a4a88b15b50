import { t } from '@vscode/l10n';
import type { CelestoClient } from '../../api/client';
import { truncate } from '../../base/text';
import { base64Of, quoted, removeKeysCommand } from '../keys/authorizedKeys';
import { fingerprint, parsePublicKey } from '../hostKeys/fingerprint';

/** A line that this extension put into an `authorized_keys` file. */
export interface InstalledKey {
  /** The file on the computer, absolute. */
  readonly file: string;
  /** `type base64`, without options and comment. */
  readonly publicLine: string;
  readonly fingerprint: string;
  /** The key of this installation, one that it retired, or one of another machine or person. */
  readonly owner: 'ours' | 'retired' | 'others';
}

/** What this extension put on a computer. */
export interface InstalledFiles {
  readonly keys: readonly InstalledKey[];
  /** The folder of the SSH helper, absolute. */
  readonly helper?: string;
}

type Exec = Pick<CelestoClient, 'exec'>;

/** Seconds a command may take on the computer. */
const timeoutSeconds = 20;

/**
 * Lists what this extension put on a computer that is running. Nothing is changed there.
 * @param user who logs in by SSH, where the service names one; else the one that the service runs commands as
 * @throws ApiError, Error with what the computer said, or the signal's reason
 */
export async function listInstalledFiles(
  client: Exec,
  computerId: string,
  user: string | undefined,
  own: { readonly publicLine: string; readonly retired: readonly string[] },
  signal: AbortSignal,
): Promise<InstalledFiles> {
  const told = await run(
    client,
    computerId,
    listScript(user ?? '', [own.publicLine, ...own.retired]),
    signal,
  );
  const facts = told.split(/\r?\n/).flatMap((line) => {
    const [, name, rest] = /^celesto (key|helper) (.*)$/.exec(line) ?? [];
    return name !== undefined && rest !== undefined ? [{ name, rest }] : [];
  });
  const retired = new Set(own.retired.map(base64Of));
  const keys = facts.flatMap(({ name, rest }) =>
    name === 'key' ? parseInstalledKey(rest, base64Of(own.publicLine), retired) : [],
  );
  const helper = facts.find(({ name }) => name === 'helper')?.rest;
  return { keys, ...(helper !== undefined && { helper }) };
}

/**
 * Takes lines out of `authorized_keys` files; all others stay.
 * @throws ApiError, Error with what the computer said, or the signal's reason
 */
export async function removeKeys(
  client: Exec,
  computerId: string,
  keys: readonly InstalledKey[],
  signal: AbortSignal,
): Promise<void> {
  const commands = keys.map(({ file, publicLine }) => removeKeysCommand(quoted(file), [publicLine]));
  await run(client, computerId, ['set -e', ...commands].join('\n'), signal);
}

async function run(client: Exec, id: string, command: string, signal: AbortSignal): Promise<string> {
  const { stdout, stderr, exit_code } = await client.exec(id, command, timeoutSeconds, signal);
  if (exit_code === 0) return stdout;
  throw new Error(t('The computer could not do it. It says: {0}', truncate(stderr, 200) || t('nothing')));
}

/** `user` is a plain word. Two homes are looked into: whoever logs in may not be whoever commands are run as. */
function listScript(user: string, publicLines: readonly string[]): string {
  const patterns = publicLines.map((line) => `-e '${base64Of(line)}'`).join(' ');
  return `
other=
[ -z '${user}' ] || [ "$(id -un)" = '${user}' ] || other=$(getent passwd '${user}' | cut -d: -f6)
for home in "$HOME" "$other"; do
  file="$home/.ssh/authorized_keys"
  [ -n "$home" ] && [ -r "$file" ] || continue
  { grep -F ${patterns} "$file"; grep ' celesto-vscode$' "$file"; } | sort -u | while read -r line; do
    echo "celesto key $file	$line"
  done
done
[ ! -d "$HOME/.celesto-vscode" ] || echo "celesto helper $HOME/.celesto-vscode"
`.trim();
}

function parseInstalledKey(told: string, own: string, retired: ReadonlySet<string>): InstalledKey[] {
  const [file = '', line = ''] = told.split('\t');
  const start = /(?:^|\s)((?:ssh|ecdsa|sk)-\S+ [A-Za-z0-9+/=]+)/.exec(line)?.[1];
  const key = start === undefined ? undefined : parsePublicKey(start);
  if (start === undefined || !key) return [];
  const base64 = base64Of(start);
  const whose = base64 === own ? 'ours' : retired.has(base64) ? 'retired' : 'others';
  return [{ file, publicLine: start, fingerprint: fingerprint(key.blob), owner: whose }];
}
