import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ApiError, isApiError } from '../../../src/api/apiErrors';
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

describe('ensureRunning', () => {
  it('reads a running computer once and does not start it', async () => {
    const harness = await LifecycleHarness.with('a running');
    harness.scriptFetches('running');
    const { result, steps } = harness.open();
    assert.equal((await harness.timely(result)).status, 'running');
    assert.deepEqual(harness.client.calls, ['get a']);
    assert.deepEqual(steps, []);
  });

  it('starts a stopped computer once, and waits', async () => {
    const harness = await LifecycleHarness.with('a stopped');
    harness.scriptFetches('stopped', 'starting', 'starting', 'running');
    harness.client.script('start', parseComputer('a starting'));
    const { result, steps } = harness.open();
    assert.equal((await harness.timely(result)).status, 'running');
    assert.equal(harness.client.count('start', 'a'), 1);
    assert.deepEqual(steps, ['asked start', 'waiting starting', 'waiting starting']);
    assert.deepEqual(harness.takeEvents(), ['~a starting', '~a running'], 'the list shows each state once');
  });

  it('waits for a stopping computer, then starts it', async () => {
    const harness = await LifecycleHarness.with('a stopping');
    harness.scriptFetches('stopping', 'stopping', 'stopped', 'starting', 'running');
    harness.client.script('start', parseComputer('a starting'));
    const { result, steps } = harness.open();
    await harness.timely(result);
    assert.equal(harness.client.count('start'), 1);
    assert.deepEqual(steps, ['waiting stopping', 'waiting stopping', 'asked start', 'waiting starting']);
  });

  for (const status of ['creating', 'pending', 'starting', 'restoring']) {
    it(`waits for a computer that is ${status}`, async () => {
      const harness = await LifecycleHarness.with(`a ${status}`);
      harness.scriptFetches(status, status, 'running');
      await harness.opened();
      assert.deepEqual(harness.client.calls, ['get a', 'get a', 'get a']);
    });
  }

  it('returns a computer with an unknown status as it is', async () => {
    const harness = await LifecycleHarness.with('a hibernating');
    harness.scriptFetches('hibernating');
    assert.equal((await harness.opened()).status, 'hibernating');
    assert.deepEqual(harness.client.calls, ['get a']);
  });

  it('works for a computer that is not listed', async () => {
    const harness = await LifecycleHarness.with();
    harness.scriptFetches('stopped', 'running');
    harness.client.script('start', parseComputer('a starting'));
    await harness.opened();
    assert.equal(harness.shown, 'a running');
  });

  it('polls fast at first and then every 3 s', async () => {
    const harness = await LifecycleHarness.with('a starting');
    harness.scriptFetches('starting');
    const { cancel } = harness.open();
    await harness.clock.advance(3_999);
    assert.equal(harness.client.count('get'), 10);
    await harness.clock.advance(50_000);
    const looks = harness.client.count('get');
    await harness.clock.advance(30_000);
    assert.equal(harness.client.count('get') - looks, 10);
    cancel();
  });
});

describe('a start that conflicts with the status', () => {
  it('polls again: another client may have been faster', async () => {
    const harness = await LifecycleHarness.with('a stopped');
    harness.scriptFetches('stopped', 'starting', 'running');
    harness.client.script('start', conflict);
    assert.equal((await harness.opened()).status, 'running');
    assert.equal(harness.client.count('start'), 1);
  });

  it('is requested once more if nothing has changed', async () => {
    const harness = await LifecycleHarness.with('a stopped');
    harness.scriptFetches('stopped', 'stopped', 'running');
    harness.client.script('start', conflict, parseComputer('a starting'));
    await harness.opened();
    assert.equal(harness.client.count('start'), 2);
  });

  it('fails with the message of the service when it refuses each time', async () => {
    const harness = await LifecycleHarness.with('a stopped');
    harness.scriptFetches('stopped');
    harness.client.script('start', conflict);
    await assert.rejects(
      harness.opened(),
      (error) => isApiError(error, 'conflict') && error.message === 'Computer is busy with a backup',
    );
    assert.equal(harness.client.count('start'), 2);
    assert.equal(harness.shown, 'a stopped');
  });

  it('fails at once when the plan, the key or the request is the reason', async () => {
    for (const kind of ['planLimit', 'forbidden', 'auth', 'validation'] as const) {
      const harness = await LifecycleHarness.with('a stopped');
      harness.scriptFetches('stopped');
      harness.client.script('start', new ApiError(kind));
      await assert.rejects(harness.opened(), (error) => isApiError(error, kind));
      assert.equal(harness.client.count('start'), 1);
      assert.equal(harness.shown, 'a stopped');
    }
  });
});

describe('a computer that does not start', () => {
  it('fails with the reason of the service', async () => {
    const harness = await LifecycleHarness.with('a stopped');
    const failed = wire('a', 'error', { last_error: 'The disk is full' });
    harness.client.script('get', parseComputer('a stopped'), parseComputer('a starting'), failed);
    harness.client.script('start', parseComputer('a starting'));
    await assert.rejects(harness.opened(), problem('failed', /name of a did not start: The disk is full/));
    assert.equal(harness.client.count('start'), 1);
    assert.equal(harness.shown, 'a error');
  });

  it('fails without a reason where the service gives none', async () => {
    const harness = await LifecycleHarness.with('a stopped');
    harness.scriptFetches('stopped', 'error');
    harness.client.script('start', parseComputer('a starting'));
    await assert.rejects(harness.opened(), problem('failed', /gave no reason/));
  });

  it('is started three times and no more when it keeps stopping', async () => {
    const harness = await LifecycleHarness.with('a stopped');
    harness.scriptFetches('stopped');
    harness.client.script('start', parseComputer('a starting'));
    await assert.rejects(harness.opened(), problem('keepsStopping', /stopped again/));
    assert.equal(harness.client.count('start'), 3);
  });

  it('fails when the time limit is reached', async () => {
    const harness = await LifecycleHarness.with('a starting');
    harness.scriptFetches('starting');
    const begin = harness.clock.now();
    await assert.rejects(
      harness.opened({ timeoutMs: 60_000 }),
      problem('timeout', /name of a is still starting after 60 s.*celesto\.startTimeout/),
    );
    const took = harness.clock.now() - begin;
    assert.ok(took > 55_000 && took <= 60_000, `${took} ms`);
    assert.equal(harness.clock.waiting, 0);
  });
});

describe('a computer in status error', () => {
  it('is not started by itself; the error names the reason', async () => {
    const harness = await LifecycleHarness.with('a error');
    harness.client.script('get', wire('a', 'error', { last_error: 'Kernel panic' }));
    await assert.rejects(harness.opened(), problem('needsStart', /needs attention: Kernel panic/));
    assert.deepEqual(harness.client.calls, ['get a']);
  });

  it('is started where the user requested it', async () => {
    const harness = await LifecycleHarness.with('a error');
    harness.scriptFetches('error', 'error', 'starting', 'running');
    harness.client.script('start', parseComputer('a starting'));
    assert.equal((await harness.opened({ startFromError: true })).status, 'running');
    assert.equal(harness.client.count('start'), 1);
  });

  it('is started once when it stays in error', async () => {
    const harness = await LifecycleHarness.with('a error');
    harness.scriptFetches('error');
    harness.client.script('start', parseComputer('a starting'));
    await assert.rejects(harness.opened({ startFromError: true }), problem('failed', /did not start/));
    assert.equal(harness.client.count('start'), 1);
  });

  it('is started once for two callers; the one without a start request fails', async () => {
    const harness = await LifecycleHarness.with('a error');
    harness.scriptFetches('error', 'error', 'running');
    harness.client.script('start', parseComputer('a starting'));
    const careful = harness.open();
    const wishing = [harness.open({ startFromError: true }), harness.open({ startFromError: true })];
    await assert.rejects(harness.timely(careful.result), problem('needsStart', /needs attention/));
    for (const { result } of wishing) assert.equal((await harness.timely(result)).status, 'running');
    assert.equal(harness.client.count('start'), 1);
  });
});

describe('a computer that is gone', () => {
  it('fails as not found, and leaves the list', async () => {
    const harness = await LifecycleHarness.with('a stopped');
    harness.scriptFetches(notFound);
    await assert.rejects(harness.opened(), (error) => isApiError(error, 'notFound'));
    assert.equal(harness.shown, '');
  });

  for (const [what, later, kind, words] of [
    ['is not known any more', notFound, 'deleted', /name of a was deleted/],
    ['is deleted', 'deleted', 'deleted', /name of a was deleted/],
    ['is being deleted', 'deleting', 'deleting', /name of a is being deleted/],
  ] as const) {
    it(`fails when it ${what} while it starts`, async () => {
      const harness = await LifecycleHarness.with('a starting');
      harness.scriptFetches('starting', 'starting', later);
      await assert.rejects(harness.opened(), problem(kind, words));
      assert.equal(harness.shown, kind === 'deleting' ? 'a deleting' : '');
    });
  }

  for (const status of ['deleted', 'deleting'] as const) {
    it(`is not started when it is ${status} from the beginning`, async () => {
      const harness = await LifecycleHarness.with('a stopped');
      harness.scriptFetches(status);
      await assert.rejects(harness.opened(), problem(status, /deleted/));
      assert.deepEqual(harness.client.calls, ['get a']);
    });
  }

  it('fails as deleted when its start is not found', async () => {
    const harness = await LifecycleHarness.with('a stopped');
    harness.scriptFetches('stopped');
    harness.client.script('start', notFound);
    await assert.rejects(harness.opened(), problem('deleted', /name of a was deleted/));
    assert.equal(harness.shown, '');
  });

  it('fails when its host is lost, with the reason and the next step', async () => {
    const harness = await LifecycleHarness.with('a lost');
    harness.client.script('get', wire('a', 'lost', { last_error: 'Host h7 burnt down' }));
    await assert.rejects(harness.opened(), problem('lost', /delete.*Host h7 burnt down/));
    assert.deepEqual(harness.client.calls, ['get a']);
  });
});

describe('a computer that can be restored', () => {
  it('is requested to restore once', async () => {
    const harness = await LifecycleHarness.with('a restorable');
    harness.scriptFetches('restorable', 'restorable', 'restoring', 'running');
    harness.client.script('retryRestore', parseComputer('a restorable'));
    const { result, steps } = harness.open();
    await harness.timely(result);
    assert.equal(harness.client.count('retryRestore', 'a'), 1);
    assert.equal(harness.client.count('start'), 0);
    assert.deepEqual(steps, ['asked restore', 'waiting restorable', 'waiting restoring']);
  });

  it('is started where the service lacks the restore call', async () => {
    const harness = await LifecycleHarness.with('a restorable');
    harness.scriptFetches('restorable', 'restoring', 'running');
    harness.client.script('retryRestore', notFound);
    harness.client.script('start', parseComputer('a restoring'));
    await harness.opened();
    assert.equal(harness.client.count('start', 'a'), 1);
  });

  it('is waited for where the service restores by itself', async () => {
    const harness = await LifecycleHarness.with('a restorable');
    harness.scriptFetches('restorable', 'restorable', 'running');
    harness.client.script('retryRestore', conflict);
    await harness.opened();
    assert.deepEqual(harness.client.calls, ['get a', 'retryRestore a', 'get a', 'get a']);
  });

  it('is waited for where there is no restore call and a start conflicts', async () => {
    const harness = await LifecycleHarness.with('a restorable');
    harness.scriptFetches('restorable', 'restorable', 'running');
    harness.client.script('retryRestore', notFound);
    harness.client.script('start', conflict);
    await harness.opened();
    assert.equal(harness.client.count('start'), 1);
  });
});

describe('a service that cannot be reached', () => {
  it('is waited for', async () => {
    const harness = await LifecycleHarness.with('a starting');
    const away = new ApiError('server', { status: 503 });
    harness.scriptFetches('starting', network, new ApiError('timeout'), away, 'running');
    const { result, steps } = harness.open();
    await harness.timely(result);
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
    it(`fails with its error at the time limit: ${when}`, async () => {
      const harness = await LifecycleHarness.with('a starting');
      harness.scriptFetches(...looks);
      await assert.rejects(harness.opened({ timeoutMs: 30_000 }), network);
    });
  }

  it('is not blamed when it was away for a while and the computer takes too long', async () => {
    const harness = await LifecycleHarness.with('a starting');
    harness.scriptFetches(network, 'starting');
    await assert.rejects(harness.opened({ timeoutMs: 30_000 }), problem('timeout', /still starting/));
  });

  it('is not polled before its Retry-After is over', async () => {
    const harness = await LifecycleHarness.with('a starting');
    harness.scriptFetches('starting', new ApiError('rateLimit', { retryAfter: 20_000 }), 'running');
    const { result } = harness.open();
    await harness.clock.advance(20_399);
    assert.equal(harness.client.count('get'), 2);
    await harness.clock.advance(1);
    assert.equal((await result).status, 'running');
  });

  it('ends the wait at once when its Retry-After exceeds the time limit', async () => {
    const harness = await LifecycleHarness.with('a starting');
    const busy = new ApiError('rateLimit', { retryAfter: 3_600_000 });
    harness.scriptFetches(busy);
    const { result } = harness.open();
    await settled();
    await assert.rejects(result, busy);
  });

  for (const kind of ['auth', 'forbidden', 'malformed'] as const) {
    it(`ends the wait at once with another error: ${kind}`, async () => {
      const harness = await LifecycleHarness.with('a starting');
      harness.scriptFetches(new ApiError(kind));
      await assert.rejects(harness.opened(), (error) => isApiError(error, kind));
      assert.deepEqual(harness.client.calls, ['get a']);
    });
  }
});

describe('cancelling', () => {
  /** Opens, cancels when the harness is at the wished step, and looks whether anything goes on. */
  async function cancelled(harness: LifecycleHarness, ms: number, calls: string[]): Promise<void> {
    const { result, cancel } = harness.open();
    await harness.clock.advance(ms);
    assert.deepEqual(harness.client.calls, calls);
    cancel();
    await assert.rejects(result, { name: 'AbortError' });
    await harness.clock.advance(3_600_000);
    assert.deepEqual(harness.client.calls, calls, 'nothing more is called');
    assert.equal(harness.clock.waiting, 0, 'no timer is left');
  }
  const never = deferred<WireComputer>().promise;

  it('ends the first poll', async () => {
    const harness = await LifecycleHarness.with('a stopped');
    harness.client.script('get', never);
    await cancelled(harness, 0, ['get a']);
  });

  it('ends the start request: the list shows the confirmed status again', async () => {
    const harness = await LifecycleHarness.with('a stopped');
    harness.scriptFetches('stopped');
    harness.client.script('start', never);
    await cancelled(harness, 0, ['get a', 'start a']);
    assert.equal(harness.shown, 'a stopped');
  });

  it('ends the restore request', async () => {
    const harness = await LifecycleHarness.with('a restorable');
    harness.scriptFetches('restorable');
    harness.client.script('retryRestore', never);
    await cancelled(harness, 0, ['get a', 'retryRestore a']);
  });

  it('ends the pause between two polls', async () => {
    const harness = await LifecycleHarness.with('a starting');
    harness.scriptFetches('starting');
    await cancelled(harness, 500, ['get a', 'get a']);
  });

  it('ends a later poll', async () => {
    const harness = await LifecycleHarness.with('a starting');
    harness.client.script('get', parseComputer('a starting'), never);
    await cancelled(harness, 400, ['get a', 'get a']);
  });

  it('ends the wait for the service', async () => {
    const harness = await LifecycleHarness.with('a starting');
    harness.scriptFetches(network);
    await cancelled(harness, 500, ['get a', 'get a']);
  });

  it('does not begin', async () => {
    const harness = await LifecycleHarness.with('a stopped');
    harness.scriptFetches('stopped');
    const { result } = harness.open({ signal: AbortSignal.abort() });
    await assert.rejects(result, { name: 'AbortError' });
    await harness.clock.advance(1_000);
    assert.deepEqual(harness.client.calls, []);
  });
});

describe('several callers for one computer', () => {
  async function starting(): Promise<LifecycleHarness> {
    const harness = await LifecycleHarness.with('a stopped');
    harness.scriptFetches('stopped', 'starting', 'starting', 'running');
    harness.client.script('start', parseComputer('a starting'));
    return harness;
  }

  it('share one start', async () => {
    const harness = await starting();
    const openings = [harness.open(), harness.open()];
    for (const { result } of openings) assert.equal((await harness.timely(result)).status, 'running');
    assert.equal(harness.client.count('start'), 1);
    assert.equal(harness.client.count('get'), 4);
  });

  it('do not affect each other: one cancels, the other succeeds', async () => {
    const harness = await starting();
    const [leaving, staying] = [harness.open(), harness.open()];
    await harness.clock.advance(500);
    leaving.cancel();
    await assert.rejects(leaving.result, { name: 'AbortError' });
    assert.equal((await harness.timely(staying.result)).status, 'running');
    assert.equal(harness.client.count('start'), 1);
  });

  it('abort the run when both cancel', async () => {
    const harness = await starting();
    const openings = [harness.open(), harness.open()];
    await harness.clock.advance(500);
    for (const { cancel } of openings) cancel();
    for (const { result } of openings) await assert.rejects(result, { name: 'AbortError' });
    const { length } = harness.client.calls;
    await harness.clock.advance(3_600_000);
    assert.equal(harness.client.calls.length, length);
    assert.equal(harness.clock.waiting, 0);
  });

  it('start a new run after both cancelled', async () => {
    const harness = await starting();
    const first = harness.open();
    await harness.clock.advance(0);
    first.cancel();
    assert.equal((await harness.opened()).status, 'running');
  });

  it('receive the latest step at once when they join late', async () => {
    const harness = await starting();
    const early = harness.open();
    await harness.clock.advance(500);
    const late = harness.open();
    assert.deepEqual(late.steps, ['waiting starting']);
    await harness.timely(late.result);
    assert.deepEqual(early.steps, ['asked start', 'waiting starting', 'waiting starting']);
    assert.deepEqual(late.steps, ['waiting starting', 'waiting starting']);
  });

  it('fail together', async () => {
    const harness = await LifecycleHarness.with('a lost');
    harness.scriptFetches('lost');
    for (const { result } of [harness.open(), harness.open()]) {
      await assert.rejects(harness.timely(result), problem('lost', /lost/));
    }
    assert.equal(harness.client.count('get'), 1);
  });
});

describe('the maximum age of a listed status', () => {
  it('saves the request for a computer that was listed as running lately', async () => {
    const harness = await LifecycleHarness.with('a running');
    await harness.clock.advance(1_000);
    assert.equal((await harness.opened({ maxAgeMs: 2_000 })).status, 'running');
    assert.deepEqual(harness.client.calls, []);
  });

  for (const [what, computer, trustFor] of [
    ['it is too old', 'a running', 1_000],
    ['nobody trusts it', 'a running', undefined],
    ['it says something else', 'a stopped', 2_000],
    ['it does not have it', 'b running', 2_000],
  ] as const) {
    it(`requests the computer where ${what}`, async () => {
      const harness = await LifecycleHarness.with(computer);
      await harness.clock.advance(1_000);
      harness.scriptFetches('running');
      await harness.opened({ maxAgeMs: trustFor });
      assert.deepEqual(harness.client.calls, ['get a']);
    });
  }
});
