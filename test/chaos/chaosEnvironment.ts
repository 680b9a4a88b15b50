import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CelestoClient } from '../../src/api/client';
import { Http } from '../../src/api/http';
import { systemClock as clock } from '../../src/base/clock';
import { ComputerStore } from '../../src/computers/computerStore';
import { Lifecycle } from '../../src/computers/lifecycle';
import { ComputerConnector } from '../../src/connect/computerConnector';
import { Reconnection } from '../../src/connect/reconnection';
import { TransportCache } from '../../src/connect/transportCache';
import { TransportSelector } from '../../src/connect/transportSelector';
import type { ConnectionPool } from '../../src/ssh/connection/connectionPool';
import { createSsh } from '../../src/ssh/createSsh';
import { KnownComputers } from '../../src/ssh/hostKeys/knownComputers';
import { ExtensionKey } from '../../src/ssh/keys/extensionKey';
import { SshConfig } from '../../src/ssh/sshConfig';
import type { ComputerTerminalDeps } from '../../src/terminal/computerTerminal';
import { GatewayShellTransport } from '../../src/terminal/gatewayShellTransport';
import { SshShellTransport } from '../../src/terminal/sshShellTransport';
import { type Emulator, startEmulator } from '../emulator/emulator';
import { runCommand } from '../emulator/sandbox/exec';
import { isolatedSsh } from '../harness/isolatedSsh';
import { TcpProxy } from '../ssh/support/tcpProxy';
import { MemoryRecords, MemorySecrets } from '../unit/ssh/support/memory';
import { RecordingLog } from '../unit/support/recordingLog';
import { retryServerErrors } from './retryServerErrors';
import { SimulatedUser } from './simulatedUser';

/** The emulator, its computers behind proxies that can cut their connections, and the extension below its commands. */
export class ChaosEnvironment {
  readonly log = new RecordingLog();
  readonly users: SimulatedUser[] = [];
  readonly proxies = new Map<string, TcpProxy>();
  /** Number of computers that another client has deleted. */
  deletions = 0;
  private readonly folder = mkdtempSync(join(tmpdir(), 'celesto-chaos-'));
  private readonly knownComputers = new KnownComputers(new MemoryRecords());
  private pool: ConnectionPool | undefined;
  private store: ComputerStore | undefined;
  private deps: ComputerTerminalDeps | undefined;

  private constructor(
    readonly emulator: Emulator,
    readonly sharedName: string,
  ) {}

  /** @param sharedName the name of the computer that another client starts and stops */
  static async create(names: readonly string[], sharedName: string): Promise<ChaosEnvironment> {
    const folder = mkdtempSync(join(tmpdir(), 'celesto-chaos-'));
    const emulator = await startEmulator({
      dir: folder,
      times: { start: 300, stop: 200, restore: 300, restorePickup: 300 },
      seed: names.map((name) => ({ name })),
    });
    const environment = new ChaosEnvironment(emulator, sharedName);
    for (const name of names) await environment.addProxy(name);
    return environment;
  }

  get client(): CelestoClient {
    const { url: baseUrl, apiKey } = this.emulator;
    return new CelestoClient(new Http(this.log), () => Promise.resolve({ baseUrl, apiKey }));
  }

  /** Adds a computer, behind a proxy. */
  async addComputer(name: string): Promise<void> {
    await this.emulator.control.seed({ name });
    await this.addProxy(name);
  }

  /** Opens a terminal on each computer. */
  async openTerminals(): Promise<void> {
    const { client, log, knownComputers } = this;
    const cache = { read: () => [], write: () => undefined };
    const store = (this.store = new ComputerStore(client, clock, cache, log));
    const lifecycle = new Lifecycle(client, store, clock, log);
    const extensionKey = new ExtensionKey(new MemorySecrets(), log);
    const config = new SshConfig(() => this.folder);
    const { pool } = createSsh({
      client,
      knownComputers,
      extensionKey,
      config,
      clock,
      log,
      ...isolatedSsh,
    });
    this.pool = pool;
    const transports = [
      new SshShellTransport('ssh', pool),
      new SshShellTransport('tunnel', pool),
      new GatewayShellTransport(client, clock),
    ];
    const connector = new ComputerConnector(
      lifecycle,
      new TransportSelector(transports, () => 'auto', new TransportCache(clock)),
      () => 30_000,
    );
    this.deps = {
      connector,
      reconnection: () => new Reconnection({ lifecycle, connector, clock }),
      isRunning: (id: string) => lifecycle.isRunning(id),
      clock,
      log,
      onFailure: () => undefined,
    };
    const { computers } = await client.list();
    for (const { name } of computers) await this.openTerminal(name);
  }

  /** Opens a terminal on a computer, with a user of its own. */
  async openTerminal(name: string): Promise<SimulatedUser> {
    if (!this.deps) throw new Error('The extension is not set up yet.');
    const { id } = await retryServerErrors(() => this.client.get(name));
    const shell = { persistence: 'auto', name: `chaos-${name}`, cwd: '', nonce: undefined } as const;
    const user = new SimulatedUser({ id, name }, shell, this.deps);
    this.users.push(user);
    return user;
  }

  /** The user of the computer that another client starts and stops. */
  get sharedUser(): SimulatedUser {
    const user = this.users.find(({ computer }) => computer.name === this.sharedName);
    if (!user) throw new Error(`There is no user of ${this.sharedName}.`);
    return user;
  }

  /** Number of open connections. The end of a frozen one cannot be noticed, so those do not count. */
  get connections(): number {
    const connections = [...this.proxies.values()].flatMap(({ proxied: connections }) => connections);
    return connections.filter(({ sockets: [client] }) => !client.destroyed && !client.isPaused()).length;
  }

  /** Runs a command on a running computer, without the network and the service. */
  async run(id: string, command: string): Promise<string> {
    const { stdout } = await runCommand(this.emulator.computers.sandbox(id).start(command, 10_000));
    return stdout;
  }

  async stop(): Promise<void> {
    for (const user of this.users) user.close();
    this.pool?.dispose();
    this.store?.dispose();
    for (const proxy of this.proxies.values()) proxy.dispose();
    await this.emulator.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async addProxy(name: string): Promise<void> {
    const { connection } = await retryServerErrors(() => this.client.get(name));
    const proxy = await TcpProxy.to(connection?.ssh ?? '');
    this.proxies.set(name, proxy);
    await this.emulator.control.setSsh({ id: name, ssh: proxy.endpoint('ohm') });
  }
}
