import { readdir, readFile } from 'node:fs/promises';
import { homedir, userInfo } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import type * as library from 'ssh-config';
import type { Line } from 'ssh-config';
import { undefinedIfMissing } from '../base/undefinedIfMissing';
import type { Computer } from '../computers/computer';
import { type Endpoint, parseEndpoint } from './connection/endpoint';

/** Settings of `~/.ssh/config` for one computer. */
export interface HostSettings {
  /** User and port from entries that name the computer exactly: they were written for it. */
  readonly named: Login;
  /** User and port from entries with a pattern that matches it, such as `Host *`. */
  readonly general: Login;
  /** Absolute paths, in the order of the file. */
  readonly identityFiles: readonly string[];
  /** True where the agent's other keys are not to be tried. */
  readonly identitiesOnly: boolean;
}

export interface Login {
  readonly user?: string;
  readonly port?: number;
}

/** User names that are plain words: they go into a command on the computer. */
const plainUser = /^\w[\w.-]*$/;
const plainPort = /^[1-9]\d{0,4}$/;
/** Limit for nested `Include`, as in OpenSSH. */
const maxIncludeDepth = 16;

/**
 * Reads `~/.ssh/config` (ssh_config(5)): `User`, `Port`, `IdentityFile` and `IdentitiesOnly` of the entries that match
 * a computer, also from included files. The address of a host (`HostName`, `ProxyJump` and the like) comes from the service
 * alone. The files are only read and nothing in them is run: of the conditions of a `Match`, `all`, `host`,
 * `originalhost` and `localuser` are evaluated; any other, `exec` above all, counts as not met.
 */
export class SshConfig {
  constructor(readonly home: () => string = homedir) {}

  get path(): string {
    return join(this.home(), '.ssh', 'config');
  }

  /**
   * Reads the settings for a computer. An entry that matches one of its names matches it. As in OpenSSH the first value
   * counts, and identity files add up.
   * @throws Error where a file exists and cannot be read
   */
  async settings(names: readonly string[]): Promise<HostSettings> {
    const home = this.home();
    const entries = await readEntries(this.path, home);
    const found: Collected = { named: {}, general: {}, identityFiles: [] };
    if (entries.length > 0) collect(entries, names, await loadSshConfig(), found);
    const paths = found.identityFiles.filter((path) => path.toLowerCase() !== 'none');
    return {
      ...found,
      identityFiles: [...new Set(paths.map((path) => expandTokens(path, home, names)))],
      identitiesOnly: found.identitiesOnly ?? false,
    };
  }

  /**
   * Determines the endpoint of a computer. An entry that names the computer exactly overrides the service; one with a
   * matching pattern only adds what the service leaves open, which is the port.
   * @throws EndpointError
   */
  async endpoint(computer: Pick<Computer, 'ssh' | 'name' | 'id'>): Promise<Endpoint> {
    const endpoint = computer.ssh ?? '';
    try {
      const { named, general } = await this.settings(namesOf(computer));
      return { ...parseEndpoint(endpoint, general.port), ...named };
    } catch {
      // The error is reported with the keys (IdentitySource); the connection does not fail for it.
      return parseEndpoint(endpoint);
    }
  }
}

/** Names by which an entry may refer to a computer: its host as the service names it, its name, its id. */
export function namesOf({ ssh, name, id }: Pick<Computer, 'ssh' | 'name' | 'id'>): string[] {
  return [...hostOf(ssh), name, id];
}

function hostOf(ssh: string | undefined): string[] {
  try {
    return ssh === undefined ? [] : [parseEndpoint(ssh).host];
  } catch {
    return [];
  }
}

/** A setting of the file, or a `Host` or `Match` block with its settings. */
interface Entry {
  /** In lower case. */
  readonly keyword: string;
  readonly values: readonly string[];
  readonly lines: readonly Entry[];
}

interface Collected {
  named: { -readonly [Key in keyof Login]: Login[Key] };
  general: { -readonly [Key in keyof Login]: Login[Key] };
  identityFiles: string[];
  identitiesOnly?: boolean;
}

function loadSshConfig(): Promise<typeof library> {
  return import('ssh-config');
}

/** Reads the entries of a file, with included files in place; none where the file is missing. */
async function readEntries(path: string, home: string, depth = 0): Promise<Entry[]> {
  const text = (await undefinedIfMissing(readFile(path, 'utf8'))) ?? '';
  if (text.trim() === '' || depth > maxIncludeDepth) return [];
  const { parse } = await loadSshConfig();
  return toEntries(parse(text), home, depth);
}

async function toEntries(lines: readonly Line[], home: string, depth: number): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (const line of lines) {
    if (!('param' in line)) continue;
    const keyword = line.param.toLowerCase();
    const values = Array.isArray(line.value) ? line.value.map(({ val }) => val) : [line.value];
    if (keyword === 'include') {
      for (const path of await includedFiles(values, home))
        entries.push(...(await readEntries(path, home, depth + 1)));
    } else {
      const within = 'config' in line ? await toEntries(line.config, home, depth) : [];
      entries.push({ keyword, values, lines: within });
    }
  }
  return entries;
}

/** Resolves the files of an `Include`: relative to `~/.ssh`, with wildcards in the last segment. */
async function includedFiles(patterns: readonly string[], home: string): Promise<string[]> {
  const { glob } = await loadSshConfig();
  const found = patterns.map(async (pattern) => {
    const path = resolve(home, '.ssh', expandHome(pattern, home));
    if (!/[*?]/.test(basename(path))) return [path];
    const names = await readdir(dirname(path)).catch(() => []);
    return names
      .filter((name) => glob(basename(path), name))
      .sort()
      .map((name) => join(dirname(path), name));
  });
  return (await Promise.all(found)).flat();
}

function collect(
  entries: readonly Entry[],
  names: readonly string[],
  ssh: typeof library,
  found: Collected,
  login: Collected['named'] = found.general,
): void {
  for (const { keyword, values, lines } of entries) {
    const [value = ''] = values;
    if (keyword === 'host' || keyword === 'match') {
      const fit = (keyword === 'host' ? matchHost : matchConditions)(values, names, ssh);
      if (fit) collect(lines, names, ssh, found, fit === 'exact' ? found.named : found.general);
    } else if (keyword === 'identityfile') found.identityFiles.push(value);
    else if (keyword === 'identitiesonly') found.identitiesOnly ??= value.toLowerCase() === 'yes';
    else if (keyword === 'user' && plainUser.test(value)) login.user ??= value;
    else if (keyword === 'port' && plainPort.test(value)) login.port ??= Number(value);
  }
}

type Fit = 'exact' | 'pattern' | undefined;

/** Matches names against the patterns of a `Host` line; a name that matches a `!` pattern excludes the entry. */
function matchHost(patterns: readonly string[], names: readonly string[], { glob }: typeof library): Fit {
  const lowerPatterns = patterns.map((pattern) => pattern.toLowerCase());
  const lowerNames = names.map((name) => name.toLowerCase());
  const excluded = lowerPatterns
    .filter((pattern) => pattern.startsWith('!'))
    .map((pattern) => pattern.slice(1));
  if (lowerNames.some((name) => glob(excluded, name))) return undefined;
  if (lowerNames.some((name) => lowerPatterns.includes(name))) return 'exact';
  return lowerNames.some((name) => glob(lowerPatterns, name)) ? 'pattern' : undefined;
}

function matchConditions(conditions: readonly string[], names: readonly string[], ssh: typeof library): Fit {
  let fit: Fit = 'pattern';
  for (let at = 0; at < conditions.length && fit; at += 1) {
    const condition = conditions[at]?.toLowerCase();
    if (condition === 'all') continue;
    const patterns = (conditions[++at] ?? '').split(',');
    if (condition === 'host' || condition === 'originalhost') {
      const host = matchHost(patterns, names, ssh);
      if (host !== 'pattern') fit = host;
    } else if (condition !== 'localuser' || !ssh.glob(patterns, userInfo().username)) fit = undefined;
  }
  return fit;
}

/** Expands the tokens of ssh_config(5) in a path: `~`, `%d`, `%h`, `%n`, `%u`, `%%` and `${NAME}`. */
function expandTokens(path: string, home: string, [host = '']: readonly string[]): string {
  const tokens: Readonly<Record<string, string>> = { d: home, h: host, n: host, '%': '%' };
  const plain = expandHome(path, home)
    .replace(/%(.)/g, (all, token: string) => (token === 'u' ? userInfo().username : (tokens[token] ?? all)))
    .replace(/\$\{(\w+)\}/g, (all, name: string) => process.env[name] ?? all);
  return resolve(home, plain);
}

/** Expands a leading `~`. */
export function expandHome(path: string, home: string): string {
  return /^~(?:[/\\]|$)/.test(path) ? join(home, path.slice(1)) : path;
}
