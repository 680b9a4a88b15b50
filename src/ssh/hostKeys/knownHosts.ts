import { createHmac, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Endpoint } from '../connection/endpoint';
import { parsePublicKey } from './fingerprint';

/** What a `known_hosts` file says of a host that shows a key. */
export type KnownHostsVerdict = 'known' | 'different' | 'revoked' | 'unknown';

/** Looks a host up in the person's own `known_hosts`. Without such a file every host is unknown. */
export async function lookUpInHomeFile(endpoint: Endpoint, shown: Buffer): Promise<KnownHostsVerdict> {
  const text = await readFile(join(homedir(), '.ssh', 'known_hosts'), 'utf8').catch(() => '');
  return lookUpKnownHost(text, endpoint, shown);
}

/**
 * Looks a host up in the text of a `known_hosts` file: plain names, patterns with `*`, `?` and `!`, `[host]:port`,
 * hashed names and `@revoked` are understood; `@cert-authority` lines are passed over. The file is only ever read.
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
  const words = line.trim().split(/\s+/);
  const marker = words[0]?.startsWith('@') ? words.shift() : undefined;
  const [hosts, type, base64] = words;
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
