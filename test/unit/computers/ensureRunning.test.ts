import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ApiError, isApiError } from '../../../src/api/errors';
import type { WireComputer } from '../../../src/api/wire';
import { LifecycleError, type LifecycleProblem } from '../../../src/computers/errors';
import { wire } from '../support/computers';
import { deferred } from '../support/deferred';
import { settled } from '../support/fakeClock';
import { LifecycleHarness } from '../support/lifecycleHarness';
import { parseComputer } from '../support/storeHarness';

const conflict = new ApiError('conflict', { status: 409, detail: 'Computer is busy with a backup' });
const notFound = new ApiError('notFound', { status: 404 });
const network = new ApiError('network');

/** A check that a run ended with this problem, told in such words. */
function problem(kind: LifecycleProblem, words: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof LifecycleError, String(error));
    assert.equal(error.problem, kind);
    assert.match(error.message, words);
    return true;
  };
}

describe('bringing a computer up', () => {
  it('that runs takes one look and no start', async () => {
    const bench = await LifecycleHarness.with('a running');
    bench.scriptFetches('running');
    const { result, steps } = bench.open();
    assert.equal((await bench.timely(result)).status, 'running');
    assert.deepEqual(bench.client.calls, ['get a']);
    assert.deepEqual(steps, []);
  });

  it('that is stopped starts it, once, and waits', async () => {
    const bench = await LifecycleHarness.with('a stopped');
    bench.scriptFetches('stopped', 'starting', 'starting', 'running');
    bench.client.script('start', parseComputer('a starting'));
    const { result, steps } = bench.open();
    assert.equal((await bench.timely(result)).status, 'running');
    assert.equal(bench.client.count('start', 'a'), 1);
    assert.deepEqual(steps, ['asked start', 'waiting starting', 'waiting starting']);
    assert.deepEqual(bench.takeEvents(), ['~a starting', '~a running'], 'the list shows each state once');
  });

  it('that is stopping waits, and starts it then', async () => {
    const bench = await LifecycleHarness.with('a stopping');
    bench.scriptFetches('stopping', 'stopping', 'stopped', 'starting', 'running');
    bench.client.script('start', parseComputer('a starting'));
    const { result, steps } = bench.open();
    await bench.timely(result);
    assert.equal(bench.client.count('start'), 1);
    assert.deepEqual(steps, ['waiting stopping', 'waiting stopping', 'asked start', 'waiting starting']);
  });

  for (const status of ['creating', 'pending', 'starting', 'restoring']) {
    it(`that is ${status} just waits`, async () => {
      const bench = await LifecycleHarness.with(`a ${status}`);
      bench.scriptFetches(status, status, 'running');
      await bench.opened();
      assert.deepEqual(bench.client.calls, ['get a', 'get a', 'get a']);
    });
  }

  it('with a status newer than this extension tries it as it is', async () => {
    const bench = await LifecycleHarness.with('a hibernating');
    bench.scriptFetches('hibernating');
    assert.equal((await bench.opened()).status, 'hibernating');
    assert.deepEqual(bench.client.calls, ['get a']);
  });

  it('that is in no list works as well', async () => {
    const bench = await LifecycleHarness.with();
    bench.scriptFetches('stopped', 'running');
    bench.client.script('start', parseComputer('a starting'));
    await bench.opened();
    assert.equal(bench.shown, 'a running');
  });

  it('looks briskly at first and then every 3 s', async () => {
    const bench = await LifecycleHarness.with('a starting');
    bench.scriptFetches('starting');
    const { cancel } = bench.open();
    await bench.clock.advance(3_999);
    assert.equal(bench.client.count('get'), 10);
    await bench.clock.advance(50_000);
    const looks = bench.client.count('get');
    await bench.clock.advance(30_000);
    assert.equal(bench.client.count('get') - looks, 10);
    cancel();
  });
});

describe('a start that the state does not allow', () => {
  it('looks again: somebody else may have been quicker', async () => {
    const bench = await LifecycleHarness.with('a stopped');
    bench.scriptFetches('stopped', 'starting', 'running');
    bench.client.script('start', conflict);
    assert.equal((await bench.opened()).status, 'running');
    assert.equal(bench.client.count('start'), 1);
  });

  it('asks once more if nothing has changed', async () => {
    const bench = await LifecycleHarness.with('a stopped');
    bench.scriptFetches('stopped', 'stopped', 'running');
    bench.client.script('start', conflict, parseComputer('a starting'));
    await bench.opened();
    assert.equal(bench.client.count('start'), 2);
  });

  it('ends with the words of the service when it refuses each time', async () => {
    const bench = await LifecycleHarness.with('a stopped');
    bench.scriptFetches('stopped');
    bench.client.script('start', conflict);
    await assert.rejects(
      bench.opened(),
      (error) => isApiError(error, 'conflict') && error.message === 'Computer is busy with a backup',
    );
    assert.equal(bench.client.count('start'), 2);
    assert.equal(bench.shown, 'a stopped');
  });

  it('ends at once when the plan, the key or the request is the reason', async () => {
    for (const kind of ['planLimit', 'forbidden', 'auth', 'validation'] as const) {
      const bench = await LifecycleHarness.with('a stopped');
      bench.scriptFetches('stopped');
      bench.client.script('start', new ApiError(kind));
      await assert.rejects(bench.opened(), (error) => isApiError(error, kind));
      assert.equal(bench.client.count('start'), 1);
      assert.equal(bench.shown, 'a stopped');
    }
  });
});

describe('a computer that does not come up', () => {
  it('is told with the reason of the service', async () => {
    const bench = await LifecycleHarness.with('a stopped');
    const failed = wire('a', 'error', { last_error: 'The disk is full' });
    bench.client.script('get', parseComputer('a stopped'), parseComputer('a starting'), failed);
    bench.client.script('start', parseComputer('a starting'));
    await assert.rejects(bench.opened(), problem('failed', /name of a did not start: The disk is full/));
    assert.equal(bench.client.count('start'), 1);
    assert.equal(bench.shown, 'a error');
  });

  it('is told without one where the service gives none', async () => {
    const bench = await LifecycleHarness.with('a stopped');
    bench.scriptFetches('stopped', 'error');
    bench.client.script('start', parseComputer('a starting'));
    await assert.rejects(bench.opened(), problem('failed', /gives no reason/));
  });

  it('keeps stopping: is started three times and no more', async () => {
    const bench = await LifecycleHarness.with('a stopped');
    bench.scriptFetches('stopped');
    bench.client.script('start', parseComputer('a starting'));
    await assert.rejects(bench.opened(), problem('keepsStopping', /stopped again/));
    assert.equal(bench.client.count('start'), 3);
  });

  it('is given up when the time is over', async () => {
    const bench = await LifecycleHarness.with('a starting');
    bench.scriptFetches('starting');
    const begin = bench.clock.now();
    await assert.rejects(
      bench.opened({ timeoutMs: 60_000 }),
      problem('timeout', /name of a is still starting after 60 s.*celesto\.startTimeout/),
    );
    const took = bench.clock.now() - begin;
    assert.ok(took > 55_000 && took <= 60_000, `${took} ms`);
    assert.equal(bench.clock.waiting, 0);
  });
});

describe('a computer in status error', () => {
  it('is not started by itself; its reason is told', async () => {
    const bench = await LifecycleHarness.with('a error');
    bench.client.script('get', wire('a', 'error', { last_error: 'Kernel panic' }));
    await assert.rejects(bench.opened(), problem('needsStart', /needs attention: Kernel panic/));
    assert.deepEqual(bench.client.calls, ['get a']);
  });

  it('is started where a person asked for it', async () => {
    const bench = await LifecycleHarness.with('a error');
    bench.scriptFetches('error', 'error', 'starting', 'running');
    bench.client.script('start', parseComputer('a starting'));
    assert.equal((await bench.opened({ startFromError: true })).status, 'running');
    assert.equal(bench.client.count('start'), 1);
  });

  it('that stays in it is started once', async () => {
    const bench = await LifecycleHarness.with('a error');
    bench.scriptFetches('error');
    bench.client.script('start', parseComputer('a starting'));
    await assert.rejects(bench.opened({ startFromError: true }), problem('failed', /did not start/));
    assert.equal(bench.client.count('start'), 1);
  });

  it('is started once for two who ask; the one who did not wish for a start is told', async () => {
    const bench = await LifecycleHarness.with('a error');
    bench.scriptFetches('error', 'error', 'running');
    bench.client.script('start', parseComputer('a starting'));
    const careful = bench.open();
    const wishing = [bench.open({ startFromError: true }), bench.open({ startFromError: true })];
    await assert.rejects(bench.timely(careful.result), problem('needsStart', /needs attention/));
    for (const { result } of wishing) assert.equal((await bench.timely(result)).status, 'running');
    assert.equal(bench.client.count('start'), 1);
  });
});

describe('a computer that is gone', () => {
  it('that the service does not know is told as that, and leaves the list', async () => {
    const bench = await LifecycleHarness.with('a stopped');
    bench.scriptFetches(notFound);
    await assert.rejects(bench.opened(), (error) => isApiError(error, 'notFound'));
    assert.equal(bench.shown, '');
  });

  for (const [what, later, kind, words] of [
    ['is not known any more', notFound, 'deleted', /name of a was deleted/],
    ['is deleted', 'deleted', 'deleted', /name of a was deleted/],
    ['is being deleted', 'deleting', 'deleting', /name of a is being deleted/],
  ] as const) {
    it(`that ${what} while it starts`, async () => {
      const bench = await LifecycleHarness.with('a starting');
      bench.scriptFetches('starting', 'starting', later);
      await assert.rejects(bench.opened(), problem(kind, words));
      assert.equal(bench.shown, kind === 'deleting' ? 'a deleting' : '');
    });
  }

  for (const status of ['deleted', 'deleting'] as const) {
    it(`that is ${status} from the beginning is not started`, async () => {
      const bench = await LifecycleHarness.with('a stopped');
      bench.scriptFetches(status);
      await assert.rejects(bench.opened(), problem(status, /deleted/));
      assert.deepEqual(bench.client.calls, ['get a']);
    });
  }

  it('that is not known any more when it shall start', async () => {
    const bench = await LifecycleHarness.with('a stopped');
    bench.scriptFetches('stopped');
    bench.client.script('start', notFound);
    await assert.rejects(bench.opened(), problem('deleted', /name of a was deleted/));
    assert.equal(bench.shown, '');
  });

  it('that lost its host is refused, with the reason and what can be done', async () => {
    const bench = await LifecycleHarness.with('a lost');
    bench.client.script('get', wire('a', 'lost', { last_error: 'Host h7 burnt down' }));
    await assert.rejects(bench.opened(), problem('lost', /delete.*Host h7 burnt down/));
    assert.deepEqual(bench.client.calls, ['get a']);
  });
});

describe('a computer that can be restored', () => {
  it('is asked for once', async () => {
    const bench = await LifecycleHarness.with('a restorable');
    bench.scriptFetches('restorable', 'restorable', 'restoring', 'running');
    bench.client.script('retryRestore', parseComputer('a restorable'));
    const { result, steps } = bench.open();
    await bench.timely(result);
    assert.equal(bench.client.count('retryRestore', 'a'), 1);
    assert.equal(bench.client.count('start'), 0);
    assert.deepEqual(steps, ['asked restore', 'waiting restorable', 'waiting restoring']);
  });

  it('is started where the service has no such call', async () => {
    const bench = await LifecycleHarness.with('a restorable');
    bench.scriptFetches('restorable', 'restoring', 'running');
    bench.client.script('retryRestore', notFound);
    bench.client.script('start', parseComputer('a restoring'));
    await bench.opened();
    assert.equal(bench.client.count('start', 'a'), 1);
  });

  it('is waited for where the service says that it needs no asking', async () => {
    const bench = await LifecycleHarness.with('a restorable');
    bench.scriptFetches('restorable', 'restorable', 'running');
    bench.client.script('retryRestore', conflict);
    await bench.opened();
    assert.deepEqual(bench.client.calls, ['get a', 'retryRestore a', 'get a', 'get a']);
  });

  it('is waited for where there is no such call and a start is not allowed', async () => {
    const bench = await LifecycleHarness.with('a restorable');
    bench.scriptFetches('restorable', 'restorable', 'running');
    bench.client.script('retryRestore', notFound);
    bench.client.script('start', conflict);
    await bench.opened();
    assert.equal(bench.client.count('start'), 1);
  });
});

describe('a service that cannot be asked', () => {
  it('is waited for', async () => {
    const bench = await LifecycleHarness.with('a starting');
    const away = new ApiError('server', { status: 503 });
    bench.scriptFetches('starting', network, new ApiError('timeout'), away, 'running');
    const { result, steps } = bench.open();
    await bench.timely(result);
    assert.deepEqual(steps, [
      'waiting starting',
      'unreachable network',
      'unreachable timeout',
      'unreachable server',
    ]);
  });

  for (const [when, looks] of [
    ['from the beginning', [network]],
    ['while the computer starts', ['starting', 'starting', network]],
  ] as const) {
    it(`${when} is told when the time is over`, async () => {
      const bench = await LifecycleHarness.with('a starting');
      bench.scriptFetches(...looks);
      await assert.rejects(bench.opened({ timeoutMs: 30_000 }), network);
    });
  }

  it('that was away for a while is not blamed when the computer takes too long', async () => {
    const bench = await LifecycleHarness.with('a starting');
    bench.scriptFetches(network, 'starting');
    await assert.rejects(bench.opened({ timeoutMs: 30_000 }), problem('timeout', /still starting/));
  });

  it('is left alone as long as it asks for', async () => {
    const bench = await LifecycleHarness.with('a starting');
    bench.scriptFetches('starting', new ApiError('rateLimit', { retryAfter: 20_000 }), 'running');
    const { result } = bench.open();
    await bench.clock.advance(20_399);
    assert.equal(bench.client.count('get'), 2);
    await bench.clock.advance(1);
    assert.equal((await result).status, 'running');
  });

  it('that asks for more time than there is ends the wait at once', async () => {
    const bench = await LifecycleHarness.with('a starting');
    const busy = new ApiError('rateLimit', { retryAfter: 3_600_000 });
    bench.scriptFetches(busy);
    const { result } = bench.open();
    await settled();
    await assert.rejects(result, busy);
  });

  for (const kind of ['auth', 'forbidden', 'malformed'] as const) {
    it(`for another reason ends it at once: ${kind}`, async () => {
      const bench = await LifecycleHarness.with('a starting');
      bench.scriptFetches(new ApiError(kind));
      await assert.rejects(bench.opened(), (error) => isApiError(error, kind));
      assert.deepEqual(bench.client.calls, ['get a']);
    });
  }
});

describe('cancelling', () => {
  /** Opens, cancels when the bench is at the wished step, and looks whether anything goes on. */
  async function cancelled(bench: LifecycleHarness, ms: number, calls: string[]): Promise<void> {
    const { result, cancel } = bench.open();
    await bench.clock.advance(ms);
    assert.deepEqual(bench.client.calls, calls);
    cancel();
    await assert.rejects(result, { name: 'AbortError' });
    await bench.clock.advance(3_600_000);
    assert.deepEqual(bench.client.calls, calls, 'nothing more is called');
    assert.equal(bench.clock.waiting, 0, 'no timer is left');
  }
  const never = deferred<WireComputer>().promise;

  it('during the first look', async () => {
    const bench = await LifecycleHarness.with('a stopped');
    bench.client.script('get', never);
    await cancelled(bench, 0, ['get a']);
  });

  it('while the start is asked for: the list shows the truth again', async () => {
    const bench = await LifecycleHarness.with('a stopped');
    bench.scriptFetches('stopped');
    bench.client.script('start', never);
    await cancelled(bench, 0, ['get a', 'start a']);
    assert.equal(bench.shown, 'a stopped');
  });

  it('while the restore is asked for', async () => {
    const bench = await LifecycleHarness.with('a restorable');
    bench.scriptFetches('restorable');
    bench.client.script('retryRestore', never);
    await cancelled(bench, 0, ['get a', 'retryRestore a']);
  });

  it('between two looks', async () => {
    const bench = await LifecycleHarness.with('a starting');
    bench.scriptFetches('starting');
    await cancelled(bench, 500, ['get a', 'get a']);
  });

  it('during a later look', async () => {
    const bench = await LifecycleHarness.with('a starting');
    bench.client.script('get', parseComputer('a starting'), never);
    await cancelled(bench, 400, ['get a', 'get a']);
  });

  it('while the service is away', async () => {
    const bench = await LifecycleHarness.with('a starting');
    bench.scriptFetches(network);
    await cancelled(bench, 500, ['get a', 'get a']);
  });

  it('before it began', async () => {
    const bench = await LifecycleHarness.with('a stopped');
    bench.scriptFetches('stopped');
    const { result } = bench.open({ signal: AbortSignal.abort() });
    await assert.rejects(result, { name: 'AbortError' });
    await bench.clock.advance(1_000);
    assert.deepEqual(bench.client.calls, []);
  });
});

describe('several who open one computer', () => {
  async function starting(): Promise<LifecycleHarness> {
    const bench = await LifecycleHarness.with('a stopped');
    bench.scriptFetches('stopped', 'starting', 'starting', 'running');
    bench.client.script('start', parseComputer('a starting'));
    return bench;
  }

  it('share one start', async () => {
    const bench = await starting();
    const openings = [bench.open(), bench.open()];
    for (const { result } of openings) assert.equal((await bench.timely(result)).status, 'running');
    assert.equal(bench.client.count('start'), 1);
    assert.equal(bench.client.count('get'), 4);
  });

  it('do not disturb each other: one cancels, the other gets there', async () => {
    const bench = await starting();
    const [leaving, staying] = [bench.open(), bench.open()];
    await bench.clock.advance(500);
    leaving.cancel();
    await assert.rejects(leaving.result, { name: 'AbortError' });
    assert.equal((await bench.timely(staying.result)).status, 'running');
    assert.equal(bench.client.count('start'), 1);
  });

  it('end it when both cancel', async () => {
    const bench = await starting();
    const openings = [bench.open(), bench.open()];
    await bench.clock.advance(500);
    for (const { cancel } of openings) cancel();
    for (const { result } of openings) await assert.rejects(result, { name: 'AbortError' });
    const { length } = bench.client.calls;
    await bench.clock.advance(3_600_000);
    assert.equal(bench.client.calls.length, length);
    assert.equal(bench.clock.waiting, 0);
  });

  it('begin anew after both cancelled', async () => {
    const bench = await starting();
    const first = bench.open();
    await bench.clock.advance(0);
    first.cancel();
    assert.equal((await bench.opened()).status, 'running');
  });

  it('hear the latest step at once when they come late', async () => {
    const bench = await starting();
    const early = bench.open();
    await bench.clock.advance(500);
    const late = bench.open();
    assert.deepEqual(late.steps, ['waiting starting']);
    await bench.timely(late.result);
    assert.deepEqual(early.steps, ['asked start', 'waiting starting', 'waiting starting']);
    assert.deepEqual(late.steps, ['waiting starting', 'waiting starting']);
  });

  it('fail together', async () => {
    const bench = await LifecycleHarness.with('a lost');
    bench.scriptFetches('lost');
    for (const { result } of [bench.open(), bench.open()]) {
      await assert.rejects(bench.timely(result), problem('lost', /lost/));
    }
    assert.equal(bench.client.count('get'), 1);
  });
});

describe('trusting the list', () => {
  it('asks nothing where it says that the computer runs, and said so lately', async () => {
    const bench = await LifecycleHarness.with('a running');
    await bench.clock.advance(1_000);
    assert.equal((await bench.opened({ maxAgeMs: 2_000 })).status, 'running');
    assert.deepEqual(bench.client.calls, []);
  });

  for (const [what, computer, trustFor] of [
    ['it is too old', 'a running', 1_000],
    ['nobody trusts it', 'a running', undefined],
    ['it says something else', 'a stopped', 2_000],
    ['it does not have it', 'b running', 2_000],
  ] as const) {
    it(`asks where ${what}`, async () => {
      const bench = await LifecycleHarness.with(computer);
      await bench.clock.advance(1_000);
      bench.scriptFetches('running');
      await bench.opened({ maxAgeMs: trustFor });
      assert.deepEqual(bench.client.calls, ['get a']);
    });
  }
});
