import { execFileSync } from 'node:child_process';
import { chmodSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parsePublicKey, type PublicKey } from '../../../../src/ssh/hostKeys/fingerprint';

/** A key pair in files, made by ssh-keygen. */
export interface KeyFile {
  /** Path of the private key. */
  readonly path: string;
  /** Line of the `.pub` file. */
  readonly publicLine: string;
  readonly publicKey: PublicKey;
  /** SHA-256 fingerprint as ssh-keygen prints it. */
  readonly fingerprint: string;
}

/** Generates a key pair with ssh-keygen. @param options further arguments, for type and format */
export function makeKey(folder: string, name: string, ...options: string[]): KeyFile {
  const path = join(folder, name);
  const kind = options.includes('-t') ? [] : ['-t', 'ed25519'];
  const secret = options.includes('-N') ? [] : ['-N', ''];
  execFileSync('ssh-keygen', [
    '-q',
    '-a',
    '1',
    '-C',
    `${name}@test`,
    '-f',
    path,
    ...kind,
    ...secret,
    ...options,
  ]);
  const publicLine = readFileSync(`${path}.pub`, 'utf8').trim();
  const output = execFileSync('ssh-keygen', ['-l', '-E', 'sha256', '-f', `${path}.pub`], {
    encoding: 'utf8',
  });
  return {
    path,
    publicLine,
    publicKey: parsePublicKey(publicLine)!,
    fingerprint: /SHA256:\S+/.exec(output)![0],
  };
}

/** Puts an Ed25519 key into PKCS#8, which ssh-keygen does not write, by openssl; its public half stays beside it. */
export function inPkcs8(key: KeyFile, passphrase: string): KeyFile {
  const seed = ed25519Seed(readFileSync(key.path, 'utf8'));
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]);
  const lock = passphrase === '' ? ['-nocrypt'] : ['-v2', 'aes-256-cbc', '-passout', `pass:${passphrase}`];
  execFileSync('openssl', ['pkcs8', '-topk8', '-inform', 'DER', '-out', key.path, ...lock], {
    input: der,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  chmodSync(key.path, 0o600);
  return key;
}

/** Puts a passphrase on a key file. */
export function lock({ path }: KeyFile, passphrase: string): void {
  execFileSync('ssh-keygen', ['-q', '-p', '-a', '1', '-P', '', '-N', passphrase, '-f', path]);
}

/** The private half in an open file of OpenSSH's: it stands before the public half in the last of its parts. */
function ed25519Seed(text: string): Buffer {
  const data = Buffer.from(text.replace(/-----.*-----/g, ''), 'base64');
  const lengthOfBoth = Buffer.from([0, 0, 0, 64]);
  const start = data.indexOf(lengthOfBoth) + lengthOfBoth.length;
  return data.subarray(start, start + 32);
}
