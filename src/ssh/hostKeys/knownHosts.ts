import { createHmac, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Endpoint } from '../connection/endpoint';
import { parsePublicKey } from './fingerprint';

/** Result of looking up a host and its key: `different` where the file has another key for that host. */
export type KnownHostsVerdict = 'known' | 'different' | 'revoked' | 'unknown';

/** Looks a host up in `~/.ssh/known_hosts`. Without that file every host is unknown. */
export async function lookUpInHomeFile(endpoint: Endpoint, shown: Buffer): Promise<KnownHostsVerdict> {
  const text = await readFile(join(homedir(), '.ssh', 'known_hosts'), 'utf8').catch(() => '');
  return lookUpKnownHost(text, endpoint, shown);
}

/**
 * Looks a host up in the text of a `known_hosts` file: plain names, patterns with `*`, `?` and `!`, `[host]:port`,
 * hashed names and `@revoked` are understood; `@cert-authority` lines are skipped. The file is never written.
 * Format: the sshd(8) manual page, "SSH_KNOWN_HOSTS FILE FORMAT".
 */
export function lookUpKnownHost(text: string, endpoint: Endpoint, shown: Buffer): KnownHostsVerdict {
  const name = endpoint.port === 22 ? endpoint.host : `[${endpoint.host}]:${endpoint.port}`;
  const keys = text
    .split(/\r?\n/)
    .map(parseLine)
    .filter((line) => line !== undefined)
    .filter((line) => matches(line.hosts, name.toLowerCase()));
  const same = keys.filter(({ key }) => key.blob.equals(shown));
  if (same.some(({ marker }) => marker === '@revoked')) return 'revoked';
  if (same.some(({ marker }) => marker === undefined)) return 'known';
  return keys.some(({ marker }) => marker === undefined) ? 'different' : 'unknown';
}

function parseLine(line: string) {
  const fields = line.trim().split(/\s+/);
  const marker = fields[0]?.startsWith('@') ? fields.shift() : undefined;
  const [hosts, type, base64] = fields;
  if (hosts === undefined || hosts.startsWith('#') || marker === '@cert-authority') return undefined;
  const key = parsePublicKey(`${type ?? ''} ${base64 ?? ''}`);
  return key && { marker, hosts, key };
}

function matches(hosts: string, name: string): boolean {
  if (hosts.startsWith('|1|')) return matchesHash(hosts, name);
  const patterns = hosts.toLowerCase().split(',');
  if (patterns.some((pattern) => pattern.startsWith('!') && glob(pattern.slice(1)).test(name))) return false;
  return patterns.some((pattern) => glob(pattern).test(name));
}

function matchesHash(hash: string, name: string): boolean {
  const [, , salt = '', digest = ''] = hash.split('|');
  const expected = Buffer.from(digest, 'base64');
  const actual = createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest();
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}

function glob(pattern: string): RegExp {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
    .replace(/\*/g, '.*')
    .replace(/\?/g, '.');
  return new RegExp(`^${source}$`);
}
