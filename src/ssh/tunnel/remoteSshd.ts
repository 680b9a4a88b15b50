import { t } from '@vscode/l10n';
import type { CelestoClient } from '../../api/client';
import type { RecoveryFacts } from '../../base/errors';
import { fillScript } from '../../base/fillScript';
import { truncate } from '../../base/text';
import { parsePublicKey, type PublicKey } from '../hostKeys/fingerprint';
import { quoted, removeKeysCommand } from '../keys/authorizedKeys';
import type { KeyPair } from '../keys/extensionKey';
import installScriptText from './installRemoteSshd.sh';
import perlRelay from './relay.pl';
import pythonRelay from './relay.py';

/** Location of the sshd's files on a computer, which the user knows as the SSH helper. */
export interface RemoteSshdLocation {
  /** User to log in as: the one that the service runs exec calls as. */
  readonly user: string;
  /** Folder on the computer, absolute. */
  readonly folder: string;
}

/** An sshd on a computer, to which its terminal gateway can carry SSH. */
export interface RemoteSshd extends RemoteSshdLocation {
  readonly hostKey: PublicKey;
}

/** A computer to which the terminal gateway cannot carry SSH. `message` gives the reason. */
export class TunnelUnavailableError extends Error implements RecoveryFacts {
  override readonly name = 'TunnelUnavailableError';
  readonly isTransient = true;
  readonly allowsFallback = true;

  constructor(reason: string) {
    super(t('SSH cannot be carried by the terminal gateway: {0}.', reason));
  }
}

/** Folder below the user's home. Its number changes with the format of its files. */
const folder = '.celesto-vscode/1';
/** Time limit of a command on the computer, in seconds. */
const timeoutSeconds = 30;

/**
 * Installs the sshd of the tunnel: a private folder (0700) with its own host key, the public key of the extension, a
 * configuration and a start script. Nothing listens, and nothing runs before a session starts it. Repeating it changes
 * nothing but the key, and several runs may overlap (installRemoteSshd.sh).
 * @throws TunnelUnavailableError where the computer has no OpenSSH server or refuses; ApiError; the signal's reason
 */
export async function installRemoteSshd(
  client: Pick<CelestoClient, 'exec'>,
  computerId: string,
  keys: Pick<KeyPair, 'publicLine' | 'retired'>,
  signal?: AbortSignal,
): Promise<RemoteSshd> {
  const { stdout, stderr } = await client.exec(computerId, installScript(keys), timeoutSeconds, signal);
  const lines = stdout.split(/\r?\n/);
  const valueOf = (name: string): string | undefined =>
    lines.find((line) => line.startsWith(`celesto ${name} `))?.slice(`celesto ${name} `.length);
  const hostKey = parsePublicKey(valueOf('host-key') ?? '');
  const user = valueOf('user');
  const path = valueOf('folder');
  if (hostKey && user && path) return { user, hostKey, folder: path };
  const hasNoServer = lines.includes('celesto no-sshd');
  throw new TunnelUnavailableError(
    hasNoServer
      ? t('it has no OpenSSH server')
      : t('its SSH helper could not be set up: {0}', truncate(stderr, 200) || t('no answer')),
  );
}

/** Removes everything that {@link installRemoteSshd} put on a computer. */
export async function removeRemoteSshd(
  client: Pick<CelestoClient, 'exec'>,
  computerId: string,
  signal?: AbortSignal,
): Promise<void> {
  const { exit_code, stderr } = await client.exec(
    computerId,
    'rm -rf "$HOME/.celesto-vscode"',
    timeoutSeconds,
    signal,
  );
  if (exit_code !== 0) throw new Error(t('The SSH helper could not be removed: {0}', truncate(stderr, 200)));
}

/**
 * Formats the command that starts the sshd in a terminal; far below the 4096 bytes that a line of a terminal can have.
 * @param readyMarker two halves, which the sshd's start script prints as one word
 */
export function startCommand(
  { folder }: Pick<RemoteSshdLocation, 'folder'>,
  readyMarker: readonly [string, string],
): string {
  return ` exec sh ${quoted(`${folder}/start`)} ${readyMarker[0]} ${readyMarker[1]}\r`;
}

/** Encoding of SSH in the terminal: unchanged bytes, or lines of base64 where the gateway carries text alone. */
export type StreamEncoding = 'binary' | 'base64';

function installScript({ publicLine, retired }: Pick<KeyPair, 'publicLine' | 'retired'>): string {
  const key = publicLine.split(' ').slice(0, 2).join(' ');
  return fillScript(installScriptText, {
    folder,
    removeRetiredKeys: removeKeysCommand('authorized_keys', retired),
    publicKey: key,
    pythonRelay: fillScript(pythonRelay),
    perlRelay: fillScript(perlRelay),
  });
}
