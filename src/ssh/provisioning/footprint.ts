import { t } from '@vscode/l10n';
import type { CelestoClient } from '../../api/client';
import { truncate } from '../../base/text';
import { keyIn, quoted, withoutKeys } from '../keys/authorizedKeys';
import { fingerprint, parsePublicKey } from '../hostKeys/fingerprint';

/** A line that this extension put into an `authorized_keys` file. */
export interface KeyTrace {
  /** The file on the computer, absolute. */
  readonly file: string;
  /** `type base64`, without options and comment. */
  readonly publicLine: string;
  readonly fingerprint: string;
  /** The key of this installation, one that it retired, or one of another machine or person. */
  readonly whose: 'ours' | 'retired' | 'others';
}

/** What this extension put on a computer. */
export interface Footprint {
  readonly keys: readonly KeyTrace[];
  /** The folder of the SSH helper, absolute. */
  readonly helper?: string;
}

type Exec = Pick<CelestoClient, 'exec'>;

/** Seconds a command may take on the computer. */
const timeout = 20;

/**
 * Lists what this extension put on a computer that is running. Nothing is changed there.
 * @param user who logs in by SSH, where the service names one; else the one that the service runs commands as
 * @throws ApiError, Error with what the computer said, or the signal's reason
 */
export async function readFootprint(
  client: Exec,
  computerId: string,
  user: string | undefined,
  own: { readonly publicLine: string; readonly retired: readonly string[] },
  signal: AbortSignal,
): Promise<Footprint> {
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
  const retired = new Set(own.retired.map(keyIn));
  const keys = facts.flatMap(({ name, rest }) =>
    name === 'key' ? traceOf(rest, keyIn(own.publicLine), retired) : [],
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
  keys: readonly KeyTrace[],
  signal: AbortSignal,
): Promise<void> {
  const commands = keys.map(({ file, publicLine }) => withoutKeys(quoted(file), [publicLine]));
  await run(client, computerId, ['set -e', ...commands].join('\n'), signal);
}

async function run(client: Exec, id: string, command: string, signal: AbortSignal): Promise<string> {
  const { stdout, stderr, exit_code } = await client.exec(id, command, timeout, signal);
  if (exit_code === 0) return stdout;
  throw new Error(t('The computer could not do it. It says: {0}', truncate(stderr, 200) || t('nothing')));
}

/** `user` is a plain word. Two homes are looked into: whoever logs in may not be whoever commands are run as. */
function listScript(user: string, publicLines: readonly string[]): string {
  const patterns = publicLines.map((line) => `-e '${keyIn(line)}'`).join(' ');
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

function traceOf(told: string, own: string, retired: ReadonlySet<string>): KeyTrace[] {
  const [file = '', line = ''] = told.split('\t');
  const start = /(?:^|\s)((?:ssh|ecdsa|sk)-\S+ [A-Za-z0-9+/=]+)/.exec(line)?.[1];
  const key = start === undefined ? undefined : parsePublicKey(start);
  if (start === undefined || !key) return [];
  const base64 = keyIn(start);
  const whose = base64 === own ? 'ours' : retired.has(base64) ? 'retired' : 'others';
  return [{ file, publicLine: start, fingerprint: fingerprint(key.blob), whose }];
}
