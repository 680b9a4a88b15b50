import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ApiError } from '../../../src/api/apiErrors';
import { isCancellation } from '../../../src/base/abort';
import type { Computer } from '../../../src/computers/computer';
import { LifecycleError } from '../../../src/computers/errors';
import { Reconnection } from '../../../src/connect/reconnection';
import type { Session, SessionRequest } from '../../../src/shell/shellSession';
import { HostKeyError } from '../../../src/ssh/sshErrors';
import { sshError } from '../ssh/support/fakeConnector';
import { settled } from '../support/fakeClock';
import { FakeSession } from '../support/fakeSession';
import { LifecycleHarness } from '../support/lifecycleHarness';

const request: SessionRequest = {
  size: () => Promise.resolve({ rows: 30, columns: 100 }),
  env: {},
  shell: { persistence: 'off', name: 'test', cwd: '', nonce: undefined },
  memory: {},
};
const trying = 'name of a cannot be reached yet. Retrying… (Enter retries now)';
const network = new ApiError('network');

/** The way back to computer `a`: a real life cycle on a scripted service, and a connector that plays a script. */
class Bench {
  readonly lines: string[] = [];
  readonly phases: string[] = [];
  /** Time of each attempt, in ms from the loss, and its `allowFallback`. */
  readonly tries: [at: number, allowFallback: boolean][] = [];
  /** Computers whose transports are to be found anew. */
  readonly forgotten: string[] = [];
  readonly session = new FakeSession();
  readonly cancel = new AbortController();
  readonly reconnection: Reconnection;
  private readonly began: number;

  private constructor(
    readonly service: LifecycleHarness,
    private readonly steps: (Session | Error)[],
  ) {
    this.began = service.clock.now();
    this.reconnection = new Reconnection({
      lifecycle: service.lifecycle,
      clock: service.clock,
      random: () => 0.5,
      connector: {
        reconnect: (computer, _request, allowFallback) => this.reconnect(computer, allowFallback),
        forget: (id) => void this.forgotten.push(id),
      },
    });
  }

  /** Takes the service's answer to each read, and the result of each attempt to connect. */
  static async of(looks: (string | Error)[], ...steps: (Session | Error)[]): Promise<Bench> {
    const bench = new Bench(await LifecycleHarness.with('a running'), steps);
    bench.service.scriptFetches(...looks);
    return bench;
  }

  begin(quickLosses = 0): Promise<Session> {
    const progress = {
      report: (line: string) => void this.lines.push(line),
      phase: (words: string) => void this.phases.push(words),
    };
    const lost = { id: 'a', name: 'name of a' };
    const way = this.reconnection.run(lost, request, progress, this.cancel.signal, quickLosses);
    way.catch(() => undefined);
    return way;
  }

  run(quickLosses?: number): Promise<Session> {
    return this.service.timely(this.begin(quickLosses));
  }

  /** Number of starts of the computer. */
  get starts(): number {
    return this.service.client.count('start');
  }

  private reconnect(_computer: Computer, allowFallback: boolean): Promise<Session> {
    this.tries.push([this.service.clock.now() - this.began, allowFallback]);
    const step = this.steps.length > 1 ? this.steps.shift()! : (this.steps[0] ?? this.session);
    return step instanceof Error ? Promise.reject(step) : Promise.resolve(step);
  }
}

describe('Reconnection', () => {
  it('reconnects to a running computer at once, without a message', async () => {
    const bench = await Bench.of(['running']);
    assert.equal(await bench.run(), bench.session);
    assert.deepEqual(bench.tries, [[0, false]]);
    assert.deepEqual([bench.lines, bench.phases], [[], ['reconnecting']]);
  });

  it('lengthens the back-off after each attempt, then allows fallback, and reports once', async () => {
    const refused = sshError('unreachable');
    const bench = await Bench.of(['running'], ...Array<Error>(7).fill(refused), new FakeSession());
    await bench.run();
    assert.deepEqual(
      bench.tries.map(([at]) => at / 1000),
      [0, 1, 3, 7, 15, 30, 60, 90],
    );
    assert.deepEqual(bench.tries.map(([, allowFallback]) => allowFallback).slice(0, 4), [
      false,
      false,
      true,
      true,
    ]);
    assert.deepEqual(bench.lines, [trying]);
  });

  it('goes on while the API cannot be reached either', async () => {
    const bench = await Bench.of([network, network, 'running']);
    await bench.run();
    assert.deepEqual(bench.lines, [`${network.message} Retrying… (Enter retries now)`]);
    assert.deepEqual(bench.tries, [[3_000, true]]);
  });

  it('ends the back-off on retryNow', async () => {
    const bench = await Bench.of(['running'], sshError('unreachable'), new FakeSession());
    const way = bench.begin();
    await settled();
    await settled();
    bench.reconnection.retryNow();
    await way;
    assert.deepEqual(
      bench.tries.map(([at]) => at),
      [0, 0],
    );
  });

  it('backs off first after rapid disconnects', async () => {
    const bench = await Bench.of(['running']);
    await bench.run(4);
    assert.deepEqual(bench.tries, [[4_000, false]]);
  });

  for (const status of ['restorable', 'restoring', 'starting'] as const) {
    it(`waits for a computer that is ${status}, and requests nothing`, async () => {
      const bench = await Bench.of([status, status, 'running']);
      assert.equal(await bench.run(), bench.session);
      assert.equal(bench.lines.length, 1);
      assert.deepEqual(new Set(bench.forgotten), new Set(['a']));
      assert.deepEqual([bench.starts, bench.service.client.count('retryRestore')], [0, 0]);
    });
  }

  for (const [status, problem] of [
    ['stopped', 'stopped'],
    ['error', 'needsStart'],
    ['lost', 'lost'],
    ['deleting', 'deleting'],
    ['restorable', 'restorable'],
  ] as const) {
    it(`ends at status ${status}, and starts nothing`, async () => {
      const bench = await Bench.of([status]);
      await assert.rejects(
        bench.run(),
        (error) => error instanceof LifecycleError && error.problem === problem,
      );
      assert.deepEqual([bench.starts, bench.service.client.count('retryRestore'), bench.tries], [0, 0, []]);
      assert.equal(bench.service.clock.waiting, 0);
    });
  }

  it('ends once a stopping computer has stopped', async () => {
    const bench = await Bench.of(['stopping', 'stopped']);
    await assert.rejects(bench.run(), /was stopped/);
    assert.deepEqual(bench.lines, ['name of a: stopping. Waiting… (Ctrl+C cancels)']);
  });

  it('ends with an error where the computer was deleted', async () => {
    const bench = await Bench.of([new ApiError('notFound')]);
    await assert.rejects(bench.run(), /was deleted/);
  });

  it('ends at an error that is not transient', async () => {
    const wrong = new HostKeyError('changed', { user: 'ohm', host: 'h', port: 22 }, 'shown', ['expected']);
    const bench = await Bench.of(['running'], wrong);
    await assert.rejects(bench.run(), wrong);
    assert.equal(bench.tries.length, 1);
  });

  it('ends with the reason of its signal', async () => {
    const bench = await Bench.of(['running'], sshError('unreachable'));
    const way = bench.begin();
    await bench.service.clock.advance(2_000);
    bench.cancel.abort();
    await assert.rejects(way, isCancellation);
    assert.equal(bench.service.clock.waiting, 0);
  });
});
