import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Disposable } from '../../base/disposable';
import type { PublicKey } from '../hostKeys/fingerprint';

/** A computer as any SSH client is to reach it. */
export interface ClientHost {
  readonly id: string;
  readonly name: string;
  readonly user: string;
  /** Of this machine. */
  readonly port: number;
  readonly hostKey: PublicKey;
}

const prefix = 'ssh-';

/**
 * What OpenSSH needs to reach computers through this window: a configuration, our private key and the host keys, in a
 * folder that nobody else may read (0700, the key 0600) and that goes with the window.
 */
export class ClientFiles implements Disposable {
  private readonly folder: string;
  /** By the word for them on the command line. */
  private readonly hosts = new Map<string, ClientHost>();

  /** @param parent made where it is not there; what windows that crashed left in it is removed */
  constructor(parent: string) {
    mkdirSync(parent, { recursive: true });
    for (const name of readdirSync(parent)) if (isLeft(name)) remove(join(parent, name));
    this.folder = mkdtempSync(join(parent, `${prefix}${process.pid}-`));
  }

  /** The path of the configuration. */
  get config(): string {
    return join(this.folder, 'config');
  }

  /** @returns the word by which the configuration knows the computer: its name where that is free and plain */
  add(host: ClientHost, privateKey: string): string {
    const alias = this.aliasFor(host);
    this.hosts.set(alias, host);
    const hosts = [...this.hosts];
    this.put('key', `${privateKey.trimEnd()}\n`);
    this.put('known_hosts', hosts.map(knownHostsLine).join(''));
    this.put('config', hosts.map((each) => this.configOf(each)).join(''));
    return alias;
  }

  dispose(): void {
    remove(this.folder);
  }

  /** Names come from the service: one that is no plain word must reach neither a shell nor a configuration. */
  private aliasFor({ id, name }: ClientHost): string {
    const isFree = (this.hosts.get(name)?.id ?? id) === id;
    return isFree && /^[A-Za-z0-9][\w.-]*$/.test(name) ? name : id.replace(/[^\w-]/g, '_');
  }

  private put(name: string, text: string): void {
    writeFileSync(join(this.folder, name), text, { mode: 0o600 });
  }

  /** The host key is looked up by that word, whatever the port is (ssh_config(5), HostKeyAlias). */
  private configOf([alias, { user, port }]: readonly [string, ClientHost]): string {
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

function knownHostsLine([alias, { hostKey }]: readonly [string, ClientHost]): string {
  return `${alias} ${hostKey.type} ${hostKey.blob.toString('base64')}\n`;
}

/** Whether a folder belongs to a process that is no more. */
function isLeft(name: string): boolean {
  const pid = name.startsWith(prefix) ? Number.parseInt(name.slice(prefix.length), 10) : Number.NaN;
  if (Number.isNaN(pid) || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

function remove(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}
