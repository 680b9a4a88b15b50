import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { detectWake } from '../../../src/base/wakeDetector';
import { FakeClock } from '../support/fakeClock';

describe('detectWake', () => {
  it('calls back once for each sleep, and at no other time', async () => {
    const clock = new FakeClock();
    let woken = 0;
    const watch = detectWake(clock, () => (woken += 1));
    await clock.advance(60_000);
    assert.equal(woken, 0);
    clock.sleep(3_600_000);
    await clock.advance(5_000);
    assert.equal(woken, 1);
    await clock.advance(60_000);
    assert.equal(woken, 1);
    watch.dispose();
    await clock.advance(0);
    assert.equal(clock.waiting, 0);
  });
});
