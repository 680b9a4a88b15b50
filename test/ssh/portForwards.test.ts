import assert from 'node:assert/strict';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { before, describe, it } from 'node:test';
import { systemClock } from '../../src/base/clock';
import type { Disposable } from '../../src/base/disposable';
import { Emitter } from '../../src/base/emitter';
import type { Computer } from '../../src/computers/computer';
import type { StoreChange } from '../../src/computers/computerStore';
import { LifecycleError } from '../../src/computers/errors';
import { ComputerConnector } from '../../src/connect/computerConnector';
import { NoSshError, SshChannels } from '../../src/connect/sshChannels';
import { SshChannelTransport } from '../../src/connect/sshChannelTransport';
import { TransportCache } from '../../src/connect/transportCache';
import { TransportSelector, type TransportSetting } from '../../src/connect/transportSelector';
import { LocalPortError } from '../../src/features/ports/bindLocalPort';
import { listPortsCommand, parseListeningPorts } from '../../src/features/ports/listeningPorts';
import type { PortForward } from '../../src/features/ports/portForward';
import { PortForwards } from '../../src/features/ports/portForwards';
import { PortForwardStorage } from '../../src/features/ports/portForwardStorage';
import { PortError, SshError } from '../../src/ssh/sshErrors';
import { freePort } from '../emulator/ports';
import { until } from '../harness/until';
import { MemoryRecords } from '../unit/ssh/support/memory';
import { CustomSshd } from './support/customSshd';
import { Installation } from './support/installation';
import { Service } from './support/service';

/** A server on the computer, in Python: says back what it hears until that ends, then says how much it was. */
const echo = `
import socket, sys
s = socket.create_server((sys.argv[2], int(sys.argv[1])), family=socket.AF_INET6 if ":" in sys.argv[2] else socket.AF_INET)
while True:
    c, _ = s.accept()
    n = 0
    while (b := c.recv(65536)):
        n += len(b)
        c.sendall(b)
    c.sendall(b"heard %d" % n)
    c.close()
`;

describe('a forwarded port', () => {
  const service = new Service('einstein');
  let einstein: Computer;
  let installation: Installation;
  /** The port of the server on the computer. */
  let port: number;

  /** The state of one window, with one computer in its list. */
  class Bench {
    readonly records = new MemoryRecords();
    readonly changes = new Emitter<StoreChange>();
    transport: TransportSetting = 'auto';
    readonly channels: SshChannels;
    readonly forwards: PortForwards;
    looks = 0;
    /** Number of watchers of the list. */
    watchers = 0;
    readonly moved: PortForward[] = [];

    constructor(public listed: Computer | undefined = einstein) {
      const { pool } = installation;
      const store = this.store;
      const transports = new TransportSelector(
        [new SshChannelTransport('ssh', pool), new SshChannelTransport('tunnel', pool)],
        () => this.transport,
        new TransportCache(systemClock),
      );
      const lifecycle = {
        ensureRunning: () => Promise.reject(new Error('It starts nothing.')),
        fetch: () => {
          this.looks += 1;
          return service.computer('einstein');
        },
      };
      this.channels = new SshChannels({
        connector: new ComputerConnector(lifecycle, transports, () => 0),
        store,
        lifecycle,
        transport: () => this.transport,
      });
      this.forwards = this.window();
    }

    /** The list; computers go from it as when another account signs in. */
    private get store() {
      const watch = (): Disposable => {
        this.watchers += 1;
        return { dispose: () => void (this.watchers -= 1) };
      };
      return { get: () => this.listed, onDidChange: this.changes.event, watch };
    }

    /** A further window of the same workspace. */
    window(): PortForwards {
      const forwards = new PortForwards({
        store: this.store,
        storage: new PortForwardStorage(this.records),
        dial: (id, to, signal) => this.channels.openPort(id, to, signal),
        log: installation.log,
        onMoved: (forward) => this.moved.push(forward),
      });
      service.disposeAfterTests(forwards);
      return forwards;
    }
  }

  before(async () => {
    einstein = await service.computer('einstein');
    installation = new Installation(service);
    port = await listenOnComputer('127.0.0.1');
  });

  async function listenOnComputer(address: string): Promise<number> {
    const free = await freePort('127.0.0.1', new Set());
    await service.run('einstein', `cat > echo.py <<'END'\n${echo}\nEND`);
    await service.run('einstein', `setsid python3 echo.py ${free} ${address} >/dev/null 2>&1 & true`);
    await until('the server to listen', async () => {
      const listening = parseListeningPorts(await service.run('einstein', listPortsCommand));
      return listening.some((one) => one.port === free);
    });
    return free;
  }

  const to = (forward: PortForward): Socket =>
    connect({ host: '127.0.0.1', port: forward.localPort!, allowHalfOpen: true });

  /** Sends something through it. @returns what came back */
  async function sends(forward: PortForward, bytes: Buffer): Promise<Buffer> {
    const socket = to(forward);
    socket.end(bytes);
    return buffer(socket);
  }

  /** Waits until the other side has ended it, and tells how. */
  const endOf = (socket: Socket): Promise<string> =>
    new Promise((resolve) => {
      socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''));
      socket.once('end', () => resolve('end'));
      socket.resume();
    });

  it('carries all bytes both ways, ends as they end, and counts them', async () => {
    const { forwards } = new Bench();
    const forward = await forwards.add(einstein, port);
    const bytes = Buffer.alloc(3_000_000, 'celesto ');
    const answers = await Promise.all([1, 2, 3].map(() => sends(forward, bytes)));
    for (const answer of answers) {
      assert.equal(answer.subarray(bytes.length).toString(), `heard ${bytes.length}`);
      assert.ok(answer.subarray(0, bytes.length).equals(bytes));
    }
    await until('all to be closed', () => forward.traffic.connections === 0);
    const received = answers.reduce((sum, { length }) => sum + length, 0);
    assert.deepEqual(forward.traffic, { connections: 0, received, sent: 3 * bytes.length });
  });

  it('listens here alone, on the same port or the next that is free', async () => {
    const { forwards } = new Bench();
    const taken = createServer();
    const wanted = await freePort('127.0.0.1', new Set());
    await new Promise<void>((resolve) => taken.listen(wanted, '127.0.0.1', resolve));
    const forward = await forwards.add(einstein, port, wanted);
    taken.close();
    assert.ok(forward.localPort! > wanted && forward.localPort! <= wanted + 20, String(forward.localPort));
    assert.equal(forward.preferredPort, wanted);
    const low = await forwards.add(einstein, 80);
    assert.ok(low.localPort === 80 || low.localPort! >= 8080, String(low.localPort));
    const again = await forwards.add(einstein, port);
    assert.equal(again, forward);
    await assert.rejects(
      new Promise((resolve, reject) =>
        connect({ host: '127.0.0.2', port: forward.localPort! }, () => resolve(undefined)).on(
          'error',
          reject,
        ),
      ),
      /ECONNREFUSED/,
    );
  });

  it('is given another port here, while it waits for its computer, too; one that is taken it does not get', async () => {
    const bench = new Bench();
    const forward = await bench.forwards.add(einstein, port);
    const [free, taken] = [await freePort('127.0.0.1', new Set()), createServer()];
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port: takenPort } = taken.address() as AddressInfo;
    await assert.rejects(bench.forwards.move(forward, takenPort), LocalPortError);
    assert.deepEqual(bench.forwards.of(einstein.id), [forward]);
    assert.equal((await sends(forward, Buffer.from('stays'))).toString(), 'staysheard 5');
    taken.close();

    const moved = await bench.forwards.move(forward, free);
    assert.deepEqual(bench.forwards.of(einstein.id), [moved]);
    assert.deepEqual([moved.localPort, forward.localPort], [free, undefined]);
    assert.equal((await sends(moved, Buffer.from('moved'))).toString(), 'movedheard 5');
    assert.equal(new PortForwardStorage(bench.records).all()[0]?.localPort, free);

    bench.changes.fire({ added: [], changed: [{ ...einstein, status: 'stopped' }], removed: [] });
    const waiting = await bench.forwards.move(moved, takenPort);
    assert.equal(waiting.localPort, undefined);
    bench.changes.fire({ added: [], changed: [einstein], removed: [] });
    await until('it to listen', () => waiting.localPort === takenPort);
  });

  it('ends with what is connected when somebody else stops the computer, and is there again when it runs', async () => {
    const bench = new Bench();
    const forward = await bench.forwards.add(einstein, port);
    const { localPort } = forward;
    const socket = to(forward);
    socket.write('hello');
    await new Promise((resolve) => socket.once('data', resolve));
    const ended = endOf(socket);
    bench.changes.fire({ added: [], changed: [{ ...einstein, status: 'stopped' }], removed: [] });
    assert.match(await ended, /end|ECONNRESET/);
    await until('nothing to be left', () => forward.traffic.connections === 0);
    assert.deepEqual([bench.forwards.computerIds, bench.watchers], [[], 0]);
    bench.changes.fire({ added: [], changed: [einstein], removed: [] });
    await until('it to listen again', () => forward.localPort === localPort);
    assert.equal((await sends(forward, Buffer.from('again'))).toString(), 'againheard 5');
    assert.deepEqual([bench.moved, bench.watchers], [[], 1]);
    bench.forwards.remove(forward);
    assert.equal(bench.watchers, 0);
  });

  it('reaches a server that listens on ::1 alone', async () => {
    const { forwards } = new Bench();
    const forward = await forwards.add(einstein, await listenOnComputer('::1'));
    assert.equal((await sends(forward, Buffer.from('hello'))).toString(), 'hello' + 'heard 5');
  });

  it('tells a lost line as a break, and the next connection mends it', async () => {
    const proxy = await service.proxy(einstein.ssh!);
    const bench = new Bench({ ...einstein, ssh: proxy.endpoint('ohm') });
    const forward = await bench.forwards.add(einstein, port);
    const socket = to(forward);
    socket.write('before');
    await new Promise((resolve) => socket.once('data', resolve));
    const ended = endOf(socket);
    proxy.cut();
    assert.equal(await ended, 'ECONNRESET');
    await until('it to be gone', () => forward.traffic.connections === 0);
    assert.equal((await sends(forward, Buffer.from('after'))).toString(), 'afterheard 5');
    assert.equal(forward.error, undefined);
  });

  it('follows the computer to another endpoint', async () => {
    const bench = new Bench({ ...einstein, ssh: 'ohm@127.0.0.1:1' });
    const forward = await bench.forwards.add(einstein, port);
    assert.equal((await sends(forward, Buffer.from('there'))).toString(), 'thereheard 5');
  });

  it('goes through the terminal gateway where nothing else leads there', async () => {
    const bench = new Bench({ ...einstein, ssh: undefined });
    const forward = await bench.forwards.add(einstein, port);
    const bytes = Buffer.alloc(300_000, 'x');
    assert.equal((await sends(forward, bytes)).length, bytes.length + 'heard 300000'.length);
    assert.equal(bench.looks, 0);
  });

  it('says that nobody listens there', async () => {
    const bench = new Bench();
    // Not the same port here: the computers of these tests share this machine's network.
    const silent = await freePort('127.0.0.1', new Set([port]));
    const forward = await bench.forwards.add(einstein, silent, port);
    assert.equal(await endOf(to(forward)), 'ECONNRESET');
    assert.ok(forward.error instanceof PortError && forward.error.problem === 'notListening');
  });

  it('says why where a server, or a setting, allows none', async () => {
    const sshd = await CustomSshd.start(service, 'einstein', 'AllowTcpForwarding no');
    await sshd.welcome(installation);
    const bench = new Bench(sshd.computer);
    const refused = bench.channels.openPort(einstein.id, port, new AbortController().signal);
    await assert.rejects(refused, (error) => error instanceof PortError && error.problem === 'notAllowed');
    await sshd.stop();
    bench.transport = 'gateway';
    await assert.rejects(
      bench.channels.openPort(einstein.id, port, new AbortController().signal),
      NoSshError,
    );
  });

  it('is there again in the next window, on the same port, as soon as the computer runs', async () => {
    const bench = new Bench();
    const { localPort } = await bench.forwards.add(einstein, port);
    bench.forwards.dispose();
    bench.listed = undefined;
    const next = bench.window();
    next.restore();
    const [forward] = next.of(einstein.id);
    assert.equal(forward?.localPort, undefined);
    bench.listed = einstein;
    bench.changes.fire({ added: [einstein], changed: [], removed: [] });
    await until('it to listen', () => forward!.localPort !== undefined);
    assert.equal(forward!.localPort, localPort);
    assert.equal((await sends(forward!, Buffer.from('again'))).toString(), 'againheard 5');

    bench.changes.fire({ added: [], changed: [], removed: [{ computer: einstein, cause: 'reset' }] });
    assert.equal(forward!.localPort, undefined);
    bench.changes.fire({ added: [einstein], changed: [], removed: [] });
    await until('it to listen again', () => forward!.localPort === localPort);
    assert.deepEqual(bench.moved, []);

    bench.changes.fire({ added: [], changed: [], removed: [{ computer: einstein, cause: 'reset' }] });
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(localPort, '127.0.0.1', resolve));
    bench.changes.fire({ added: [einstein], changed: [], removed: [] });
    await until('it to be told that it is elsewhere', () => bench.moved.length === 1);
    taken.close();
    assert.ok(forward!.localPort! > localPort!);
    next.remove(forward!);
    assert.deepEqual(new PortForwardStorage(bench.records).all(), []);
  });

  it('and all that is connected to it ends when it is stopped', async () => {
    const { forwards } = new Bench();
    const forward = await forwards.add(einstein, port);
    const socket = to(forward);
    socket.write('hello');
    await new Promise((resolve) => socket.once('data', resolve));
    const { localPort } = forward;
    const ended = endOf(socket);
    forwards.remove(forward);
    assert.match(await ended, /end|ECONNRESET/);
    await assert.rejects(
      new Promise((resolve, reject) =>
        connect(localPort!, '127.0.0.1', () => resolve(undefined)).on('error', reject),
      ),
      /ECONNREFUSED/,
    );
    assert.deepEqual(forwards.of(einstein.id), []);
  });

  it('is offered among those that somebody listens on, as a command over SSH tells', async () => {
    const { channels } = new Bench();
    const signal = new AbortController().signal;
    const found = parseListeningPorts(await channels.run(einstein, listPortsCommand, signal));
    assert.equal(found.find((one) => one.port === port)?.process, 'python3');
  });

  it('are not taken for all there are where the line broke while they were told', async () => {
    const proxy = await service.proxy(einstein.ssh!);
    const { channels } = new Bench();
    const there = { ...einstein, ssh: proxy.endpoint('ohm') };
    const command = 'touch ~/asked; sleep 60';
    const reported = channels.run(there, command, new AbortController().signal);
    await until('the command', async () => (await service.run('einstein', 'ls')).includes('asked'));
    proxy.cut();
    await assert.rejects(reported, (error) => error instanceof SshError && error.problem === 'closed');
  });

  it('says that the computer does not run, and starts nothing', async () => {
    const bench = new Bench();
    const forward = await bench.forwards.add(einstein, port);
    bench.listed = { ...einstein, status: 'stopped' };
    await service.emulator.control.setStatus({ id: 'einstein', status: 'stopped' });
    assert.equal(await endOf(to(forward)), 'ECONNRESET');
    assert.ok(forward.error instanceof LifecycleError);
    assert.equal((await service.computer('einstein')).status, 'stopped');
  });
});
