import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parsePublicKey, type PublicKey } from '../../../../src/ssh/fingerprint';

/** A key pair in files, made by ssh-keygen. */
export interface KeyFile {
  /** Of the private key. */
  readonly path: string;
  /** The line of the `.pub` file. */
  readonly publicLine: string;
  readonly publicKey: PublicKey;
  /** The SHA-256 fingerprint, as ssh-keygen tells it. */
  readonly fingerprint: string;
}

/** Makes a key pair with ssh-keygen; `options` are further arguments of it, as for the kind and the format. */
export function makeKey(folder: string, name: string, ...options: string[]): KeyFile {
  const path = join(folder, name);
  const kind = options.includes('-t') ? [] : ['-t', 'ed25519'];
  const secret = options.includes('-N') ? [] : ['-N', ''];
  execFileSync('ssh-keygen', ['-q', '-C', `${name}@test`, '-f', path, ...kind, ...secret, ...options]);
  const publicLine = readFileSync(`${path}.pub`, 'utf8').trim();
  const told = execFileSync('ssh-keygen', ['-l', '-E', 'sha256', '-f', `${path}.pub`], { encoding: 'utf8' });
  return {
    path,
    publicLine,
    publicKey: parsePublicKey(publicLine)!,
    fingerprint: /SHA256:\S+/.exec(told)![0],
  };
}
