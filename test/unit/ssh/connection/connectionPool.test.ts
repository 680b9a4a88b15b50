import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import type { ClientChannel } from 'ssh2';
import type { SshConnection } from '../../../../src/ssh/connection/connection';
import { type ChannelOptions, ConnectionPool } from '../../../../src/ssh/connection/connectionPool';
import { EndpointError } from '../../../../src/ssh/connection/endpoint';
import { AuthenticationError, SshError, type SshProblem } from '../../../../src/ssh/sshErrors';
import { deferred } from '../../support/deferred';
import { FakeClock, settled } from '../../support/fakeClock';
import { sshComputer } from '../support/computer';
import { FakeChannel, type FakeConnection, FakeConnector, sshError } from '../support/fakeConnector';

const einstein = sshComputer('cmp_1');
const linger = 15_000;

/** Matches an SshError of a kind. */
function problem(kind: SshProblem) {
  return (error: unknown): boolean => error instanceof SshError && error.problem === kind;
}

describe('ConnectionPool', () => {
  let clock: FakeClock;
  let connector: FakeConnector;
  let pool: ConnectionPool;

  beforeEach(() => {
    clock = new FakeClock();
    connector = new FakeConnector();
    pool = new ConnectionPool(connector, clock);
  });

  async function open(options: Partial<ChannelOptions> = {}, computer = einstein): Promise<FakeChannel> {
    const all = { signal: new AbortController().signal, timeoutMs: 0, ...options };
    const channel: unknown = await pool.channel(computer, all, (connection) =>
      (connection as unknown as FakeConnection).open(),
    );
    assert.ok(channel instanceof FakeChannel);
    return channel;
  }

  describe('sharing', () => {
    it('makes one connection for two concurrent callers, and a channel for each', async () => {
      const connection = connector.succeed();
      const [a, b] = await Promise.all([open(), open()]);
      assert.notEqual(a, b);
      assert.equal(connector.attempts.length, 1);
      assert.deepEqual(connection.channels, [a, b]);
    });

    it('reuses the connection for a later caller', async () => {
      const connection = connector.succeed();
      await open();
      await open();
      assert.deepEqual([connector.attempts.length, connection.channels.length], [1, 2]);
    });

    it('lets one caller abort during the connection; the other gets its channel', async () => {
      const leaving = new AbortController();
      const leaver = open({ signal: leaving.signal });
      const stayer = open();
      await settled();
      leaving.abort();
      await assert.rejects(leaver, { name: 'AbortError' });
      assert.equal(connector.attempts[0]!.signal.aborted, false);
      const { outcome } = connector.attempts[0]!;
      const connection = connector.succeed();
      outcome.resolve(connection);
      assert.deepEqual(connection.channels, [await stayer]);
    });

    it('aborts the connection once all callers have aborted', async () => {
      const callers = [new AbortController(), new AbortController()];
      const waiting = callers.map(({ signal }) => open({ signal }));
      await settled();
      for (const caller of callers) caller.abort();
      for (const one of waiting) await assert.rejects(one, { name: 'AbortError' });
      assert.equal(connector.attempts[0]!.signal.aborted, true);
      assert.equal(clock.waiting, 0);
    });

    it('does not reuse the connection of another endpoint or computer', async () => {
      for (let count = 0; count < 3; count++) connector.succeed();
      await open();
      await open({}, sshComputer('cmp_1', 'ohm@127.0.0.1:3333'));
      await open({}, sshComputer('cmp_2'));
      assert.equal(connector.attempts.length, 3);
    });
  });

  describe('closing', () => {
    it('closes the connection after the idle timeout', async () => {
      const connection = connector.succeed();
      const [a, b] = await Promise.all([open(), open()]);
      a.close();
      await clock.advance(linger * 2);
      assert.equal(connection.closed, false, 'one channel is left');
      b.close();
      await clock.advance(linger - 1);
      assert.equal(connection.closed, false);
      await clock.advance(1);
      assert.equal(connection.closed, true);
      assert.equal(clock.waiting, 0);
    });

    it('keeps the connection for a channel that opens within the idle timeout', async () => {
      const connection = connector.succeed();
      (await open()).close();
      await clock.advance(linger - 1);
      const channel = await open();
      await clock.advance(linger * 2);
      assert.equal(connection.closed, false);
      assert.equal(connector.attempts.length, 1);
      channel.close();
      await clock.advance(linger);
      assert.equal(connection.closed, true);
    });

    it('closes a connection whose callers aborted before it was established', async () => {
      const leaving = new AbortController();
      const connection = connector.succeed();
      const opening = deferred<ClientChannel>();
      const left = pool.channel(einstein, { signal: leaving.signal, timeoutMs: 0 }, () => opening.promise);
      await settled();
      leaving.abort();
      await assert.rejects(left, { name: 'AbortError' });
      await clock.advance(linger);
      assert.equal(connection.closed, true);
    });

    it('closes a channel that opens after its caller has aborted', async () => {
      connector.succeed();
      const leaving = new AbortController();
      const opening = deferred<ClientChannel>();
      const left = pool.channel(einstein, { signal: leaving.signal, timeoutMs: 0 }, () => opening.promise);
      await settled();
      leaving.abort();
      await assert.rejects(left, { name: 'AbortError' });
      const late = new FakeChannel();
      opening.resolve(late as unknown as ClientChannel);
      await settled();
      assert.equal(late.closed, true);
    });

    it('closes all connections to one computer, and no other', async () => {
      const first = connector.succeed();
      const second = connector.succeed();
      await open();
      await open({}, sshComputer('cmp_2'));
      pool.close('cmp_1');
      assert.deepEqual([first.closed, second.closed], [true, false]);
      pool.dispose();
      assert.equal(second.closed, true);
      await settled();
      assert.equal(clock.waiting, 0);
    });
  });

  describe('failures', () => {
    it('replaces a connection that has ended', async () => {
      const first = connector.succeed();
      await open();
      first.break();
      const second = connector.succeed();
      assert.equal(clock.waiting, 0, 'nothing is left to do for it');
      const channel = await open();
      assert.deepEqual(second.channels, [channel]);
    });

    it('replaces a connection that turns out to be dead on use', async () => {
      connector.succeed();
      await open();
      const second = connector.succeed();
      const dead = (connection: SshConnection): Promise<ClientChannel> =>
        (connection as unknown) === second ? second.open() : Promise.reject(sshError('silent'));
      await pool.channel(einstein, { signal: new AbortController().signal, timeoutMs: 0 }, dead);
      assert.equal(connector.attempts.length, 2);
      assert.equal(second.channels.length, 1);
    });

    it('opens a second connection where the server refuses another channel on the first', async () => {
      const first = connector.succeed(2);
      const second = connector.succeed(2);
      const channels = [await open(), await open(), await open()];
      assert.deepEqual(first.channels, channels.slice(0, 2));
      assert.deepEqual(second.channels, channels.slice(2));
    });

    it('gives every caller a channel where one connection does not carry enough', async () => {
      const connections = [connector.succeed(2), connector.succeed(2), connector.succeed(2)];
      const channels = await Promise.all([1, 2, 3, 4, 5].map(() => open()));
      assert.equal(new Set(channels).size, 5);
      assert.deepEqual(
        connections.map((connection) => connection.channels.length),
        [2, 2, 1],
      );
    });

    it('rejects where a new connection carries no channel at all', async () => {
      connector.succeed(0);
      await assert.rejects(open(), problem('channelRefused'));
      assert.equal(connector.attempts.length, 1);
    });

    it('rejects with errors that are not of SSH, and tries no other connection', async () => {
      connector.succeed();
      await open();
      const bug = new TypeError('a mistake of the caller');
      const signal = new AbortController().signal;
      await assert.rejects(
        pool.channel(einstein, { signal, timeoutMs: 0 }, () => Promise.reject(bug)),
        bug,
      );
      assert.equal(connector.attempts.length, 1);
    });

    it('rejects an endpoint that cannot be parsed, without an attempt', async () => {
      await assert.rejects(open({}, sshComputer('cmp_1', 'nonsense')), EndpointError);
      assert.equal(connector.attempts.length, 0);
    });

    it('does nothing for a caller that has aborted before', async () => {
      await assert.rejects(open({ signal: AbortSignal.abort() }), { name: 'AbortError' });
      assert.equal(connector.attempts.length, 0);
    });
  });

  describe('a server that may be starting', () => {
    it('is retried until it answers; reported once; with one provisioner for all attempts', async () => {
      connector.fail(...[1, 2, 3, 4].map(() => sshError('notListening')));
      connector.succeed();
      let reported = 0;
      const channel = open({ timeoutMs: 10_000, onServerNotListening: () => reported++ });
      await clock.advance(10_000);
      assert.ok(await channel);
      assert.equal(connector.attempts.length, 5);
      assert.equal(reported, 1);
      assert.equal(new Set(connector.attempts.map(({ transport }) => transport.provisioner)).size, 1);
    });

    it('is retried soon at first, then every two seconds', async () => {
      connector.fail(...Array.from({ length: 100 }, () => sshError('notListening')));
      const channel = open({ timeoutMs: 60_000 });
      const failed = assert.rejects(channel, problem('notListening'));
      await clock.advance(1_000);
      assert.ok(connector.attempts.length >= 5, `${connector.attempts.length} attempts in the first second`);
      await clock.advance(59_000);
      await failed;
      assert.ok(
        connector.attempts.length >= 30 && connector.attempts.length < 45,
        `${connector.attempts.length} tries`,
      );
    });

    it('fails after the time limit, and leaves no timer behind', async () => {
      connector.fail(...Array.from({ length: 20 }, () => sshError('notListening')));
      const failed = assert.rejects(open({ timeoutMs: 3_000 }), problem('notListening'));
      await clock.advance(3_000);
      await failed;
      assert.equal(clock.waiting, 0);
    });

    it('fails after the first attempt without a time limit', async () => {
      connector.fail(sshError('notListening'));
      let reported = 0;
      await assert.rejects(open({ onServerNotListening: () => reported++ }), problem('notListening'));
      assert.equal(reported, 0);
    });

    for (const kind of ['unreachable', 'silent', 'protocol', 'closed'] as const) {
      it(`is not retried for the problem ${kind}`, async () => {
        connector.fail(sshError(kind));
        await assert.rejects(open({ timeoutMs: 60_000 }), problem(kind));
        assert.equal(connector.attempts.length, 1);
      });
    }

    it('is not retried for refused keys', async () => {
      connector.fail(new AuthenticationError({ user: 'ohm', host: 'h', port: 22 }, [], []));
      await assert.rejects(open({ timeoutMs: 60_000 }), AuthenticationError);
      assert.equal(connector.attempts.length, 1);
    });

    it('is not retried once its caller has aborted', async () => {
      connector.fail(...Array.from({ length: 20 }, () => sshError('notListening')));
      const leaving = new AbortController();
      const left = open({ timeoutMs: 60_000, signal: leaving.signal });
      await clock.advance(500);
      leaving.abort();
      await assert.rejects(left, { name: 'AbortError' });
      const tries = connector.attempts.length;
      await clock.advance(60_000);
      assert.equal(connector.attempts.length, tries);
      assert.equal(clock.waiting, 0);
    });
  });
});
