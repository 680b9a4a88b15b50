import { spawn, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CelestoClient } from '../../src/api/client';
import { Http } from '../../src/api/http';
import { systemClock } from '../../src/base/clock';
import { silentLog } from '../../src/base/log';
import type { Computer } from '../../src/computers/computer';
import { ComputerStore } from '../../src/computers/computerStore';
import { Lifecycle } from '../../src/computers/lifecycle';
import type { ConnectionPool } from '../../src/ssh/connection/connectionPool';
import { parseEndpoint } from '../../src/ssh/connection/endpoint';
import type { SshTransportName } from '../../src/ssh/connection/sshTransport';
import { createSsh } from '../../src/ssh/createSsh';
import { KnownComputers } from '../../src/ssh/hostKeys/knownComputers';
import { ExtensionKey } from '../../src/ssh/keys/extensionKey';
import { SshConfig } from '../../src/ssh/sshConfig';
import { type Emulator, type EmulatorOptions, startEmulator } from '../emulator/emulator';
import { isolatedSsh } from '../harness/isolatedSsh';
import { findCommand } from '../tools/machine.mjs';
import { MemoryRecords, MemorySecrets } from '../unit/ssh/support/memory';

const prompt = '$ ';
const transferCommand = (bytes: number): string => `head -c ${bytes} /dev/zero`;

/** An emulator with one computer, the extension's SSH client, and OpenSSH with a key of its own to compare with. */
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
    const extensionKey = new ExtensionKey(new MemorySecrets(), silentLog);
    // An empty folder keeps the user's SSH configuration out.
    const config = new SshConfig(() => folder);
    this.pool = createSsh({
      ...{
        client,
        knownComputers: this.knownComputers,
        extensionKey,
        config,
        clock: systemClock,
        log: silentLog,
      },
      ...isolatedSsh,
    }).pool;
    this.sshKey = join(folder, 'key');
    spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', this.sshKey]);
  }

  /** @param via returns the URL to call the API by, for example that of a proxy */
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
    const harness = new BenchHarness(folder, emulator, await via(emulator.url));
    await harness.authorizeOpenSshKey();
    return harness;
  }

  /** Fetches the computer. */
  async computer(): Promise<Computer> {
    await this.store.refresh();
    const computer = this.store.find('einstein');
    if (!computer) throw new Error('There is no computer.');
    return computer;
  }

  /** @returns milliseconds from the request for a shell to its prompt, over the open connection or else a new one */
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

  /** @returns milliseconds until a number of bytes was received */
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

  /** Closes the connections of a computer. */
  async disconnect(computer: Computer): Promise<void> {
    this.pool.close(computer.id);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }

  /** @returns milliseconds from the start of `ssh -tt` to the prompt */
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

  /** @returns milliseconds until a number of bytes was received through `ssh` */
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

  /** Adds OpenSSH's key to the computer's authorized_keys. */
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
