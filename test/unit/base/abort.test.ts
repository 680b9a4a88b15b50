import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { abortable, isCancellation } from '../../../src/base/abort';
import { deferred } from '../support/deferred';

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

  it('distinguishes a cancellation from a failure', () => {
    assert.equal(isCancellation(AbortSignal.abort().reason), true);
    assert.equal(isCancellation(new Error('AbortError')), false);
    assert.equal(isCancellation(undefined), false);
  });
});
