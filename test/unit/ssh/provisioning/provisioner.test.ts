import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Provisioner } from '../../../../src/ssh/provisioning/provisioner';
import type { Provisioning } from '../../../../src/ssh/provisioning/provisioning';
import { deferred } from '../../support/deferred';

const useless: Provisioning = { hostKeys: [], keyInstalled: false, refusal: 'not yet' };
const useful: Provisioning = { hostKeys: [], keyInstalled: true };

describe('Introducer', () => {
  /** An introducer that gets these answers, one for each time it asks. */
  function introducer(...answers: Promise<Provisioning>[]) {
    let asked = 0;
    return { count: () => asked, it: new Provisioner(() => answers[asked++]!) };
  }

  it('asks when it is first needed, and once', async () => {
    const { it: introducer1, count } = introducer(Promise.resolve(useful));
    assert.deepEqual([introducer1.started, count()], [false, 0]);
    introducer1.prefetch();
    introducer1.prefetch();
    assert.equal(introducer1.started, true);
    assert.equal(await introducer1.get(), await introducer1.get());
    assert.equal(count(), 1);
  });

  it('keeps what it was told for later tries', async () => {
    const { it: told, count } = introducer(Promise.resolve(useful));
    await told.get();
    told.nextAttempt();
    assert.equal(told.started, true);
    assert.equal(await told.get(), useful);
    assert.equal(count(), 1);
  });

  it('waits for an answer on its way, also in a later try', async () => {
    const slow = deferred<Provisioning>();
    const { it: waiting, count } = introducer(slow.promise);
    waiting.prefetch();
    waiting.nextAttempt();
    const answer = waiting.get();
    slow.resolve(useful);
    assert.equal(await answer, useful);
    assert.equal(count(), 1);
  });

  it('holds on to an answer that told nothing for the rest of a try, and asks again in the next', async () => {
    const { it: retried, count } = introducer(Promise.resolve(useless), Promise.resolve(useful));
    assert.equal(await retried.get(), useless);
    assert.equal(await retried.get(), useless);
    retried.nextAttempt();
    assert.equal(retried.started, false);
    assert.equal(await retried.get(), useful);
    retried.nextAttempt();
    assert.equal(await retried.get(), useful);
    assert.equal(count(), 2);
  });

  it('asks again in the next try after a failure, and lets nobody who did not ask hear of it', async () => {
    const { it: failing } = introducer(Promise.reject(new Error('gone')), Promise.resolve(useful));
    failing.prefetch();
    await assert.rejects(failing.get(), /gone/);
    failing.nextAttempt();
    assert.equal(await failing.get(), useful);
  });
});
