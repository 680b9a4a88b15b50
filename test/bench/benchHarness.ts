import { spawn, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  chownSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CelestoClient } from '../../src/api/client';
import { Http } from '../../src/api/http';
import { Lifecycle } from '../../src/computers/lifecycle';
import type { Computer } from '../../src/computers/computer';
import { ComputerStore } from '../../src/computers/store';
import { createSsh } from '../../src/ssh/createSsh';
import { parseEndpoint } from '../../src/ssh/connection/endpoint';
import { KnownComputers } from '../../src/ssh/hostKeys/knownComputers';
import { ExtensionKey } from '../../src/ssh/keys/extensionKey';
import { SshConfig } from '../../src/ssh/sshConfig';
import type { ConnectionPool } from '../../src/ssh/connection/connectionPool';
import type { SshTransportName } from '../../src/ssh/connection/sshTransport';
import { systemClock } from '../../src/base/clock';
import { silentLog } from '../../src/base/log';
import { findCommand } from '../tools/machine.mjs';
import { startEmulator, type Emulator, type EmulatorOptions } from '../emulator/emulator';
import { isolatedSsh } from '../harness/isolatedSsh';
import { MemoryRecords, MemorySecrets } from '../unit/ssh/support/memory';

const prompt = '$ ';
const transferCommand = (bytes: number): string => `head -c ${bytes} /dev/zero`;

/** A service with one computer, and both ways to its prompt: ours, and OpenSSH's with a key of its own. */
export class BenchHarness {
  readonly client: CelestoClient;
  readonly store: ComputerStore;
  readonly lifecycle: Lifecycle;
  readonly knownComputers = new KnownComputers(new MemoryRecords());
  private readonly pool: ConnectionPool;
  private readonly sshKey: string;

  private constructor(
    private readonly folder: string,
    readonly emulator: Emulator,
    baseUrl: string,
  ) {
    const { apiKey } = emulator;
    const client = new CelestoClient(new Http(silentLog), () => Promise.resolve({ baseUrl, apiKey }));
    this.client = client;
    const cache = { read: () => [], write: () => undefined };
    this.store = new ComputerStore(client, systemClock, cache, silentLog);
    this.lifecycle = new Lifecycle(client, this.store, systemClock, silentLog);
    const ownKey = new ExtensionKey(new MemorySecrets(), silentLog);
    // The machine's own configuration is not to be measured.
    const config = new SshConfig(() => folder);
    this.pool = createSsh({
      ...{
        client,
        knownComputers: this.knownComputers,
        extensionKey: ownKey,
        config,
        clock: systemClock,
        log: silentLog,
      },
      ...isolatedSsh,
    }).pool;
    this.sshKey = join(folder, 'key');
    spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', this.sshKey]);
  }

  /** @param via makes the address by which the API is called, of its own one */
  static async start(
    options: Partial<EmulatorOptions> = {},
    via: (url: string) => string | Promise<string> = (url) => url,
  ): Promise<BenchHarness> {
    const folder = mkdtempSync(join(tmpdir(), 'celesto-bench-'));
    const emulator = await startEmulator({
      dir: join(folder, 'state'),
      seed: [{ name: 'einstein' }],
      ...options,
    });
    const bed = new BenchHarness(folder, emulator, await via(emulator.url));
    await bed.authorizeOpenSshKey();
    return bed;
  }

  /** The computer as it is now. */
  async computer(): Promise<Computer> {
    await this.store.refresh();
    const computer = this.store.find('einstein');
    if (!computer) throw new Error('There is no computer.');
    return computer;
  }

  /** Milliseconds from asking for a shell to its prompt, over a connection of its own unless one is there. */
  async timeToPrompt(
    computer: Computer,
    atPrompt: () => void = () => undefined,
    transport: SshTransportName = 'ssh',
  ): Promise<number> {
    const begin = performance.now();
    const channel = await this.pool.channel(
      computer,
      { signal: new AbortController().signal, timeoutMs: 60_000, transport },
      (connection) =>
        connection.shell({ rows: 24, cols: 80, term: 'xterm-256color', env: { LANG: 'C.UTF-8' } }),
    );
    await new Promise<void>((resolve) => {
      let text = '';
      channel.on('data', (bytes: Buffer) => {
        text += bytes.toString();
        if (text.includes(prompt)) resolve();
      });
    });
    const time = performance.now() - begin;
    atPrompt();
    const closed = new Promise((resolve) => channel.once('close', resolve));
    channel.close();
    await closed;
    return time;
  }

  /** Milliseconds until so many bytes have come. */
  async timeToTransfer(computer: Computer, bytes: number, transport: SshTransportName): Promise<number> {
    const begin = performance.now();
    const channel = await this.pool.channel(
      computer,
      { signal: new AbortController().signal, timeoutMs: 0, transport },
      (connection) => connection.exec(transferCommand(bytes)),
    );
    await new Promise((resolve) => channel.resume().once('close', resolve));
    return performance.now() - begin;
  }

  /** Closes what connections there are, and waits until they are. */
  async disconnect(computer: Computer): Promise<void> {
    this.pool.close(computer.id);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }

  /** Milliseconds from starting `ssh -tt` to the prompt. */
  async timeToPromptOpenSsh(computer: Computer): Promise<number> {
    const begin = performance.now();
    const child = this.startSsh(computer, '-tt');
    const ended = new Promise((resolve) => child.once('close', resolve));
    const time = await new Promise<number>((resolve, reject) => {
      let text = '';
      child.stdout.on('data', (bytes: Buffer) => {
        text += bytes.toString();
        if (text.includes(prompt)) resolve(performance.now() - begin);
      });
      child.once('close', () => reject(new Error(`ssh ended: ${text}`)));
    });
    child.kill();
    await ended;
    return time;
  }

  /** Milliseconds until so many bytes have come by `ssh`. */
  async timeToTransferOpenSsh(computer: Computer, bytes: number): Promise<number> {
    const begin = performance.now();
    const child = this.startSsh(computer, transferCommand(bytes));
    child.stdout.resume();
    await new Promise((resolve) => child.once('close', resolve));
    return performance.now() - begin;
  }

  private startSsh(computer: Computer, ...args: string[]) {
    const { user, host, port } = parseEndpoint(computer.ssh ?? '');
    const options = [
      'StrictHostKeyChecking=no',
      'UserKnownHostsFile=/dev/null',
      'IdentitiesOnly=yes',
      'LogLevel=ERROR',
    ];
    return spawn(
      findCommand('ssh') ?? 'ssh',
      [
        ...['-F', 'none', '-i', this.sshKey, '-p', String(port)],
        ...options.flatMap((option) => ['-o', option]),
        `${user}@${host}`,
        ...args,
      ],
      { stdio: ['pipe', 'pipe', 'ignore'] },
    );
  }

  async stop(): Promise<void> {
    this.pool.dispose();
    this.store.dispose();
    await this.emulator.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Lets OpenSSH's own key in. */
  private async authorizeOpenSshKey(): Promise<void> {
    const home = await this.emulator.control.home({ id: 'einstein' });
    const { uid, gid } = statSync(home);
    const ssh = join(home, '.ssh');
    const keys = join(ssh, 'authorized_keys');
    mkdirSync(ssh, { recursive: true, mode: 0o700 });
    appendFileSync(keys, readFileSync(`${this.sshKey}.pub`));
    chmodSync(keys, 0o600);
    for (const path of [ssh, keys]) chownSync(path, uid, gid);
  }
}
