import { createHash } from 'node:crypto';

/** A public key in its wire form, and its type. */
export interface PublicKey {
  /** For example `ssh-ed25519`. */
  readonly type: string;
  readonly blob: Buffer;
}

/** Formats the SHA-256 fingerprint as OpenSSH prints it. */
export function fingerprint(blob: Uint8Array): string {
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`;
}

/** Reads the type of a key, which its wire form begins with (RFC 4253, section 6.6). */
export function keyType(blob: Buffer): string {
  if (blob.length < 4) return '';
  return blob.toString('latin1', 4, 4 + blob.readUInt32BE(0));
}

/** Parses `type base64 [comment]`, a line of a `.pub` file. @returns undefined for any other text */
export function parsePublicKey(line: string): PublicKey | undefined {
  const [type, base64] = line.trim().split(/\s+/);
  if (type === undefined || base64 === undefined || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return undefined;
  const blob = Buffer.from(base64, 'base64');
  return keyType(blob) === type ? { type, blob } : undefined;
}
