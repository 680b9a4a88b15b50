import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ApiError } from '../../../src/api/apiErrors';
import type { ComputerList } from '../../../src/api/client';
import { listOf } from '../support/computers';
import { deferred } from '../support/deferred';
import { settled } from '../support/fakeClock';
import { parseComputer, StoreHarness } from '../support/storeHarness';

/** A harness whose store is watched, after its first poll. */
async function watched(...computers: string[]): Promise<StoreHarness> {
  const harness = new StoreHarness();
  harness.setList(...computers);
  harness.store.watch();
  await settled();
  return harness;
}

/** Counts the polls within so many milliseconds. */
async function pollsWithin(harness: StoreHarness, ms: number): Promise<number> {
  const before = harness.client.count('list');
  await harness.clock.advance(ms);
  return harness.client.count('list') - before;
}

describe('polling', () => {
  it('does nothing without a watcher', async () => {
    const harness = new StoreHarness();
    harness.store.pollNow();
    assert.equal(await pollsWithin(harness, 3_600_000), 0);
    assert.equal(harness.clock.waiting, 0);
  });

  it('begins at once with the first watcher', async () => {
    const harness = await watched('a running');
    assert.equal(harness.shown, 'a running');
    assert.equal(harness.client.count('list'), 1);
  });

  it('is slow while nothing changes', async () => {
    const harness = await watched('a running', 'b stopped', 'c error', 'd restorable', 'e hibernating');
    assert.equal(await pollsWithin(harness, 29_999), 0);
    assert.equal(await pollsWithin(harness, 1), 1);
    assert.equal(await pollsWithin(harness, 30_000), 1);
  });

  it('is fast only while something changes', async () => {
    const harness = await watched('a running', 'b starting');
    assert.equal(await pollsWithin(harness, 15_000), 10);
    harness.setList('a running', 'b running');
    assert.equal(await pollsWithin(harness, 1_500), 1);
    assert.equal(await pollsWithin(harness, 29_999), 0);
  });

  it('is fast while a changing status is optimistic', async () => {
    const harness = await watched('a stopped');
    harness.store.setOptimistic('a', 'starting');
    harness.store.pollNow();
    assert.equal(await pollsWithin(harness, 0), 1);
    assert.equal(await pollsWithin(harness, 3_000), 2);
  });

  it('backs off while the service fails, up to a minute, and recovers', async () => {
    const harness = await watched('a running');
    harness.client.script('list', new ApiError('network'));
    await harness.clock.advance(30_000);
    for (const pause of [2, 4, 8, 16, 32, 60, 60, 60]) {
      assert.equal(await pollsWithin(harness, pause * 1_000 - 1), 0, `not before ${pause} s`);
      assert.equal(await pollsWithin(harness, 1), 1, `after ${pause} s`);
    }
    assert.equal(harness.shown, 'a running');
    assert.equal(harness.store.state.freshness, 'stale');
    harness.setList('a running');
    assert.equal(await pollsWithin(harness, 60_000), 1);
    assert.equal(harness.store.state.freshness, 'live');
    assert.equal(await pollsWithin(harness, 30_000), 1, 'quiet again');
  });

  it('starts each back-off anew', async () => {
    const harness = await watched('a running');
    harness.client.script('list', new ApiError('network'), listOf(), new ApiError('network'));
    await harness.clock.advance(30_000 + 2_000 + 30_000);
    assert.equal(await pollsWithin(harness, 2_000), 1);
  });

  it('waits for Retry-After where that is longer', async () => {
    const harness = await watched('a starting');
    harness.client.script('list', new ApiError('rateLimit', { retryAfter: 90_000 }), listOf());
    await harness.clock.advance(1_500);
    assert.equal(await pollsWithin(harness, 89_999), 0);
    assert.equal(await pollsWithin(harness, 1), 1);
  });

  it('waits for Retry-After even when a poll is requested', async () => {
    const harness = await watched('a starting');
    harness.client.script('list', new ApiError('rateLimit', { retryAfter: 90_000 }), listOf());
    await harness.clock.advance(1_500);
    harness.store.pollNow();
    assert.equal(await pollsWithin(harness, 89_999), 0);
    assert.equal(await pollsWithin(harness, 1), 1);
    harness.store.pollNow();
    assert.equal(await pollsWithin(harness, 0), 1, 'the wait is over');
  });

  it('waits no less than the back-off for a short Retry-After', async () => {
    const harness = await watched('a running');
    harness.client.script('list', new ApiError('rateLimit', { retryAfter: 10 }));
    await harness.clock.advance(30_000);
    assert.equal(await pollsWithin(harness, 1_999), 0);
  });

  it('runs one loop for all watchers, and ends with the last', async () => {
    const harness = new StoreHarness();
    const watchers = [1, 2, 3].map(() => harness.store.watch());
    await settled();
    assert.equal(harness.client.count('list'), 1);
    watchers[0]!.dispose();
    watchers[0]!.dispose();
    watchers[1]!.dispose();
    assert.equal(await pollsWithin(harness, 30_000), 1);
    watchers[2]!.dispose();
    await settled();
    assert.equal(harness.clock.waiting, 0);
    assert.equal(await pollsWithin(harness, 3_600_000), 0);
  });

  it('runs one loop after quick watching and unwatching', async () => {
    const harness = new StoreHarness();
    for (let i = 0; i < 10; i += 1) harness.store.watch().dispose();
    harness.store.watch();
    harness.store.watch().dispose();
    await settled();
    assert.equal(harness.clock.waiting, 1);
    assert.equal(await pollsWithin(harness, 30_000), 1);
  });

  it('aborts a poll with the last watcher, which is no failure', async () => {
    const harness = new StoreHarness();
    harness.client.script('list', deferred<ComputerList>().promise);
    const watcher = harness.store.watch();
    await settled();
    watcher.dispose();
    await settled();
    assert.equal(harness.store.state.problem, undefined);
    assert.equal(harness.log.text, '');
    harness.setList('a running');
    harness.store.watch();
    await settled();
    assert.equal(harness.shown, 'a running');
  });

  it('leaves no timer after dispose', async () => {
    const harness = await watched('a starting');
    harness.store.dispose();
    await settled();
    assert.equal(harness.clock.waiting, 0);
    assert.equal(await pollsWithin(harness, 3_600_000), 0);
  });
});

describe('pollNow', () => {
  it('ends the current pause', async () => {
    const harness = await watched('a running');
    harness.store.pollNow();
    assert.equal(await pollsWithin(harness, 0), 1);
    assert.equal(await pollsWithin(harness, 29_999), 0, 'once');
  });

  it('makes another poll follow one in progress', async () => {
    const harness = await watched('a running');
    const answer = deferred<ComputerList>();
    harness.client.script('list', answer.promise, listOf(parseComputer('a stopped')));
    await harness.clock.advance(30_000);
    harness.store.pollNow();
    answer.resolve(listOf(parseComputer('a running')));
    await settled();
    assert.equal(harness.shown, 'a stopped');
    assert.equal(await pollsWithin(harness, 29_999), 0, 'once');
  });

  it('is caused by a computer that is found changing', async () => {
    const harness = await watched('a stopped');
    harness.setList('a starting');
    harness.store.applyAnswer(parseComputer('a starting'), harness.store.nextSequence());
    assert.equal(await pollsWithin(harness, 0), 1);
    assert.equal(await pollsWithin(harness, 1_500), 1);
  });

  it('is not caused by each read of a computer that goes on changing', async () => {
    const harness = await watched('a stopped');
    harness.setList('a starting');
    const before = harness.client.count('list');
    for (let i = 0; i < 15; i += 1) {
      harness.store.applyAnswer(parseComputer('a starting'), harness.store.nextSequence());
      await harness.clock.advance(400);
    }
    // One at once, then one each 1.5 s of the 6 s.
    assert.equal(harness.client.count('list') - before, 5);
  });
});
