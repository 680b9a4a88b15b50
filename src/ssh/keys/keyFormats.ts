import { createPrivateKey, type KeyObject } from 'node:crypto';
import { t } from '@vscode/l10n';
import type ssh2 from 'ssh2';
import type { ParsedKey } from 'ssh2';
import { messageOf } from '../../base/errors';
import { keyType } from '../hostKeys/fingerprint';

type Utils = typeof ssh2.utils;

/** Contents of a key file. */
export type KeyText =
  /** `text` is in a format that ssh2 parses. */
  | { readonly kind: 'private'; readonly text: string; readonly key: ParsedKey }
  | { readonly kind: 'public'; readonly key: ParsedKey }
  /** A private key under a passphrase, and its public half where that is not encrypted. */
  | { readonly kind: 'locked'; readonly publicHalf: ParsedKey | undefined }
  | { readonly kind: 'unreadable'; readonly reason: string };

/**
 * Parses a key: private ones in OpenSSH's own format, PKCS#1, SEC1, PKCS#8 and PuTTY's, and public ones.
 * @param passphrase for a locked key; where it is wrong, the result is locked again
 */
export function readKey(utils: Utils, text: string, passphrase?: string): KeyText {
  const locked = isLocked(text);
  try {
    if (locked && passphrase === undefined) return { kind: 'locked', publicHalf: publicHalf(utils, text) };
    const plain = isPem(text) ? toSsh2Format(createPrivateKey({ key: text, passphrase })) : text;
    const [key] = [utils.parseKey(plain, passphrase)].flat();
    if (!key || key instanceof Error) throw key ?? new Error(t('it holds no key'));
    return key.isPrivateKey() ? { kind: 'private', text: plain, key } : { kind: 'public', key };
  } catch (error) {
    if (locked && passphrase !== undefined) return { kind: 'locked', publicHalf: undefined };
    return { kind: 'unreadable', reason: messageOf(error) };
  }
}

const openSshLabel = 'OPENSSH PRIVATE KEY';
const magic = 'openssh-key-v1\0';

/** True for PKCS#1, SEC1 and PKCS#8, which Node parses in all their varieties. */
function isPem(text: string): boolean {
  return /^-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/m.test(text) && !text.includes(openSshLabel);
}

function isLocked(text: string): boolean {
  const [, cipher] = openSshFields(text);
  if (cipher) return cipher.toString() !== 'none';
  return /^(?:-----BEGIN ENCRYPTED PRIVATE KEY-----|Proc-Type: 4,ENCRYPTED|Encryption: (?!none))/m.test(text);
}

/** @throws where ssh2 does not know the cipher of the file */
function publicHalf(utils: Utils, text: string): ParsedKey | undefined {
  const [, cipher, , , , blob] = openSshFields(text);
  if (!cipher || !blob) return undefined;
  const whole = utils.parseKey(text);
  if (whole instanceof Error && !whole.message.includes('passphrase')) throw whole;
  const key = utils.parseKey(`${keyType(blob)} ${blob.toString('base64')}`);
  return key instanceof Error ? undefined : key;
}

/**
 * Splits the head of a private key in OpenSSH's format (PROTOCOL.key of OpenSSH): magic, cipher, key derivation and its
 * options, number of keys, public half of the first. Empty for any other text.
 */
function openSshFields(text: string): Buffer[] {
  const body = new RegExp(`-----BEGIN ${openSshLabel}-----([^-]+)-----END`).exec(text)?.[1];
  const data = Buffer.from(body ?? '', 'base64');
  if (!data.toString('latin1').startsWith(magic)) return [];
  const fields = [data.subarray(0, magic.length)];
  for (let at = magic.length; fields.length < 6 && at + 4 <= data.length;) {
    const length = fields.length === 4 ? 0 : data.readUInt32BE(at);
    fields.push(data.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return fields;
}

/** Converts a key to a format that ssh2 parses. */
function toSsh2Format(key: KeyObject): string {
  const { asymmetricKeyType: type } = key;
  if (type === 'rsa') return key.export({ type: 'pkcs1', format: 'pem' }) as string;
  if (type === 'ec') return key.export({ type: 'sec1', format: 'pem' }) as string;
  if (type === 'ed25519') return ed25519ToOpenSsh(key);
  throw new Error(t('a key of the type {0} is not supported', String(type)));
}

/** Converts Ed25519, which ssh2 parses in OpenSSH's format alone (PROTOCOL.key of OpenSSH; RFC 8709). */
function ed25519ToOpenSsh(key: KeyObject): string {
  const { d = '', x = '' } = key.export({ format: 'jwk' });
  const [secret, point] = [Buffer.from(d, 'base64url'), Buffer.from(x, 'base64url')];
  const type = sshString('ssh-ed25519');
  const halves = Buffer.concat([
    type,
    sshString(point),
    sshString(Buffer.concat([secret, point])),
    sshString(''),
  ]);
  const checked = Buffer.concat([Buffer.alloc(8), halves]);
  const padding = Uint8Array.from({ length: -checked.length & 7 }, (_, index) => index + 1);
  const data = Buffer.concat([
    Buffer.from(magic),
    ...['none', 'none', ''].map(sshString),
    Buffer.from([0, 0, 0, 1]),
    sshString(Buffer.concat([type, sshString(point)])),
    sshString(Buffer.concat([checked, padding])),
  ]);
  const lines = data.toString('base64').replace(/.{1,70}/g, '$&\n');
  return `-----BEGIN ${openSshLabel}-----\n${lines}-----END ${openSshLabel}-----\n`;
}

/** Encodes a string of the SSH protocol (RFC 4251, section 5). */
function sshString(value: string | Buffer): Buffer {
  const bytes = Buffer.from(value as string);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
