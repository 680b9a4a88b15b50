import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ApiError } from '../../../src/api/apiErrors';
import type { WireComputer } from '../../../src/api/wire';
import { abortable, isCancellation } from '../../../src/base/abort';
import type { Computer } from '../../../src/computers/computer';
import { LifecycleError } from '../../../src/computers/errors';
import { ComputerConnector } from '../../../src/connect/computerConnector';
import type {
  ConnectOptions,
  Transport,
  TransportMessages,
  TransportName,
} from '../../../src/connect/transport';
import { TransportCache } from '../../../src/connect/transportCache';
import { transportMessages } from '../../../src/connect/transportMessages';
import {
  NoTransportError,
  TransportSelector,
  type TransportSetting,
} from '../../../src/connect/transportSelector';
import type { Session, SessionRequest } from '../../../src/shell/shellSession';
import { EndpointError } from '../../../src/ssh/connection/endpoint';
import { AuthenticationError, HostKeyError } from '../../../src/ssh/sshErrors';
import { TunnelUnavailableError } from '../../../src/ssh/tunnel/remoteSshd';
import { sshError } from '../ssh/support/fakeConnector';
import { wire } from '../support/computers';
import { deferred } from '../support/deferred';
import { settled } from '../support/fakeClock';
import { FakeSession } from '../support/fakeSession';
import { LifecycleHarness } from '../support/lifecycleHarness';
import { parseComputer } from '../support/storeHarness';

const address = 'ohm@203.0.113.7:2222';
const connecting = `Connecting to ${address}…`;
const request: SessionRequest = {
  size: () => Promise.resolve({ rows: 30, columns: 100 }),
  env: { LANG: 'C.UTF-8' },
  shell: { persistence: 'off', name: 'test', cwd: '', nonce: undefined },
  memory: {},
};
const network = new ApiError('network');
const keyRefused = new AuthenticationError({ user: 'ohm', host: 'h', port: 22 }, [], ['publickey']);

type Step = Session | Error | Promise<Session> | 'not up yet';

/** A transport that plays a script: a step for each time somebody takes it, the last one again and again. */
class ScriptedTransport implements Transport {
  readonly taken: { computer: Computer; request: SessionRequest; timeoutMs: number }[] = [];

  constructor(
    private readonly steps: Step[],
    readonly name: TransportName = 'ssh',
  ) {}

  get messages(): TransportMessages {
    return transportMessages[this.name];
  }

  supports(computer: Computer): boolean {
    return this.name !== 'ssh' || computer.ssh !== undefined;
  }

  async open(computer: Computer, request: SessionRequest, options: ConnectOptions): Promise<Session> {
    this.taken.push({ computer, request, timeoutMs: options.timeoutMs });
    const step = this.steps.length > 1 ? this.steps.shift()! : this.steps[0]!;
    if (step === 'not up yet') {
      // As the pool does: it tells once, and tries for as long as it is given.
      if (options.timeoutMs === 0) throw sshError('notListening');
      options.onServerNotListening?.();
      return this.open(computer, request, options);
    }
    if (step instanceof Error) throw step;
    return abortable(Promise.resolve(step), options.signal);
  }
}

/** Computer `a` is opened: a real life cycle on a scripted service, and a scripted transport. */
class ConnectorHarness {
  readonly lines: string[] = [];
  readonly phases: string[] = [];
  readonly session = new FakeSession();
  readonly transport: ScriptedTransport;
  readonly memory: TransportCache;
  readonly cancel = new AbortController();
  private transports: TransportSelector | undefined;

  private constructor(
    readonly service: LifecycleHarness,
    steps: Step[],
  ) {
    this.memory = new TransportCache(service.clock);
    this.transport = new ScriptedTransport(steps.length > 0 ? steps : [this.session]);
  }

  /** Takes the status in the list (empty: the computer is not in it), and the steps on the transport. */
  static async of(listed: string, ...steps: Step[]): Promise<ConnectorHarness> {
    const service = await LifecycleHarness.with(...(listed ? [`a ${listed}`] : []));
    service.client.script('start', parseComputer('a starting'));
    return new ConnectorHarness(service, steps);
  }

  /** Scripts the service's answer to each read of the computer. */
  finds(...looks: (string | Error | WireComputer)[]): this {
    this.service.client.script(
      'get',
      ...looks.map((look) => (typeof look === 'string' ? parseComputer(`a ${look}`) : look)),
    );
    return this;
  }

  /** Gives the computer further transports behind the first. */
  withTransports(transport: TransportSetting, ...others: ScriptedTransport[]): this {
    this.transports = new TransportSelector([this.transport, ...others], () => transport, this.memory);
    return this;
  }

  begin(startFromError = false): Promise<Session> {
    const progress = {
      report: (line: string) => void this.lines.push(line),
      phase: (words: string) => void this.phases.push(words),
    };
    this.transports ??= new TransportSelector([this.transport], () => 'ssh', this.memory);
    const connector = new ComputerConnector(this.service.lifecycle, this.transports, () => 120_000);
    const session = connector.open('a', request, { signal: this.cancel.signal, startFromError, progress });
    session.catch(() => undefined);
    return session;
  }

  /** Opens, and lets as much time go by as it takes. */
  open(startFromError = false): Promise<Session> {
    return this.service.timely(this.begin(startFromError));
  }

  get calls(): string[] {
    return this.service.client.calls;
  }

  /** The phases, each once as long as it lasts. */
  get course(): string[] {
    return this.phases.filter((words, index) => words !== this.phases[index - 1]);
  }
}

describe('ComputerConnector.open', () => {
  it('connects without asking the API where the cached status running is fresh', async () => {
    const bench = await ConnectorHarness.of('running');
    assert.equal(await bench.open(), bench.session);
    assert.deepEqual(bench.lines, [connecting]);
    assert.deepEqual(bench.course, ['connecting']);
    assert.deepEqual(bench.calls, []);
    assert.equal(bench.transport.taken[0]!.request, request);
    assert.equal(bench.transport.taken[0]!.timeoutMs, 0);
  });

  it('asks the API first where the cached status is old', async () => {
    const bench = await ConnectorHarness.of('running');
    await bench.service.clock.advance(10_001);
    await bench.finds('running').open();
    assert.deepEqual(bench.calls, ['get a']);
    assert.deepEqual(bench.lines, [connecting]);
  });

  it('asks the API first where the computer is not in the list', async () => {
    const bench = await ConnectorHarness.of('');
    await bench.finds('running').open();
    assert.deepEqual(bench.calls, ['get a']);
    assert.deepEqual(bench.lines, [connecting]);
  });

  it('starts a stopped computer, and gives its SSH server the longer timeout', async () => {
    const bench = await ConnectorHarness.of('stopped');
    await bench.finds('stopped', 'starting', 'starting', 'running').open();
    assert.deepEqual(bench.lines, ['name of a: stopped. Starting it… (Ctrl+C cancels)', connecting]);
    assert.deepEqual(bench.course, ['starting', 'connecting']);
    assert.equal(bench.service.client.count('start'), 1);
    assert.equal(bench.transport.taken[0]!.timeoutMs, 60_000);
  });

  it('waits for a computer that is being created', async () => {
    const bench = await ConnectorHarness.of('creating');
    await bench.finds('creating', 'creating', 'running').open();
    assert.deepEqual(bench.lines, ['name of a: being created. Waiting… (Ctrl+C cancels)', connecting]);
    assert.deepEqual(bench.course, ['being created', 'connecting']);
    assert.equal(bench.service.client.count('start'), 0);
    assert.equal(bench.transport.taken[0]!.timeoutMs, 60_000);
  });

  it('reports each status of a computer that changes several times', async () => {
    const bench = await ConnectorHarness.of('stopping');
    await bench.finds('stopping', 'stopping', 'stopped', 'starting', 'running').open();
    assert.deepEqual(bench.lines, [
      'name of a: stopping. Waiting… (Ctrl+C cancels)',
      'name of a: stopped. Starting it… (Ctrl+C cancels)',
      connecting,
    ]);
    assert.deepEqual(bench.course, ['stopping', 'starting', 'connecting']);
  });

  it('requests the restore of a restorable computer', async () => {
    const bench = await ConnectorHarness.of('restorable');
    bench.service.client.script('retryRestore', parseComputer('a restoring'));
    await bench.finds('restorable', 'restoring', 'restoring', 'running').open();
    assert.deepEqual(bench.lines, [
      'A restore keeps only the files in /home/ohm.',
      'name of a: can be restored. Restoring it… (Ctrl+C cancels)',
      connecting,
    ]);
    assert.deepEqual(bench.course, ['restoring', 'connecting']);
    assert.equal(bench.service.client.count('retryRestore'), 1);
  });

  it('reports once that the API cannot be reached, and goes on when it can', async () => {
    const bench = await ConnectorHarness.of('');
    await bench.finds(network, network, network, 'running').open();
    assert.deepEqual(bench.lines, [`${network.message} Retrying…`, connecting]);
    assert.deepEqual(bench.course, ['waiting', 'connecting']);
  });

  it('tries to connect at an unknown status', async () => {
    const bench = await ConnectorHarness.of('');
    assert.equal(await bench.finds('hibernating').open(), bench.session);
    assert.deepEqual(bench.lines, [
      'name of a is in an unknown state, "hibernating". Trying to connect anyway…',
      connecting,
    ]);
  });

  it('reports the reason of the service at status error, and starts nothing', async () => {
    const bench = await ConnectorHarness.of('error');
    bench.finds(wire('a', 'error', { last_error: 'no memory left' }));
    await assert.rejects(bench.open(), (error) => {
      assert.ok(error instanceof LifecycleError);
      assert.equal(error.problem, 'needsStart');
      assert.match(error.message, /no memory left/);
      return true;
    });
    assert.equal(bench.service.client.count('start'), 0);
    assert.deepEqual(bench.transport.taken, []);
  });

  it('starts a computer in status error where the user asked for that', async () => {
    const bench = await ConnectorHarness.of('error');
    assert.equal(await bench.finds('error', 'error', 'starting', 'running').open(true), bench.session);
    assert.deepEqual(bench.lines, ['name of a: needs attention. Starting it… (Ctrl+C cancels)', connecting]);
  });

  it('gives up after the start timeout, and names the status', async () => {
    const bench = await ConnectorHarness.of('');
    await assert.rejects(bench.finds('creating').open(), /still being created after 120 s/);
    assert.equal(bench.service.clock.waiting, 0);
  });
});

describe('ComputerConnector: one transport', () => {
  it('retries a server that is not up yet for the longer timeout after a start', async () => {
    const bench = await ConnectorHarness.of('stopped', 'not up yet', new FakeSession());
    await bench.finds('stopped', 'running').open();
    assert.deepEqual(bench.lines.slice(1), [
      connecting,
      'The SSH server of name of a is not ready yet. Waiting for it…',
    ]);
    assert.deepEqual(
      bench.transport.taken.map(({ timeoutMs }) => timeoutMs),
      [60_000, 60_000],
    );
  });

  it('refreshes the computer after a refusal, and retries shortly where it runs', async () => {
    const bench = await ConnectorHarness.of('running', 'not up yet', 'not up yet', new FakeSession());
    await bench.finds('running').open();
    assert.deepEqual(bench.calls, ['get a']);
    assert.deepEqual(bench.lines, [
      connecting,
      'The SSH server of name of a is not ready yet. Waiting for it…',
    ]);
    assert.deepEqual(
      bench.transport.taken.map(({ timeoutMs }) => timeoutMs),
      [0, 5_000, 5_000],
    );
  });

  it('starts the computer after a refusal where it was stopped meanwhile', async () => {
    const session = new FakeSession();
    const bench = await ConnectorHarness.of('running', sshError('unreachable'), session);
    assert.equal(await bench.finds('stopped', 'starting', 'running').open(), session);
    assert.deepEqual(bench.lines, [
      connecting,
      'name of a: stopped. Starting it… (Ctrl+C cancels)',
      connecting,
    ]);
    assert.deepEqual(
      bench.transport.taken.map(({ timeoutMs }) => timeoutMs),
      [0, 60_000],
    );
  });

  it('connects to the endpoint of the refreshed record', async () => {
    const bench = await ConnectorHarness.of('running', sshError('unreachable'), new FakeSession());
    await bench
      .finds(wire('a', 'running', { connection: { ssh: 'ohm@198.51.100.9:22', access_url: null } }))
      .open();
    assert.deepEqual(bench.lines, [connecting, 'Connecting to ohm@198.51.100.9:22…']);
    assert.equal(bench.transport.taken[1]!.computer.ssh, 'ohm@198.51.100.9:22');
  });

  it('ends with the reason after the second refusal', async () => {
    const refused = sshError('unreachable');
    const bench = await ConnectorHarness.of('running', refused);
    await assert.rejects(bench.finds('running').open(), refused);
    assert.equal(bench.transport.taken.length, 2);
    assert.deepEqual(bench.lines, [connecting]);
  });

  it('reports each message once at an unknown status', async () => {
    const bench = await ConnectorHarness.of('', sshError('unreachable'));
    await assert.rejects(bench.finds('hibernating').open());
    assert.equal(bench.lines.length, 2);
  });

  it('does not retry where the connection was not the reason', async () => {
    const bench = await ConnectorHarness.of('running', keyRefused);
    await assert.rejects(bench.open(), keyRefused);
    assert.equal(bench.transport.taken.length, 1);
    assert.deepEqual(bench.calls, []);
  });

  it('reports that no transport supports the computer without an endpoint', async () => {
    const bench = await ConnectorHarness.of('');
    bench.finds(wire('a', 'running', { connection: { ssh: null, access_url: null } }));
    await assert.rejects(bench.open(), (error) => {
      assert.ok(error instanceof NoTransportError);
      assert.match(error.message, /name of a has no SSH endpoint/);
      return true;
    });
    assert.deepEqual(bench.lines, []);
    assert.deepEqual(bench.transport.taken, []);
  });

  it('reports an endpoint that cannot be parsed, and tries no transport', async () => {
    const bench = await ConnectorHarness.of('');
    bench.finds(wire('a', 'running', { connection: { ssh: 'ohm@host; rm -rf /', access_url: null } }));
    await assert.rejects(bench.open(), (error) => error instanceof EndpointError);
    assert.deepEqual(bench.transport.taken, []);
  });
});

describe('ComputerConnector: cancellation', () => {
  /** Waits until the bench has come so far, cancels, and sees that nothing goes on. */
  async function cancelled(bench: ConnectorHarness, come: () => boolean): Promise<void> {
    const opening = bench.begin();
    for (let i = 0; !come() && i < 100; i += 1) await bench.service.clock.advance(100);
    assert.ok(come(), 'it came so far');
    bench.cancel.abort();
    await assert.rejects(opening, isCancellation);
    await settled();
    const { lines, calls } = bench;
    const before = [lines.length, calls.length];
    await bench.service.clock.advance(100_000);
    assert.deepEqual([lines.length, calls.length], before);
    assert.equal(bench.service.clock.waiting, 0);
  }

  it('does nothing where it comes first', async () => {
    const bench = await ConnectorHarness.of('stopped');
    bench.cancel.abort();
    await assert.rejects(bench.begin(), isCancellation);
    assert.deepEqual(bench.calls, []);
    assert.deepEqual(bench.lines, []);
  });

  it('ends the request for the status', async () => {
    const bench = await ConnectorHarness.of('');
    bench.service.client.script('get', deferred<WireComputer>().promise);
    await cancelled(bench, () => bench.calls.length === 1);
  });

  it('ends the request for the start', async () => {
    const bench = await ConnectorHarness.of('stopped');
    bench.finds('stopped').service.client.script('start', deferred<WireComputer>().promise);
    await cancelled(bench, () => bench.service.client.count('start') === 1);
  });

  it('ends the wait for the start', async () => {
    const bench = await ConnectorHarness.of('stopped');
    bench.finds('stopped', 'starting');
    await cancelled(bench, () => bench.service.client.count('get') > 3);
  });

  it('ends the attempt to connect', async () => {
    const bench = await ConnectorHarness.of('running', deferred<Session>().promise);
    await cancelled(bench, () => bench.transport.taken.length === 1);
  });

  it('ends the refresh after a refusal', async () => {
    const bench = await ConnectorHarness.of('running', sshError('unreachable'));
    bench.service.client.script('get', deferred<WireComputer>().promise);
    await cancelled(bench, () => bench.calls.length === 1);
  });
});

describe('ComputerConnector: fallback', () => {
  const hidden = wire('a', 'running', { connection: { ssh: null, access_url: null } });
  const noServer = new TunnelUnavailableError('it has no OpenSSH server');
  const hostKey = new HostKeyError('changed', { user: 'ohm', host: 'h', port: 22 }, 'shown', ['expected']);

  it('uses the gateway without an endpoint, and reports why once', async () => {
    const tunnel = new ScriptedTransport([new FakeSession()], 'tunnel');
    const bench = (await ConnectorHarness.of('')).withTransports('auto', tunnel);
    await bench.finds(hidden).open();
    assert.deepEqual(bench.lines, [
      'name of a has no SSH endpoint. Using SSH through its terminal gateway instead.',
      'Connecting to name of a through its terminal gateway…',
    ]);
    assert.deepEqual(bench.transport.taken, []);
  });

  it('skips the transport that failed before, without a message', async () => {
    const tunnel = new ScriptedTransport([noServer], 'tunnel');
    const gateway = new ScriptedTransport([new FakeSession(), new FakeSession()], 'gateway');
    const bench = (await ConnectorHarness.of('')).withTransports('auto', tunnel, gateway);
    await bench.finds(hidden).open();
    assert.deepEqual(bench.lines.slice(2), [
      'SSH cannot be carried by the terminal gateway: it has no OpenSSH server. Using a plain terminal instead.',
      'Opening a plain terminal on name of a…',
    ]);
    bench.lines.length = 0;
    await bench.open();
    assert.deepEqual(bench.lines, ['Opening a plain terminal on name of a…']);
    assert.equal(tunnel.taken.length, 1);
  });

  it('shares the cache between kinds of sessions', async () => {
    const tunnel = new ScriptedTransport([noServer], 'tunnel');
    const gateway = new ScriptedTransport([new FakeSession()], 'gateway');
    const bench = (await ConnectorHarness.of('')).withTransports('auto', tunnel, gateway);
    await bench.finds(hidden).open();
    const computer = bench.service.store.get('a')!;
    const service = { name: 'service', supports: () => true } as const;
    const others = (...all: Pick<Transport, 'name' | 'supports'>[]) =>
      new TransportSelector(all, () => 'auto', bench.memory);
    assert.deepEqual(others(bench.transport, tunnel, service).candidates(computer), [service]);
    assert.deepEqual(others(bench.transport, tunnel).candidates(computer), [tunnel]);
  });

  it('reports a fallback that a background channel has found before', async () => {
    const tunnel = new ScriptedTransport([new FakeSession()], 'tunnel');
    const bench = (await ConnectorHarness.of('running', keyRefused)).withTransports('auto', tunnel);
    const silent = new TransportCache(bench.service.clock, bench.memory);
    silent.set(bench.service.store.get('a')!, 1);
    await bench.open();
    assert.match(bench.lines[1]!, /accepted none of the keys\. Using SSH/);
    assert.equal(silent.get(bench.service.store.get('a')!), 1);
  });

  it('tries all transports again after the computer was away', async () => {
    const tunnel = new ScriptedTransport([noServer, new FakeSession()], 'tunnel');
    const gateway = new ScriptedTransport([new FakeSession()], 'gateway');
    const bench = (await ConnectorHarness.of('')).withTransports('auto', tunnel, gateway);
    await bench.finds(hidden).open();
    await bench.service.clock.advance(10_001);
    await bench.finds('restoring', hidden).open();
    assert.deepEqual([tunnel.taken.length, gateway.taken.length], [2, 1]);
  });

  it('refreshes the computer before it gives up an endpoint that does not answer', async () => {
    const tunnel = new ScriptedTransport([new FakeSession()], 'tunnel');
    const bench = (await ConnectorHarness.of('running', sshError('unreachable'))).withTransports(
      'auto',
      tunnel,
    );
    await bench.finds('running').open();
    assert.deepEqual(bench.calls, ['get a']);
    assert.equal(bench.transport.taken.length, 1);
    assert.match(bench.lines[1]!, /cannot be reached.* Using SSH through its terminal gateway instead\.$/);
  });

  it('falls back where the server accepts none of the keys', async () => {
    const tunnel = new ScriptedTransport([new FakeSession()], 'tunnel');
    const bench = (await ConnectorHarness.of('running', keyRefused)).withTransports('auto', tunnel);
    await bench.open();
    assert.match(bench.lines[1]!, /accepted none of the keys\. Using SSH/);
  });

  it('does not fall back after a wrong host key', async () => {
    const tunnel = new ScriptedTransport([new FakeSession()], 'tunnel');
    const bench = (await ConnectorHarness.of('running', hostKey)).withTransports('auto', tunnel);
    await assert.rejects(bench.open(), hostKey);
    assert.deepEqual(tunnel.taken, []);
  });

  it('does not fall back from the transport of the setting', async () => {
    const tunnel = new ScriptedTransport([noServer], 'tunnel');
    const gateway = new ScriptedTransport([new FakeSession()], 'gateway');
    const bench = (await ConnectorHarness.of('running')).withTransports('tunnel', tunnel, gateway);
    await assert.rejects(bench.open(), noServer);
    assert.deepEqual([bench.transport.taken, gateway.taken], [[], []]);
  });
});
