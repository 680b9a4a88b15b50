import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CelestoClient } from '../../src/api/client';
import { Http } from '../../src/api/http';
import { Lifecycle } from '../../src/model/lifecycle';
import { ComputerStore } from '../../src/model/store';
import { Connector } from '../../src/ssh/connector';
import { HostTrust } from '../../src/ssh/hostTrust';
import { IdentitySource } from '../../src/ssh/identities';
import { introduce } from '../../src/ssh/introduction';
import { KnownComputers } from '../../src/ssh/knownComputers';
import { loadSsh2 } from '../../src/ssh/library';
import { OwnKey } from '../../src/ssh/ownKey';
import { ConnectionPool } from '../../src/ssh/pool';
import { SshConfig } from '../../src/ssh/sshConfig';
import { Opening } from '../../src/terminal/opening';
import { Reconnection } from '../../src/terminal/reconnection';
import { GatewayRoad } from '../../src/terminal/roads/gatewayRoad';
import { RoadMemory } from '../../src/terminal/roads/roadMemory';
import { Roads } from '../../src/terminal/roads/roads';
import { SshRoad } from '../../src/terminal/roads/sshRoad';
import { systemClock as clock } from '../../src/util/clock';
import { runCommand } from '../emulator/sandbox/exec';
import { startEmulator, type Emulator } from '../emulator/emulator';
import { Line } from '../ssh/support/line';
import { MemoryRecords, MemorySecrets } from '../unit/ssh/support/memory';
import { RecordingLog } from '../unit/support/recordingLog';
import { Person } from './person';

/** The service, computers on lines that can be cut, and all of the extension below its commands. */
export class World {
  readonly log = new RecordingLog();
  readonly people: Person[] = [];
  readonly lines = new Map<string, Line>();
  private readonly folder = mkdtempSync(join(tmpdir(), 'celesto-chaos-'));
  private readonly known = new KnownComputers(new MemoryRecords());
  private pool: ConnectionPool | undefined;
  private store: ComputerStore | undefined;

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

  /** Opens a terminal on each computer. */
  async populate(): Promise<void> {
    const { client, log, known } = this;
    const cache = { read: () => [], write: () => undefined };
    const store = (this.store = new ComputerStore(client, clock, cache, log));
    const lifecycle = new Lifecycle(client, store, clock, log);
    const ownKey = new OwnKey(new MemorySecrets(), log);
    const config = new SshConfig(() => this.folder);
    const identities = new IdentitySource({
      library: loadSsh2,
      ownKey,
      config,
      identityFile: () => '',
      askPassphrase: () => Promise.resolve(undefined),
      agentAddress: () => undefined,
    });
    const connector = new Connector({
      library: loadSsh2,
      config,
      identities,
      ownKey,
      trust: new HostTrust(
        known,
        () => Promise.resolve('unknown'),
        () => Promise.resolve(false),
        log,
      ),
      known,
      introduce: (computer, login, signal) => introduce(client, computer.id, login, log, signal),
      client,
      log,
    });
    const pool = (this.pool = new ConnectionPool(connector, clock));
    const ways = [new SshRoad('ssh', pool), new SshRoad('tunnel', pool), new GatewayRoad(client, clock)];
    const opening = new Opening(
      lifecycle,
      new Roads(ways, () => 'auto', new RoadMemory(clock)),
      () => 30_000,
    );
    const parts = {
      opening,
      reconnection: () => new Reconnection({ lifecycle, opening, clock }),
      isRunning: (id: string) => lifecycle.isRunning(id),
      clock,
      log,
      onFailure: () => undefined,
    };
    const { computers } = await client.list();
    for (const { id, name } of computers) {
      const shell = { persistence: 'auto', name: `chaos-${name}`, cwd: '', nonce: undefined } as const;
      this.people.push(new Person({ id, name }, shell, parts));
    }
  }

  /** How many connections the lines carry. Where a line is silent, nobody hears of their end. */
  get connections(): number {
    const wires = [...this.lines.values()].flatMap(({ wires }) => wires);
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
    const { connection } = await this.client.get(name);
    const line = await Line.to(connection?.ssh ?? '');
    this.lines.set(name, line);
    await this.emulator.control.setSsh({ id: name, ssh: line.endpoint('ohm') });
  }
}
