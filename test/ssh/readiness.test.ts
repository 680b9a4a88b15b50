import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { after, before, beforeEach, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientChannel } from 'ssh2';
import type { Computer } from '../../src/computers/computer';
import type { SshConnection } from '../../src/ssh/connection/connection';
import { parseEndpoint } from '../../src/ssh/connection/endpoint';
import { loadSsh2 } from '../../src/ssh/connection/loadSsh2';
import { SshError } from '../../src/ssh/sshErrors';
import { until } from '../harness/until';
import { BrokenServer } from './support/brokenServer';
import { FaultServer } from './support/faultServer';
import { Installation, type InstallationOptions } from './support/installation';
import { SaturatedServer } from './support/saturatedServer';
import { Service } from './support/service';
import type { TcpProxy } from './support/tcpProxy';

describe('a server', () => {
  const service = new Service('einstein', 'curie');
  let einstein: Computer;

  before(async () => {
    einstein = await service.computer('einstein');
  });

  beforeEach(() => service.emulator.control.startSshd({ id: 'einstein' }));

  /** Fails, and gives what a user is told. */
  async function failure(ssh: string, options: InstallationOptions = {}, timeoutMs = 0): Promise<SshError> {
    const installation = new Installation(service, options);
    const error: unknown = await installation
      .visit({ ...einstein, ssh }, { timeoutMs })
      .catch((reason: unknown) => reason);
    assert.ok(error instanceof SshError, String(error));
    assert.ok(error.message.includes(ssh), error.message);
    return error;
  }

  /** A way to the computer whose first connections come to nothing. */
  async function badStart(count: number, hangUp: (socket: Socket) => void): Promise<BrokenServer> {
    const { host, port } = parseEndpoint(einstein.ssh!);
    const server = await BrokenServer.start((socket) => {
      if (server.connections <= count) hangUp(socket);
      else socket.pipe(connect(port, host).on('error', () => undefined)).pipe(socket);
    });
    return server;
  }

  describe('that may be starting', () => {
    it('is waited for quietly: the user is told once, the computer is asked once', async () => {
      await service.emulator.control.killSshd({ id: 'einstein' });
      const installation = new Installation(service);
      let reported = 0;
      const visit = installation.visit(einstein, {
        timeoutMs: 20_000,
        onServerNotListening: () => reported++,
      });
      await until('the user to be told', () => reported > 0);
      await sleep(700);
      await service.emulator.control.startSshd({ id: 'einstein' });
      assert.equal(await visit, 'einstein');
      assert.equal(reported, 1);
      assert.equal(await service.execCalls(), 1);
      assert.equal(installation.questions.length, 0);
      assert.doesNotMatch(installation.log.text, /^(warn|error)/m);
    });

    it('is asked again when it could not tell of itself at first', async () => {
      await service.emulator.control.killSshd({ id: 'einstein' });
      const answer = { status: 503, body: { detail: 'The computer is just coming up.' } };
      await service.emulator.control.addFault({ method: 'POST', path: '/exec$', times: 2, answer });
      const installation = new Installation(service);
      const visit = installation.visit(einstein, { timeoutMs: 20_000 });
      await until('the computer to be asked twice', async () => (await service.execCalls()) >= 2);
      await service.emulator.control.startSshd({ id: 'einstein' });
      assert.equal(await visit, 'einstein');
      assert.equal(installation.questions.length, 0, 'the user is not asked what the computer can tell');
    });

    it('is waited for while it says hello and hangs up, as one does that is too busy', async () => {
      const server = await badStart(2, (socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'));
      const installation = new Installation(service);
      const visit = installation.visit({ ...einstein, ssh: server.endpoint }, { timeoutMs: 20_000 });
      assert.equal(await visit, 'einstein');
      assert.equal(server.connections, 3);
    });

    for (const [how, hangUp] of [
      ['closes', (socket: Socket) => socket.end()],
      ['resets', (socket: Socket) => socket.resetAndDestroy()],
    ] as const) {
      it(`is waited for while it accepts and ${how}`, async () => {
        const server = await badStart(3, hangUp);
        const installation = new Installation(service);
        const visit = installation.visit({ ...einstein, ssh: server.endpoint }, { timeoutMs: 20_000 });
        assert.equal(await visit, 'einstein');
        assert.equal(server.connections, 4);
      });

      it(`is waited for when it accepts and ${how} while the library is still being loaded`, async () => {
        const server = await badStart(1, hangUp);
        const library = async () => {
          await until(
            'a connection to have come and gone',
            // A second one has come where the first was seen to fail at once.
            () => server.connections > 1 || (server.connections > 0 && server.openConnections === 0),
          );
          await sleep(50);
          return loadSsh2();
        };
        const installation = new Installation(service, { library, timeouts: { hostKey: 2_000 } });
        const visit = installation.visit({ ...einstein, ssh: server.endpoint }, { timeoutMs: 20_000 });
        assert.equal(await visit, 'einstein');
      });
    }

    it('is given up when the time is over, in words that say what is wrong', async () => {
      await service.emulator.control.killSshd({ id: 'einstein' });
      const started = performance.now();
      const { problem, message } = await failure(einstein.ssh!, {}, 700);
      const took = performance.now() - started;
      assert.equal(problem, 'notListening');
      assert.match(message, /does not answer SSH\. \(.*ECONNREFUSED/);
      assert.ok(took < 3_000, `it took ${took} ms`);
    });
  });

  describe('that is not what it should be', () => {
    it('and never speaks is told as silent', async () => {
      const server = await BrokenServer.start(() => undefined);
      const { problem, message } = await failure(server.endpoint, { timeouts: { hostKey: 300 } });
      assert.equal(problem, 'silent');
      assert.match(message, /stopped responding\. Check the network/);
      await until('the connection to be closed', () => server.openConnections === 0);
    });

    it('and stops in the middle of the key exchange is told as silent', async () => {
      const server = await BrokenServer.start((socket) => socket.write('SSH-2.0-OpenSSH_9.2\r\n'));
      const { problem } = await failure(server.endpoint, { timeouts: { hostKey: 300 } });
      assert.equal(problem, 'silent');
      await until('the connection to be closed', () => server.openConnections === 0);
    });

    it('and never answers a login is told as silent', async () => {
      const mute = await FaultServer.start({ silent: 'atLogin' });
      const provisioning = { hostKeys: [mute.hostKey], keyInstalled: true };
      const { problem } = await failure(mute.endpoint, {
        provision: () => Promise.resolve(provisioning),
        timeouts: { login: 300 },
      });
      assert.equal(problem, 'silent');
      assert.equal(mute.asked, 1);
      await until('the connection to be closed', () => mute.open === 0);
    });

    it('and cannot be reached at all is told as unreachable', async () => {
      const server = await SaturatedServer.start();
      after(() => server.stop());
      const { problem, message } = await failure(server.endpoint, { timeouts: { dial: 300 } });
      assert.equal(problem, 'unreachable');
      assert.match(message, /cannot be reached\..*Check the network/);
    });

    it('and has an address that leads nowhere is told as unreachable', async () => {
      // The kernel itself refuses to connect there: nothing leaves this machine.
      const { problem, message } = await failure('ohm@255.255.255.255:22');
      assert.equal(problem, 'unreachable');
      assert.match(message, /ENETUNREACH|EACCES/);
    });

    const strangers: [what: string, greeting: string, quoted: string][] = [
      ['a web server', 'HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n', 'HTTP/1.1 400 Bad Request'],
      ['a mail server', '220 mail.example.com ESMTP\r\n', '220 mail.example.com'],
      ['a server of other bytes', '\u0016\u0003\u0001\u0000\u0002\u0002P', 'P'],
    ];
    for (const [what, greeting, quoted] of strangers) {
      it(`but ${what} is told as such, with its own words, and not tried again`, async () => {
        const server = await BrokenServer.start((socket) => socket.end(greeting));
        const { problem, message } = await failure(server.endpoint, {}, 20_000);
        assert.equal(problem, 'protocol');
        assert.match(message, /does not speak SSH as expected/);
        assert.ok(message.includes(`"${quoted}`), message);
        assert.doesNotMatch(message, /\p{Cc}/u);
        assert.equal(server.connections, 1);
      });
    }

    it('but floods us with nonsense is told as such', async () => {
      const server = await BrokenServer.start((socket) => socket.write('x'.repeat(100_000)));
      const { problem, message } = await failure(server.endpoint);
      assert.equal(problem, 'protocol');
      assert.ok(message.length < 400, message);
    });

    it('but speaks an SSH too old is told as such', async () => {
      const server = await BrokenServer.start((socket) => socket.write('SSH-1.5-old\r\n'));
      assert.equal((await failure(server.endpoint)).problem, 'protocol');
    });
  });

  describe('that goes away', () => {
    let proxy: TcpProxy;
    let away: Computer;

    beforeEach(async () => {
      proxy = await service.proxy(einstein.ssh!);
      away = { ...einstein, ssh: proxy.endpoint('ohm') };
    });

    it('ends the shells on it; the next one comes when it is back', async () => {
      const installation = new Installation(service);
      const shell = await installation.shell(einstein);
      await shell.prompt();
      await service.emulator.control.killSshd({ id: 'einstein' });
      assert.deepEqual(await shell.end, { code: undefined, signal: undefined });
      const next = installation.visit(einstein, { timeoutMs: 20_000 });
      await service.emulator.control.startSshd({ id: 'einstein' });
      assert.equal(await next, 'einstein');
    });

    it('under one shell only leaves the others alone', async () => {
      const installation = new Installation(service);
      const shells = [await installation.shell(einstein), await installation.shell(einstein)];
      for (const shell of shells) await shell.prompt();
      shells[0]!.type('kill -HUP $$\r');
      assert.deepEqual(await shells[0]!.end, { code: null, signal: 'SIGHUP' });
      assert.equal(await shells[1]!.run('hostname'), 'einstein');
      await shells[1]!.exit();
    });

    it('without a word is noticed when the next shell is opened, which then comes over a new connection', async () => {
      const installation = new Installation(service, { timeouts: { channel: 500 } });
      const stuck = await installation.shell(away);
      await stuck.prompt();
      proxy.freeze();
      assert.equal(await installation.visit(away), 'einstein');
      assert.equal(proxy.connections, 2);
      assert.deepEqual(await stuck.end, { code: undefined, signal: undefined });
    });

    it('without a word is noticed by itself, before anything is typed', async () => {
      const installation = new Installation(service, { timeouts: { keepAlive: 200 } });
      const idle = await installation.shell(away);
      await idle.prompt();
      await sleep(1_000);
      assert.equal(await idle.run('hostname'), 'einstein', 'a quiet line is no dead one');
      proxy.freeze();
      assert.deepEqual(await idle.end, { code: undefined, signal: undefined });
      assert.match(installation.log.text, /Keepalive timeout/);
    });

    it('without a word does not keep us when we say goodbye', async () => {
      const installation = new Installation(service, { timeouts: { disconnect: 300 } });
      let connection: SshConnection | undefined;
      await installation.pool.channel(
        away,
        { signal: new AbortController().signal, timeoutMs: 0 },
        (opened) => {
          connection = opened;
          return opened.exec('cat');
        },
      );
      const closed = new Promise<void>((resolve) => connection?.onDidClose(() => resolve()));
      proxy.freeze();
      installation.pool.close(away.id);
      await closed;
    });

    it('while we are saying goodbye does not get the next shell', async () => {
      const installation = new Installation(service);
      await installation.visit(away);
      installation.pool.close(away.id);
      assert.equal(await installation.visit(away), 'einstein');
      assert.equal(proxy.connections, 2);
    });
  });

  describe('whose callers have aborted', () => {
    const resources = (): string[] =>
      process.getActiveResourcesInfo().filter((name) => /Timeout|TCP|Pipe|GetAddr/.test(name));

    /** Is cancelled when `reached` says so; sees that nothing is left: no connection, no timer. */
    async function cancelled(
      ssh: string,
      options: InstallationOptions,
      reached: () => boolean,
    ): Promise<void> {
      const installation = new Installation(service, {
        provision: () => new Promise(() => undefined),
        ...options,
      });
      await installation.extensionKey.get();
      await loadSsh2();
      const before = resources();
      const leaving = new AbortController();
      const visit = installation.visit({ ...einstein, ssh }, { signal: leaving.signal, timeoutMs: 60_000 });
      await until('the point to leave at', reached);
      leaving.abort();
      const since = performance.now();
      await assert.rejects(visit, { name: 'AbortError' });
      assert.ok(performance.now() - since < 100, 'the one who leaves is not kept');
      await until(
        () => `nothing to be left, but there is ${resources().join()} where there was ${before.join()}`,
        () => resources().length <= before.length,
      );
    }

    it('before it was asked leaves nothing', async () => {
      const server = await BrokenServer.start(() => undefined);
      await cancelled(server.endpoint, {}, () => true);
      assert.equal(server.openConnections, 0);
    });

    it('while it is dialled leaves nothing', async () => {
      const server = await SaturatedServer.start();
      after(() => server.stop());
      await cancelled(server.endpoint, {}, () => resources().includes('TCPSocketWrap'));
    });

    it('while its greeting is awaited leaves nothing', async () => {
      const server = await BrokenServer.start(() => undefined);
      await cancelled(server.endpoint, {}, () => server.received.includes('SSH-2.0'));
      await until('the connection to be closed', () => server.openConnections === 0);
    });

    it('in the middle of the key exchange leaves nothing', async () => {
      const server = await BrokenServer.start((socket) => socket.write('SSH-2.0-OpenSSH_9.2\r\n'));
      await cancelled(server.endpoint, {}, () => server.received.includes('curve25519'));
      await until('the connection to be closed', () => server.openConnections === 0);
    });

    it('while the computer is asked for its keys leaves nothing, and ends the question', async () => {
      const mute = await FaultServer.start({ silent: 'atLogin' });
      let question: AbortSignal | undefined;
      await cancelled(
        mute.endpoint,
        {
          provision: (_computer, _login, signal) => {
            question = signal;
            return new Promise(() => undefined);
          },
        },
        () => mute.open === 1 && question !== undefined,
      );
      assert.equal(question?.aborted, true);
      await until('the connection to be closed', () => mute.open === 0);
    });

    it('while the user is asked leaves nothing, even when the answer comes after all', async () => {
      const mute = await FaultServer.start({ silent: 'atLogin' });
      let answer: ((hostKeys: [typeof mute.hostKey]) => void) | undefined;
      await cancelled(
        mute.endpoint,
        {
          provision: () =>
            new Promise((resolve) => (answer = (hostKeys) => resolve({ hostKeys, keyInstalled: true }))),
        },
        () => mute.open === 1 && answer !== undefined,
      );
      const before = resources();
      answer!([mute.hostKey]);
      await until('the connection to be closed', () => mute.open === 0);
      await sleep(50);
      assert.deepEqual(
        resources().filter((name) => name === 'Timeout'),
        before.filter((name) => name === 'Timeout'),
      );
    });

    it('while the login is pending leaves nothing', async () => {
      const mute = await FaultServer.start({ silent: 'atLogin' });
      const provisioning = { hostKeys: [mute.hostKey], keyInstalled: true };
      await cancelled(
        mute.endpoint,
        { provision: () => Promise.resolve(provisioning) },
        () => mute.asked === 1,
      );
      await until('the connection to be closed', () => mute.open === 0);
    });

    it('while it is waited for leaves nothing', async () => {
      const server = await BrokenServer.start((socket) => socket.destroy());
      await cancelled(server.endpoint, {}, () => server.connections >= 3);
      const { connections } = server;
      await sleep(300);
      assert.equal(server.connections, connections, 'and is not tried again');
    });

    it('while the shell opens: the shell is closed, the connection stays for the next', async () => {
      const curie = await service.computer('curie');
      const proxy = await service.proxy(curie.ssh!, 30);
      const computer = { ...curie, ssh: proxy.endpoint('ohm') };
      const installation = new Installation(service);
      await installation.visit(computer);
      const leaving = new AbortController();
      let opening: Promise<ClientChannel> | undefined;
      const asked = installation.pool.channel(
        computer,
        { signal: leaving.signal, timeoutMs: 0 },
        (connection) => {
          opening = connection.shell({ rows: 24, cols: 80, term: 'xterm', env: {} });
          return opening;
        },
      );
      await until('the shell to be asked for', () => opening !== undefined);
      leaving.abort();
      await assert.rejects(asked, { name: 'AbortError' });
      const late = await opening!;
      late.resume();
      await once(late, 'close', { signal: AbortSignal.timeout(5_000) });
      assert.equal(await installation.visit(computer), 'curie');
      assert.equal(proxy.connections, 1);
    });

    it('and hangs up while the computer is asked is done with, whatever the answer is', async () => {
      const mute = await FaultServer.start({ silent: 'atLogin' });
      const proxy = await service.proxy(mute.endpoint);
      let answer: (() => void) | undefined;
      const installation = new Installation(service, {
        provision: () =>
          new Promise(
            (resolve) => (answer = () => resolve({ hostKeys: [mute.hostKey], keyInstalled: true })),
          ),
      });
      const visit = installation.visit({ ...einstein, ssh: proxy.endpoint('ohm') });
      await until('the key exchange', () => mute.open === 1 && proxy.roundTrips >= 2);
      await sleep(100);
      proxy.cut();
      await assert.rejects(
        visit,
        (error: unknown) => error instanceof SshError && error.problem === 'closed',
      );
      // An answer to a connection that is gone must not end in an unhandled rejection, which would fail this test.
      answer!();
      await sleep(50);
    });
  });
});
