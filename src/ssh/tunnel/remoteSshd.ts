import type { CelestoClient } from '../../api/client';
import { t } from '@vscode/l10n';
import type { RecoveryFacts } from '../../base/errors';
import { fillScript } from '../../base/scriptTemplate';
import { truncate } from '../../base/text';
import { quoted, removeKeysCommand } from '../keys/authorizedKeys';
import { parsePublicKey, type PublicKey } from '../hostKeys/fingerprint';
import type { KeyPair } from '../keys/extensionKey';
import installScriptText from './installRemoteSshd.sh';
import perlRelay from './relay.pl';
import pythonRelay from './relay.py';

/** Where the helper is on a computer. */
export interface RemoteSshdLocation {
  /** Who logs in: the user that the service runs commands as. */
  readonly user: string;
  /** The folder on the computer, absolute. */
  readonly folder: string;
}

/** What is on a computer so that SSH can be carried by its terminal gateway. */
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

/** The folder below the user's home; its version changes with what is in it. */
const folder = '.celesto-vscode/1';
/** Seconds the commands may take on the computer. */
const timeoutSeconds = 30;

/**
 * Puts what SSH over the gateway needs on a computer: a private folder (0700) with a host key of its own, our public
 * key, a configuration and a start script; retired keys of ours go. Nothing listens, nothing runs until a session starts
 * it. Doing it again changes nothing, and several may do it at the same moment: each file is put there whole, and the
 * first host key stays.
 * @throws NoHelperError where the computer has no OpenSSH server or refuses; ApiError; the signal's reason
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

/** Takes everything away again that {@link installRemoteSshd} put on a computer. */
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

/** The line that starts it in a terminal of the computer; far below the 4096 bytes that a terminal's line may have. */
export function startCommand(
  { folder }: Pick<RemoteSshdLocation, 'folder'>,
  readyMarker: readonly [string, string],
): string {
  return ` exec sh ${quoted(`${folder}/start`)} ${readyMarker[0]} ${readyMarker[1]}\r`;
}

/** How bytes travel through the terminal: as they are, or as lines of base64 where the gateway passes on only text. */
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
