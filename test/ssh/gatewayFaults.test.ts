import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { systemClock } from '../../src/base/clock';
import type { Computer } from '../../src/computers/computer';
import type { ConnectOptions } from '../../src/connect/transport';
import { GatewayAddressError } from '../../src/gateway/gatewayAddress';
import { GatewayError } from '../../src/gateway/gatewayErrors';
import type { SessionMemory, Size } from '../../src/shell/shellSession';
import { SshError } from '../../src/ssh/sshErrors';
import { GatewayShellTransport } from '../../src/terminal/gatewayShellTransport';
import { until } from '../harness/until';
import { Installation, type InstallationOptions } from './support/installation';
import { Service } from './support/service';
import { SessionOutput } from './support/sessionOutput';

/** Addresses that must never be called, whoever names them. */
const hostile = [
  'http://127.0.0.1:1/gateway/terminal',
  'ws://gateway.example/terminal',
  'wss://ada:secret@gateway.example/terminal',
  'wss://gateway.example/terminal#part',
  'file:///etc/passwd',
  'no address',
];

describe('a terminal gateway of faults', () => {
  const service = new Service();
  const signal = new AbortController().signal;
  let computer: Computer;

  before(async () => {
    await service.emulator.control.seed({ name: 'curie', listens: false });
    computer = await service.computer('curie');
  });

  const control = () => service.emulator.control;
  const upgrades = async () => (await control().requests({ path: '^/gateway/' })).length;
  const fault = (status: number, times: number | 'always' = 'always') =>
    control().addFault({ path: '^/gateway/', times, answer: { status } });
  const reported = (problem: GatewayError['problem'], words: RegExp) => (error: unknown) => {
    assert.ok(error instanceof GatewayError, String(error));
    assert.equal(error.problem, problem);
    assert.match(error.message, words);
    return true;
  };

  /** Opens a plain session. */
  async function plain(
    memory: SessionMemory = {},
    options: Partial<ConnectOptions> = {},
    size = () => Promise.resolve({ rows: 24, columns: 80 }),
  ): Promise<SessionOutput & { memory: SessionMemory }> {
    const shell = { persistence: 'off', name: 'test', cwd: '', nonce: undefined } as const;
    const request = { size, env: {}, shell, memory };
    const session = await new GatewayShellTransport(service.client, systemClock).open(computer, request, {
      signal,
      timeoutMs: 0,
      ...options,
    });
    const screen = new SessionOutput(session);
    return Object.assign(screen, { memory });
  }

  /** Opens one and sees that it is a shell. */
  async function visit(memory?: SessionMemory, options?: Partial<ConnectOptions>): Promise<void> {
    const screen = await plain(memory, options);
    screen.type('echo "it is $((40 + 2))"\r');
    await screen.shows('it is 42');
    await screen.close();
  }

  /** The two ways to use the gateway. */
  const ways: [name: string, visit: (options?: Partial<ConnectOptions>) => Promise<void>][] = [
    ['a plain session', (options) => visit({}, options)],
    [
      'SSH',
      async (options) => {
        const installation = new Installation(service);
        assert.equal(await installation.visit(computer, { ...options, transport: 'tunnel' }), 'curie');
      },
    ],
  ];

  for (const [name, visit] of ways) {
    describe(`before ${name}`, () => {
      it('refuses, and the user is told with its words', async () => {
        await fault(403);
        await assert.rejects(
          visit(),
          reported('refused', /The terminal gateway refused the session \(403\)\./),
        );
        assert.equal(await upgrades(), 1);
      });

      it('has trouble of its own for a while, and is waited for', async () => {
        await fault(503, 2);
        let waiting = 0;
        await visit({ timeoutMs: 20_000, onServerNotListening: () => waiting++ });
        assert.deepEqual([await upgrades(), waiting], [3, 1]);
      });

      it('finds a token too old once, and gets another', async () => {
        await fault(401, 1);
        await visit();
      });

      it('finds every token too old, and is asked no third time', async () => {
        await control().setFeatures({ tokenLife: 0 });
        try {
          await assert.rejects(visit(), reported('refused', /\(401\)/));
          assert.equal(await upgrades(), 2);
        } finally {
          await control().setFeatures({ tokenLife: 30_000 });
        }
      });

      it('hangs up, and the user is told to look after the network', async () => {
        await control().addFault({ path: '^/gateway/', drop: true });
        await assert.rejects(visit(), reported('unreachable', /cannot be reached\. Check the network/));
      });

      it('says nothing, and can be left', async () => {
        await control().addFault({ path: '^/gateway/', hang: true });
        const leaving = new AbortController();
        const visiting = visit({ signal: leaving.signal, timeoutMs: 60_000 });
        await until('it is asked', async () => (await upgrades()) === 1);
        leaving.abort();
        await assert.rejects(visiting, { name: 'AbortError' });
      });

      it('is at an address that must not be used, and is not called there', async () => {
        for (const gatewayUrl of hostile) {
          await control().setFeatures({ gatewayUrl });
          await assert.rejects(visit(), (error: unknown) => {
            assert.ok(error instanceof GatewayAddressError, `${gatewayUrl}: ${String(error)}`);
            assert.match(error.message, /not safe to use: .*\. Report it to Celesto\./);
            assert.ok(!error.message.includes(gatewayUrl));
            return true;
          });
        }
        await control().setFeatures({ gatewayUrl: null });
        assert.equal(await upgrades(), 0);
      });
    });
  }

  /** Faults of an open session, with the message that the user sees. */
  const breaks: [what: string, action: () => Promise<void>, words: RegExp][] = [
    ...([1006, 1008, 1011, 4321] as const).map((code): (typeof breaks)[0] => [
      `closes with ${code}`,
      () => control().closeGateway({ id: 'curie', code, reason: code === 1006 ? '' : 'on purpose' }),
      code === 1006
        ? /closed the session \(1006\)/
        : new RegExp(`closed the session \\(${code}, on purpose\\)`),
    ]),
    ['breaks off in the middle of a frame', () => control().sendHalfFrame({ id: 'curie' }), /\(1006\)/],
    [
      'sends a message of 1 MiB and one byte',
      () => control().sendFrame({ id: 'curie' }),
      /message that is too large/,
    ],
  ];

  for (const [what, action, words] of breaks) {
    it(`${what} under a plain session: it is lost, and found again with its shell`, async () => {
      const screen = await plain();
      screen.type('mine=42; echo "set $mine"\r');
      await screen.shows('set 42');
      await action();
      const ending = await screen.ends();
      assert.match(ending.kind === 'lost' ? String(ending.cause?.message) : ending.kind, words);
      const again = await plain(screen.memory);
      again.type('echo "still $mine"\r');
      await again.shows('still 42');
      await again.close();
    });

    it(`${what} under SSH: the shells end, and the next comes by another session`, async () => {
      const installation = new Installation(service);
      const shell = await installation.shell(computer, { transport: 'tunnel' });
      await shell.prompt();
      await action();
      assert.deepEqual(await shell.end, { code: undefined, signal: undefined });
      assert.equal(await installation.visit(computer, { transport: 'tunnel' }), 'curie');
    });
  }

  it('breaks off before the size of the terminal is known, and is gone to again', async () => {
    let know: (size: Size) => void = () => undefined;
    const size = new Promise<Size>((resolve) => (know = resolve));
    const opening = plain({}, {}, () => size);
    await until('the session', async () => (await upgrades()) > 0);
    await control().closeGateway({ id: 'curie', code: 1006, reason: '' });
    await new Promise((resolve) => setTimeout(resolve, 100));
    know({ rows: 24, columns: 80 });
    const screen = await opening;
    screen.type('echo "it is $((40 + 2))"\r');
    await screen.shows('it is 42');
    await screen.close();
  });

  it('ends a plain session with 1000, as a shell that ends does', async () => {
    const screen = await plain();
    await screen.shows('$ ');
    await control().closeGateway({ id: 'curie', code: 1000 });
    assert.equal((await screen.ends()).kind, 'exited');
  });

  it('sends a message of just 1 MiB, which is shown', async () => {
    const screen = await plain();
    await screen.shows('$ ');
    await control().sendFrame({ id: 'curie', bytes: 1024 * 1024 });
    await screen.shows('x'.repeat(1024 * 1024));
    await screen.close();
  });

  it('sends text, and characters that lie across its messages stay whole', async () => {
    await control().setGatewayFrames({ id: 'curie', frames: 'text' });
    const screen = await plain();
    screen.type('yes \'ünï→漢字😀\' | head -20000; echo do""ne\r');
    await screen.shows('\r\ndone');
    assert.equal(screen.text.match(/^ünï→漢字😀\r$/gm)?.length, 20_000);
    await screen.close();
    await control().setGatewayFrames({ id: 'curie' });
  });

  it('forgets a shell, and gives another', async () => {
    const screen = await plain();
    await screen.shows('$ ');
    screen.type('exit\r');
    assert.equal((await screen.ends()).kind, 'exited');
    await visit(screen.memory);
  });

  it('goes silent under a plain session, which is found out when it is asked', async () => {
    const screen = await plain();
    await screen.shows('$ ');
    await control().silenceGateway({ id: 'curie' });
    screen.session.probe();
    assert.equal((await screen.ends()).kind, 'lost');
    await visit(screen.memory);
  });

  it('goes silent under SSH, which is found out by itself', async () => {
    const options: InstallationOptions = { timeouts: { keepAlive: 200 } };
    const installation = new Installation(service, options);
    const shell = await installation.shell(computer, { transport: 'tunnel' });
    await shell.prompt();
    await control().silenceGateway({ id: 'curie' });
    assert.deepEqual(await shell.end, { code: undefined, signal: undefined });
    assert.equal(await installation.visit(computer, { transport: 'tunnel' }), 'curie');
  });

  it('carries SSH to a server that does not start, which is told', async () => {
    const installation = new Installation(service);
    await installation.visit(computer, { transport: 'tunnel' });
    installation.pool.close(computer.id);
    await service.run('curie', 'sed -i s/^HostKey/NoSuchWord/ ~/.celesto-vscode/*/sshd_config');
    await assert.rejects(installation.visit(computer, { transport: 'tunnel' }), (error: unknown) => {
      assert.ok(error instanceof SshError, String(error));
      assert.match(error.message, /^ohm@curie \(through its terminal gateway\) does not answer SSH\./);
      return true;
    });
  });
});
