import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { systemClock } from '../../../src/base/clock';

describe('systemClock', () => {
  it('waits for the given time', async () => {
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
