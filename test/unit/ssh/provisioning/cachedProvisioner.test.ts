import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CachedProvisioner } from '../../../../src/ssh/provisioning/cachedProvisioner';
import type { Provisioning } from '../../../../src/ssh/provisioning/provision';
import { deferred } from '../../support/deferred';

const useless: Provisioning = { hostKeys: [], keyInstalled: false, refusal: 'not yet' };
const useful: Provisioning = { hostKeys: [], keyInstalled: true };

describe('CachedProvisioner', () => {
  /** A provisioner with these results, one for each call. */
  function create(...results: Promise<Provisioning>[]) {
    let calls = 0;
    return { count: () => calls, it: new CachedProvisioner(() => results[calls++]!) };
  }

  it('provisions on first use, and once', async () => {
    const { it: provisioner, count } = create(Promise.resolve(useful));
    assert.deepEqual([provisioner.started, count()], [false, 0]);
    provisioner.prefetch();
    provisioner.prefetch();
    assert.equal(provisioner.started, true);
    assert.equal(await provisioner.get(), await provisioner.get());
    assert.equal(count(), 1);
  });

  it('keeps a success for later attempts', async () => {
    const { it: succeeding, count } = create(Promise.resolve(useful));
    await succeeding.get();
    succeeding.nextAttempt();
    assert.equal(succeeding.started, true);
    assert.equal(await succeeding.get(), useful);
    assert.equal(count(), 1);
  });

  it('waits for a pending call, also in a later attempt', async () => {
    const slow = deferred<Provisioning>();
    const { it: waiting, count } = create(slow.promise);
    waiting.prefetch();
    waiting.nextAttempt();
    const answer = waiting.get();
    slow.resolve(useful);
    assert.equal(await answer, useful);
    assert.equal(count(), 1);
  });

  it('keeps a useless result for the rest of an attempt, and provisions again in the next', async () => {
    const { it: retried, count } = create(Promise.resolve(useless), Promise.resolve(useful));
    assert.equal(await retried.get(), useless);
    assert.equal(await retried.get(), useless);
    retried.nextAttempt();
    assert.equal(retried.started, false);
    assert.equal(await retried.get(), useful);
    retried.nextAttempt();
    assert.equal(await retried.get(), useful);
    assert.equal(count(), 2);
  });

  it('provisions again in the next attempt after a failure, and leaves no unhandled rejection', async () => {
    const { it: failing } = create(Promise.reject(new Error('gone')), Promise.resolve(useful));
    failing.prefetch();
    await assert.rejects(failing.get(), /gone/);
    failing.nextAttempt();
    assert.equal(await failing.get(), useful);
  });
});
