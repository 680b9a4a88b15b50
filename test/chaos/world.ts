import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CelestoClient } from '../../src/api/client';
import { Http } from '../../src/api/http';
import { Lifecycle } from '../../src/computers/lifecycle';
import { ComputerStore } from '../../src/computers/store';
import { createSsh } from '../../src/ssh/createSsh';
import { KnownComputers } from '../../src/ssh/hostKeys/knownComputers';
import { ExtensionKey } from '../../src/ssh/keys/extensionKey';
import type { ConnectionPool } from '../../src/ssh/connection/connectionPool';
import { SshConfig } from '../../src/ssh/sshConfig';
import type { ComputerTerminalDeps } from '../../src/terminal/computerTerminal';
import { ComputerConnector } from '../../src/connect/computerConnector';
import { Reconnection } from '../../src/connect/reconnection';
import { GatewayShellTransport } from '../../src/terminal/gatewayShellTransport';
import { TransportCache } from '../../src/connect/transportCache';
import { TransportSelector } from '../../src/connect/transportSelector';
import { SshShellTransport } from '../../src/terminal/sshShellTransport';
import { systemClock as clock } from '../../src/base/clock';
import { runCommand } from '../emulator/sandbox/exec';
import { startEmulator, type Emulator } from '../emulator/emulator';
import { TcpProxy } from '../ssh/support/tcpProxy';
import { isolatedSsh } from '../harness/isolatedSsh';
import { MemoryRecords, MemorySecrets } from '../unit/ssh/support/memory';
import { RecordingLog } from '../unit/support/recordingLog';
import { patiently } from './patiently';
import { Person } from './person';

/** The service, computers on lines that can be cut, and all of the extension below its commands. */
export class World {
  readonly log = new RecordingLog();
  readonly people: Person[] = [];
  readonly lines = new Map<string, TcpProxy>();
  /** How many computers somebody else has deleted. */
  deleted = 0;
  private readonly folder = mkdtempSync(join(tmpdir(), 'celesto-chaos-'));
  private readonly known = new KnownComputers(new MemoryRecords());
  private pool: ConnectionPool | undefined;
  private store: ComputerStore | undefined;
  private parts: ComputerTerminalDeps | undefined;

  private constructor(
    readonly emulator: Emulator,
    readonly unlucky: string,
  ) {}

  /** @param unlucky the name of the computer that somebody else stops now and then */
  static async make(names: readonly string[], unlucky: string): Promise<World> {
    const folder = mkdtempSync(join(tmpdir(), 'celesto-chaos-'));
    const emulator = await startEmulator({
      dir: folder,
      times: { start: 300, stop: 200, restore: 300, restorePickup: 300 },
      seed: names.map((name) => ({ name })),
    });
    const world = new World(emulator, unlucky);
    for (const name of names) await world.layLine(name);
    return world;
  }

  get client(): CelestoClient {
    const { url: baseUrl, apiKey } = this.emulator;
    return new CelestoClient(new Http(this.log), () => Promise.resolve({ baseUrl, apiKey }));
  }

  /** Puts one more computer there. */
  async addComputer(name: string): Promise<void> {
    await this.emulator.control.seed({ name });
    await this.layLine(name);
  }

  /** Opens a terminal on each computer. */
  async populate(): Promise<void> {
    const { client, log, known } = this;
    const cache = { read: () => [], write: () => undefined };
    const store = (this.store = new ComputerStore(client, clock, cache, log));
    const lifecycle = new Lifecycle(client, store, clock, log);
    const ownKey = new ExtensionKey(new MemorySecrets(), log);
    const config = new SshConfig(() => this.folder);
    const { pool } = createSsh({
      client,
      knownComputers: known,
      extensionKey: ownKey,
      config,
      clock,
      log,
      ...isolatedSsh,
    });
    this.pool = pool;
    const ways = [
      new SshShellTransport('ssh', pool),
      new SshShellTransport('tunnel', pool),
      new GatewayShellTransport(client, clock),
    ];
    const connector = new ComputerConnector(
      lifecycle,
      new TransportSelector(ways, () => 'auto', new TransportCache(clock)),
      () => 30_000,
    );
    this.parts = {
      connector,
      reconnection: () => new Reconnection({ lifecycle, connector, clock }),
      isRunning: (id: string) => lifecycle.isRunning(id),
      clock,
      log,
      onFailure: () => undefined,
    };
    const { computers } = await client.list();
    for (const { name } of computers) await this.settle(name);
  }

  /** Has somebody open a terminal on a computer. */
  async settle(name: string): Promise<Person> {
    if (!this.parts) throw new Error('nobody is there yet');
    const { id } = await patiently(() => this.client.get(name));
    const shell = { persistence: 'auto', name: `chaos-${name}`, cwd: '', nonce: undefined } as const;
    const person = new Person({ id, name }, shell, this.parts);
    this.people.push(person);
    return person;
  }

  /** Who is on the computer that somebody else stops now and then. */
  get unluckyOne(): Person {
    const person = this.people.find(({ computer }) => computer.name === this.unlucky);
    if (!person) throw new Error('nobody is unlucky');
    return person;
  }

  /** How many connections the lines carry. Where a line is silent, nobody hears of their end. */
  get connections(): number {
    const wires = [...this.lines.values()].flatMap(({ proxied: wires }) => wires);
    return wires.filter(({ sockets: [client] }) => !client.destroyed && !client.isPaused()).length;
  }

  /** Runs a command on a computer that runs, past everything that may be broken just now. */
  async run(id: string, command: string): Promise<string> {
    const { stdout } = await runCommand(this.emulator.computers.sandbox(id).start(command, 10_000));
    return stdout;
  }

  async end(): Promise<void> {
    for (const person of this.people) person.leave();
    this.pool?.dispose();
    this.store?.dispose();
    for (const line of this.lines.values()) line.dispose();
    await this.emulator.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async layLine(name: string): Promise<void> {
    const { connection } = await patiently(() => this.client.get(name));
    const line = await TcpProxy.to(connection?.ssh ?? '');
    this.lines.set(name, line);
    await this.emulator.control.setSsh({ id: name, ssh: line.endpoint('ohm') });
  }
}
