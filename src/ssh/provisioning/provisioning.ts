import { t } from '@vscode/l10n';
import type { CelestoClient } from '../../api/client';
import { isApiError } from '../../api/errors';
import { describeError, type Log } from '../../base/log';
import { truncate } from '../../base/text';
import { removeKeysCommand } from '../keys/authorizedKeys';
import { parsePublicKey, type PublicKey } from '../hostKeys/fingerprint';

/** What a computer tells of itself over the authenticated API, before SSH trusts it. */
export interface Provisioning {
  /** Its host keys; empty where it could not tell. */
  readonly hostKeys: readonly PublicKey[];
  /** Whether our public key may log in now; otherwise why not. */
  readonly keyInstalled: boolean;
  readonly refusal?: string;
}

/** Whose key is put where. */
export interface KeyInstallation {
  readonly user: string;
  readonly publicLine: string;
  /** The lines of keys of ours that are not to be there any more. */
  readonly retired: readonly string[];
}

/** Seconds the command may take on the computer. */
const timeoutSeconds = 20;

/**
 * Gets to know a computer through its authenticated exec call: reads its host keys, and puts our public key into the
 * user's `authorized_keys` if it is not there yet. One call does both, since each costs a round trip.
 * Rejects only when aborted: a computer that cannot be asked gives an introduction without facts.
 */
export async function provision(
  client: Pick<CelestoClient, 'exec'>,
  computerId: string,
  installation: KeyInstallation,
  log: Log,
  signal?: AbortSignal,
): Promise<Provisioning> {
  try {
    const result = await client.exec(computerId, provisionScript(installation), timeoutSeconds, signal);
    return parseProvisioning(result.stdout, result.stderr);
  } catch (error) {
    signal?.throwIfAborted();
    if (!isApiError(error)) throw error;
    log.warn(`${computerId} could not be asked for its host keys: ${describeError(error)}`);
    return { hostKeys: [], keyInstalled: false, refusal: error.message };
  }
}

/**
 * The command. `user` comes from a parsed endpoint and `publicLine` is our own, so both are plain words. It appends
 * one line at most, takes away none but our own retired ones, and works whoever runs it: the user, or root on the user's behalf.
 */
function provisionScript({ user, publicLine, retired }: KeyInstallation): string {
  const [type = '', base64 = ''] = publicLine.split(' ');
  return `
user='${user}'
for file in /etc/ssh/ssh_host_*_key.pub; do
  [ -r "$file" ] && while read -r type key rest || [ -n "$type" ]; do
    echo "celesto host-key $type $key"
  done < "$file"
done
home=
[ "$(id -un)" = "$user" ] && home=$HOME
home=\${home:-$(getent passwd "$user" | cut -d: -f6)}
keys="$home/.ssh/authorized_keys"
umask 077
${removeKeysCommand('"$keys"', retired)}
if [ -z "$home" ]; then
  echo "no home folder of $user" >&2
elif grep -qsF '${base64}' "$keys"; then
  echo 'celesto key installed'
elif mkdir -p "$home/.ssh" && { [ ! -s "$keys" ] || [ -z "$(tail -c 1 "$keys")" ] || echo >> "$keys"; } &&
  printf '%s\\n' '${type} ${base64} celesto-vscode' >> "$keys"; then
  [ "$(id -un)" = "$user" ] || chown "$user": "$home/.ssh" "$keys"
  echo 'celesto key installed'
fi
`.trim();
}

function parseProvisioning(stdout: string, stderr: string): Provisioning {
  const lines = stdout.split(/\r?\n/);
  const hostKeys = lines
    .filter((line) => line.startsWith('celesto host-key '))
    .map((line) => parsePublicKey(line.slice('celesto host-key '.length)))
    .filter((key) => key !== undefined);
  const keyInstalled = lines.includes('celesto key installed');
  return {
    hostKeys,
    keyInstalled,
    ...(!keyInstalled && { refusal: truncate(stderr, 200) || t('no answer') }),
  };
}
