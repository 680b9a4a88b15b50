import { createHash } from 'node:crypto';

/** A public key as SSH sends it, with the name of its kind. */
export interface PublicKey {
  /** For example `ssh-ed25519`. */
  readonly type: string;
  readonly blob: Buffer;
}

/** The SHA-256 fingerprint as OpenSSH prints it. */
export function fingerprint(blob: Uint8Array): string {
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`;
}

/** The kind of a key, which its wire form begins with (RFC 4253, section 6.6). */
export function keyType(blob: Buffer): string {
  if (blob.length < 4) return '';
  return blob.toString('latin1', 4, 4 + blob.readUInt32BE(0));
}

/** Reads `type base64 [comment]`, a line of a `.pub` file; undefined where the line is no public key. */
export function parsePublicKey(line: string): PublicKey | undefined {
  const [type, base64] = line.trim().split(/\s+/);
  if (type === undefined || base64 === undefined || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return undefined;
  const blob = Buffer.from(base64, 'base64');
  return keyType(blob) === type ? { type, blob } : undefined;
}
