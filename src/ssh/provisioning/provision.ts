import { t } from '@vscode/l10n';
import { isApiError } from '../../api/apiErrors';
import type { CelestoClient } from '../../api/client';
import { fillScript } from '../../base/fillScript';
import { describeError, type Log } from '../../base/log';
import { truncate } from '../../base/text';
import { parsePublicKey, type PublicKey } from '../hostKeys/fingerprint';
import { removeKeysCommand } from '../keys/authorizedKeys';
import provisionScript from './provision.sh';

/** Result of provisioning a computer through its exec call, before the first SSH connection. */
export interface Provisioning {
  /** Host keys of the computer; empty where they could not be read. */
  readonly hostKeys: readonly PublicKey[];
  /** True once `authorized_keys` holds the key of the extension. */
  readonly keyInstalled: boolean;
  /** Reason for which the key is not installed. */
  readonly refusal?: string;
}

/** Key to install, and the user whose `authorized_keys` receives it. */
export interface KeyInstallation {
  readonly user: string;
  readonly publicLine: string;
  /** Public lines of replaced keys, which are removed. */
  readonly retired: readonly string[];
}

/** Time limit of the command on the computer, in seconds. */
const timeoutSeconds = 20;

/**
 * Reads the host keys of a computer and installs the key of the extension, through the authenticated exec call. One call
 * does both, since each costs a round trip. A failed call resolves with a result without host keys; only an abort
 * rejects.
 */
export async function provision(
  client: Pick<CelestoClient, 'exec'>,
  computerId: string,
  installation: KeyInstallation,
  log: Log,
  signal?: AbortSignal,
): Promise<Provisioning> {
  try {
    const result = await client.exec(computerId, commandFor(installation), timeoutSeconds, signal);
    return parseProvisioning(result.stdout, result.stderr);
  } catch (error) {
    signal?.throwIfAborted();
    if (!isApiError(error)) throw error;
    log.warn(`${computerId} could not be asked for its host keys: ${describeError(error)}`);
    return { hostKeys: [], keyInstalled: false, refusal: error.message };
  }
}

/**
 * Fills provision.sh. The values are plain words: `user` comes from a parsed endpoint, the keys are the extension's own.
 * The script appends one line at most, removes retired keys of the extension alone, and runs as the user or as root.
 */
function commandFor({ user, publicLine, retired }: KeyInstallation): string {
  const [keyType = '', keyData = ''] = publicLine.split(' ');
  const removeRetiredKeys = removeKeysCommand('"$keys"', retired);
  return fillScript(provisionScript, { user, keyType, keyData, removeRetiredKeys });
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
