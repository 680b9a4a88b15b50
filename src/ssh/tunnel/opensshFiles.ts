import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Disposable } from '../../base/disposable';
import type { PublicKey } from '../hostKeys/fingerprint';

/** A computer as any SSH client is to reach it. */
export interface OpensshHost {
  readonly id: string;
  readonly name: string;
  readonly user: string;
  /** Of this machine. */
  readonly port: number;
  readonly hostKey: PublicKey;
}

const folderPrefix = 'ssh-';

/**
 * What OpenSSH needs to reach computers through this window: a configuration, our private key and the host keys, in a
 * folder that nobody else may read (0700, the key 0600) and that goes with the window.
 */
export class OpensshFiles implements Disposable {
  private readonly folder: string;
  /** By the word for them on the command line. */
  private readonly hosts = new Map<string, OpensshHost>();

  /** @param parent made where it is not there; what windows that crashed left in it is removed */
  constructor(parent: string) {
    mkdirSync(parent, { recursive: true });
    for (const name of readdirSync(parent)) if (isOrphaned(name)) removeFolder(join(parent, name));
    this.folder = mkdtempSync(join(parent, `${folderPrefix}${process.pid}-`));
  }

  /** The path of the configuration. */
  get config(): string {
    return join(this.folder, 'config');
  }

  /** @returns the word by which the configuration knows the computer: its name where that is free and plain */
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

  /** Names come from the service: one that is no plain word must reach neither a shell nor a configuration. */
  private aliasFor({ id, name }: OpensshHost): string {
    const isFree = (this.hosts.get(name)?.id ?? id) === id;
    return isFree && /^[A-Za-z0-9][\w.-]*$/.test(name) ? name : id.replace(/[^\w-]/g, '_');
  }

  private writeFile(name: string, text: string): void {
    writeFileSync(join(this.folder, name), text, { mode: 0o600 });
  }

  /** The host key is looked up by that word, whatever the port is (ssh_config(5), HostKeyAlias). */
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

  /** As a configuration takes it: on Windows with slashes too, since a backslash stands for what follows it. */
  private path(name: string): string {
    const path = join(this.folder, name);
    const plain = process.platform === 'win32' ? path.replaceAll('\\', '/') : path.replace(/["\\]/g, '\\$&');
    return `"${plain.replaceAll('%', '%%')}"`;
  }
}

function knownHostsLine([alias, { hostKey }]: readonly [string, OpensshHost]): string {
  return `${alias} ${hostKey.type} ${hostKey.blob.toString('base64')}\n`;
}

/** Whether a folder belongs to a process that is no more. */
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
