import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { abortable, isCancellation } from '../../../src/base/abort';
import { systemClock } from '../../../src/base/clock';
import { DisposableStore, toDisposable } from '../../../src/base/disposable';
import { Emitter } from '../../../src/base/emitter';
import { deferred } from '../support/deferred';

describe('Disposables', () => {
  it('ends what it holds once, the youngest first', () => {
    const ended: string[] = [];
    const held = new DisposableStore();
    for (const name of ['a', 'b', 'c']) held.add(toDisposable(() => ended.push(name)));
    held.dispose();
    held.dispose();
    assert.deepEqual(ended, ['c', 'b', 'a']);
  });

  it('ends at once what is added too late', () => {
    const held = new DisposableStore();
    held.dispose();
    let ended = false;
    held.add(toDisposable(() => (ended = true)));
    assert.equal(ended, true);
  });

  it('runs the function of a disposable at most once', () => {
    let times = 0;
    const one = toDisposable(() => (times += 1));
    one.dispose();
    one.dispose();
    assert.equal(times, 1);
  });
});

describe('Emitter', () => {
  it('reaches each listener until it is disposed', () => {
    const emitter = new Emitter<number>();
    const heard: string[] = [];
    const first = emitter.event((value) => heard.push(`first ${value}`));
    emitter.event((value) => heard.push(`second ${value}`));
    emitter.fire(1);
    first.dispose();
    emitter.fire(2);
    assert.deepEqual(heard, ['first 1', 'second 1', 'second 2']);
    assert.equal(emitter.size, 1);
    emitter.dispose();
    emitter.fire(3);
    assert.equal(heard.length, 3);
  });

  it('keeps two subscriptions of one function apart', () => {
    const emitter = new Emitter<number>();
    let heard = 0;
    const listener = (): void => void (heard += 1);
    const first = emitter.event(listener);
    emitter.event(listener);
    first.dispose();
    first.dispose();
    emitter.fire(1);
    assert.equal(heard, 1);
  });

  it('lets listeners come and go while it fires', () => {
    const emitter = new Emitter<number>();
    const heard: string[] = [];
    const once = emitter.event(() => {
      heard.push('once');
      once.dispose();
      emitter.event(() => heard.push('newcomer'));
    });
    emitter.fire(1);
    assert.deepEqual(heard, ['once']);
    emitter.fire(2);
    assert.deepEqual(heard, ['once', 'newcomer']);
  });
});

describe('abortable', () => {
  it('passes results and errors on', async () => {
    const { signal } = new AbortController();
    assert.equal(await abortable(Promise.resolve(7), signal), 7);
    await assert.rejects(abortable(Promise.reject(new Error('no')), signal), /no/);
  });

  it('rejects with the reason of the signal, before and during the wait', async () => {
    const reason = new Error('enough');
    await assert.rejects(abortable(Promise.resolve(7), AbortSignal.abort(reason)), reason);
    const controller = new AbortController();
    const waiting = abortable(deferred<number>().promise, controller.signal);
    controller.abort(reason);
    await assert.rejects(waiting, reason);
  });

  it('tells a cancellation from a failure', () => {
    assert.equal(isCancellation(AbortSignal.abort().reason), true);
    assert.equal(isCancellation(new Error('AbortError')), false);
    assert.equal(isCancellation(undefined), false);
  });
});

describe('systemClock', () => {
  it('waits as long as it is told', async () => {
    const begin = performance.now();
    await systemClock.delay(30);
    assert.ok(performance.now() - begin >= 29);
  });

  it('rejects with the reason of the signal, before and during the wait', async () => {
    const reason = new Error('enough');
    await assert.rejects(systemClock.delay(60_000, AbortSignal.abort(reason)), reason);
    const controller = new AbortController();
    const waiting = systemClock.delay(60_000, controller.signal);
    controller.abort(reason);
    await assert.rejects(waiting, reason);
  });
});
