import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { abortable } from '../../../src/base/abort';
import { SingleFlight } from '../../../src/base/singleFlight';
import { type Deferred, deferred } from '../support/deferred';
import { settled } from '../support/fakeClock';

const forever = new AbortController().signal;

/** A task that a test reports from and ends by hand. */
class HandRun {
  readonly runs: { signal: AbortSignal; report: (step: string) => void; end: Deferred<string> }[] = [];

  readonly run = (signal: AbortSignal, report: (step: string) => void): Promise<string> => {
    const end = deferred<string>();
    this.runs.push({ signal, report, end });
    return abortable(end.promise, signal);
  };
}

describe('SingleFlight', () => {
  it('runs once for all callers, and gives each the result', async () => {
    const tasks = new SingleFlight<string, string>();
    const hand = new HandRun();
    const joined = [1, 2, 3].map(() => tasks.join('a', hand.run, forever));
    await settled();
    assert.equal(hand.runs.length, 1);
    hand.runs[0]!.end.resolve('done');
    assert.deepEqual(await Promise.all(joined), ['done', 'done', 'done']);
  });

  it('runs different keys at the same time', async () => {
    const tasks = new SingleFlight<string, string>();
    const hand = new HandRun();
    const a = tasks.join('a', hand.run, forever);
    const b = tasks.join('b', hand.run, forever);
    await settled();
    hand.runs[1]!.end.resolve('b done');
    hand.runs[0]!.end.resolve('a done');
    assert.deepEqual([await a, await b], ['a done', 'b done']);
  });

  it('rejects for each caller, and runs again for the next', async () => {
    const tasks = new SingleFlight<string, string>();
    const hand = new HandRun();
    const failing = [1, 2].map(() => tasks.join('a', hand.run, forever));
    await settled();
    hand.runs[0]!.end.reject(new Error('no luck'));
    for (const one of failing) await assert.rejects(one, /no luck/);
    const again = tasks.join('a', hand.run, forever);
    await settled();
    hand.runs[1]!.end.resolve('better');
    assert.equal(await again, 'better');
  });

  it('reports the latest step to a late caller, and all that follow to each', async () => {
    const tasks = new SingleFlight<string, string>();
    const hand = new HandRun();
    const early: string[] = [];
    const late: string[] = [];
    const first = tasks.join('a', hand.run, forever, (step) => early.push(step));
    await settled();
    hand.runs[0]!.report('one');
    hand.runs[0]!.report('two');
    const second = tasks.join('a', hand.run, forever, (step) => late.push(step));
    hand.runs[0]!.report('three');
    hand.runs[0]!.end.resolve('done');
    await Promise.all([first, second]);
    assert.deepEqual(early, ['one', 'two', 'three']);
    assert.deepEqual(late, ['two', 'three']);
  });

  it('lets one caller cancel without an effect on the other', async () => {
    const tasks = new SingleFlight<string, string>();
    const hand = new HandRun();
    const leaving = new AbortController();
    const heard: string[] = [];
    const leaver = tasks.join('a', hand.run, leaving.signal, (step) => heard.push(step));
    const stayer = tasks.join('a', hand.run, forever);
    await settled();
    leaving.abort();
    await assert.rejects(leaver, { name: 'AbortError' });
    hand.runs[0]!.report('after it left');
    assert.equal(hand.runs[0]!.signal.aborted, false);
    hand.runs[0]!.end.resolve('done');
    assert.equal(await stayer, 'done');
    assert.deepEqual(heard, []);
  });

  it('aborts the run when the last caller cancels; the next one gets a run of its own', async () => {
    const tasks = new SingleFlight<string, string>();
    const hand = new HandRun();
    const callers = [new AbortController(), new AbortController()];
    const joined = callers.map(({ signal }) => tasks.join('a', hand.run, signal));
    await settled();
    callers[0]!.abort();
    assert.equal(hand.runs[0]!.signal.aborted, false);
    await assert.rejects(joined[0]!);
    callers[1]!.abort();
    await assert.rejects(joined[1]!);
    assert.equal(hand.runs[0]!.signal.aborted, true);
    const next = tasks.join('a', hand.run, forever);
    await settled();
    hand.runs[1]!.end.resolve('new');
    assert.equal(await next, 'new');
  });

  it('runs nothing for a caller that has already cancelled', async () => {
    const tasks = new SingleFlight<string, string>();
    const hand = new HandRun();
    await assert.rejects(tasks.join('a', hand.run, AbortSignal.abort()), { name: 'AbortError' });
    await settled();
    assert.equal(hand.runs.length, 0);
  });
});
