import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Disposable } from '../../base/disposable';
import type { PublicKey } from '../hostKeys/fingerprint';

/** A computer, and its proxy on this machine. */
export interface OpensshHost {
  readonly id: string;
  readonly name: string;
  readonly user: string;
  /** Port of the proxy. */
  readonly port: number;
  readonly hostKey: PublicKey;
}

const folderPrefix = 'ssh-';

/**
 * Writes the files with which OpenSSH reaches computers through this window: a configuration, the private key of the
 * extension and the host keys. Their folder is private (0700, files 0600) and deleted with the window.
 */
export class OpensshFiles implements Disposable {
  private readonly folder: string;
  /** Hosts by alias. */
  private readonly hosts = new Map<string, OpensshHost>();

  /** @param parent created where it is missing; folders of windows that crashed are removed from it */
  constructor(parent: string) {
    mkdirSync(parent, { recursive: true });
    for (const name of readdirSync(parent)) if (isOrphaned(name)) removeFolder(join(parent, name));
    this.folder = mkdtempSync(join(parent, `${folderPrefix}${process.pid}-`));
  }

  /** Path of the configuration. */
  get config(): string {
    return join(this.folder, 'config');
  }

  /** Adds a host. @returns its alias: the name of the computer where that is free and plain, else its id */
  add(host: OpensshHost, privateKey: string): string {
    const alias = this.aliasFor(host);
    this.hosts.set(alias, host);
    const hosts = [...this.hosts];
    this.writeFile('key', `${privateKey.trimEnd()}\n`);
    this.writeFile('known_hosts', hosts.map(knownHostsLine).join(''));
    this.writeFile('config', hosts.map((each) => this.configOf(each)).join(''));
    return alias;
  }

  dispose(): void {
    removeFolder(this.folder);
  }

  /** Names come from the service: one that is not a plain word must reach neither a shell nor a configuration. */
  private aliasFor({ id, name }: OpensshHost): string {
    const isFree = (this.hosts.get(name)?.id ?? id) === id;
    return isFree && /^[A-Za-z0-9][\w.-]*$/.test(name) ? name : id.replace(/[^\w-]/g, '_');
  }

  private writeFile(name: string, text: string): void {
    writeFileSync(join(this.folder, name), text, { mode: 0o600 });
  }

  /** Formats the entry of a host. Its host key is looked up by alias, whatever the port (ssh_config(5), HostKeyAlias). */
  private configOf([alias, { user, port }]: readonly [string, OpensshHost]): string {
    return [
      `Host ${alias}`,
      'HostName 127.0.0.1',
      `Port ${port}`,
      `User ${user}`,
      `IdentityFile ${this.path('key')}`,
      'IdentitiesOnly yes',
      'IdentityAgent none',
      `UserKnownHostsFile ${this.path('known_hosts')}`,
      `HostKeyAlias ${alias}`,
      'StrictHostKeyChecking yes',
      'ServerAliveInterval 15\n',
    ].join('\n  ');
  }

  /** Quotes a path for the configuration, where a backslash escapes: on Windows it gets slashes. */
  private path(name: string): string {
    const path = join(this.folder, name);
    const plain = process.platform === 'win32' ? path.replaceAll('\\', '/') : path.replace(/["\\]/g, '\\$&');
    return `"${plain.replaceAll('%', '%%')}"`;
  }
}

function knownHostsLine([alias, { hostKey }]: readonly [string, OpensshHost]): string {
  return `${alias} ${hostKey.type} ${hostKey.blob.toString('base64')}\n`;
}

/** True for the folder of a process that has ended. */
function isOrphaned(name: string): boolean {
  const pid = name.startsWith(folderPrefix)
    ? Number.parseInt(name.slice(folderPrefix.length), 10)
    : Number.NaN;
  if (Number.isNaN(pid) || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}
