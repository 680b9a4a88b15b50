import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ComputerList } from '../../../src/api/client';
import { ApiError } from '../../../src/api/errors';
import { listOf } from '../support/computers';
import { deferred } from '../support/deferred';
import { settled } from '../support/fakeClock';
import { parseComputer, StoreHarness } from '../support/storeHarness';

/** A bench whose store is watched, after its first poll. */
async function watched(...computers: string[]): Promise<StoreHarness> {
  const bench = new StoreHarness();
  bench.setList(...computers);
  bench.store.watch();
  await settled();
  return bench;
}

/** How many polls come within so many milliseconds. */
async function pollsWithin(bench: StoreHarness, ms: number): Promise<number> {
  const before = bench.client.count('list');
  await bench.clock.advance(ms);
  return bench.client.count('list') - before;
}

describe('polling', () => {
  it('does nothing while nobody watches', async () => {
    const bench = new StoreHarness();
    bench.store.pollNow();
    assert.equal(await pollsWithin(bench, 3_600_000), 0);
    assert.equal(bench.clock.waiting, 0);
  });

  it('begins at once with the first watcher', async () => {
    const bench = await watched('a running');
    assert.equal(bench.shown, 'a running');
    assert.equal(bench.client.count('list'), 1);
  });

  it('is slow while all is quiet', async () => {
    const bench = await watched('a running', 'b stopped', 'c error', 'd restorable', 'e hibernating');
    assert.equal(await pollsWithin(bench, 29_999), 0);
    assert.equal(await pollsWithin(bench, 1), 1);
    assert.equal(await pollsWithin(bench, 30_000), 1);
  });

  it('is fast only while something changes', async () => {
    const bench = await watched('a running', 'b starting');
    assert.equal(await pollsWithin(bench, 15_000), 10);
    bench.setList('a running', 'b running');
    assert.equal(await pollsWithin(bench, 1_500), 1);
    assert.equal(await pollsWithin(bench, 29_999), 0);
  });

  it('is fast while a change is assumed', async () => {
    const bench = await watched('a stopped');
    bench.store.setOptimistic('a', 'starting');
    bench.store.pollNow();
    assert.equal(await pollsWithin(bench, 0), 1);
    assert.equal(await pollsWithin(bench, 3_000), 2);
  });

  it('backs off while the service fails, to a minute, and comes back', async () => {
    const bench = await watched('a running');
    bench.client.script('list', new ApiError('network'));
    await bench.clock.advance(30_000);
    for (const pause of [2, 4, 8, 16, 32, 60, 60, 60]) {
      assert.equal(await pollsWithin(bench, pause * 1_000 - 1), 0, `not before ${pause} s`);
      assert.equal(await pollsWithin(bench, 1), 1, `after ${pause} s`);
    }
    assert.equal(bench.shown, 'a running');
    assert.equal(bench.store.state.freshness, 'stale');
    bench.setList('a running');
    assert.equal(await pollsWithin(bench, 60_000), 1);
    assert.equal(bench.store.state.freshness, 'live');
    assert.equal(await pollsWithin(bench, 30_000), 1, 'quiet again');
  });

  it('backs off from the beginning each time', async () => {
    const bench = await watched('a running');
    bench.client.script('list', new ApiError('network'), listOf(), new ApiError('network'));
    await bench.clock.advance(30_000 + 2_000 + 30_000);
    assert.equal(await pollsWithin(bench, 2_000), 1);
  });

  it('waits as long as the service asks, where that is longer', async () => {
    const bench = await watched('a starting');
    bench.client.script('list', new ApiError('rateLimit', { retryAfter: 90_000 }), listOf());
    await bench.clock.advance(1_500);
    assert.equal(await pollsWithin(bench, 89_999), 0);
    assert.equal(await pollsWithin(bench, 1), 1);
  });

  it('waits as long as the service asks, even when somebody would have it hurry', async () => {
    const bench = await watched('a starting');
    bench.client.script('list', new ApiError('rateLimit', { retryAfter: 90_000 }), listOf());
    await bench.clock.advance(1_500);
    bench.store.pollNow();
    assert.equal(await pollsWithin(bench, 89_999), 0);
    assert.equal(await pollsWithin(bench, 1), 1);
    bench.store.pollNow();
    assert.equal(await pollsWithin(bench, 0), 1, 'the wait is over');
  });

  it('waits no less than it would anyway when the service asks for little', async () => {
    const bench = await watched('a running');
    bench.client.script('list', new ApiError('rateLimit', { retryAfter: 10 }));
    await bench.clock.advance(30_000);
    assert.equal(await pollsWithin(bench, 1_999), 0);
  });

  it('is one loop for all watchers, and ends with the last', async () => {
    const bench = new StoreHarness();
    const watchers = [1, 2, 3].map(() => bench.store.watch());
    await settled();
    assert.equal(bench.client.count('list'), 1);
    watchers[0]!.dispose();
    watchers[0]!.dispose();
    watchers[1]!.dispose();
    assert.equal(await pollsWithin(bench, 30_000), 1);
    watchers[2]!.dispose();
    await settled();
    assert.equal(bench.clock.waiting, 0);
    assert.equal(await pollsWithin(bench, 3_600_000), 0);
  });

  it('is one loop after watching was begun and ended quickly', async () => {
    const bench = new StoreHarness();
    for (let i = 0; i < 10; i += 1) bench.store.watch().dispose();
    bench.store.watch();
    bench.store.watch().dispose();
    await settled();
    assert.equal(bench.clock.waiting, 1);
    assert.equal(await pollsWithin(bench, 30_000), 1);
  });

  it('ends a poll that is on its way when nobody watches any more, and calls that no failure', async () => {
    const bench = new StoreHarness();
    bench.client.script('list', deferred<ComputerList>().promise);
    const watcher = bench.store.watch();
    await settled();
    watcher.dispose();
    await settled();
    assert.equal(bench.store.state.problem, undefined);
    assert.equal(bench.log.text, '');
    bench.setList('a running');
    bench.store.watch();
    await settled();
    assert.equal(bench.shown, 'a running');
  });

  it('leaves no timer after dispose', async () => {
    const bench = await watched('a starting');
    bench.store.dispose();
    await settled();
    assert.equal(bench.clock.waiting, 0);
    assert.equal(await pollsWithin(bench, 3_600_000), 0);
  });
});

describe('hurrying', () => {
  it('ends the present rest', async () => {
    const bench = await watched('a running');
    bench.store.pollNow();
    assert.equal(await pollsWithin(bench, 0), 1);
    assert.equal(await pollsWithin(bench, 29_999), 0, 'once');
  });

  it('while a poll is on its way makes another one follow it', async () => {
    const bench = await watched('a running');
    const answer = deferred<ComputerList>();
    bench.client.script('list', answer.promise, listOf(parseComputer('a stopped')));
    await bench.clock.advance(30_000);
    bench.store.pollNow();
    answer.resolve(listOf(parseComputer('a running')));
    await settled();
    assert.equal(bench.shown, 'a stopped');
    assert.equal(await pollsWithin(bench, 29_999), 0, 'once');
  });

  it('comes from a computer that is found changing', async () => {
    const bench = await watched('a stopped');
    bench.setList('a starting');
    bench.store.upsert(parseComputer('a starting'), bench.store.nextSequence());
    assert.equal(await pollsWithin(bench, 0), 1);
    assert.equal(await pollsWithin(bench, 1_500), 1);
  });

  it('does not come from each look at a computer that goes on changing', async () => {
    const bench = await watched('a stopped');
    bench.setList('a starting');
    const before = bench.client.count('list');
    for (let i = 0; i < 15; i += 1) {
      bench.store.upsert(parseComputer('a starting'), bench.store.nextSequence());
      await bench.clock.advance(400);
    }
    // One at once, then one each 1.5 s of the 6 s.
    assert.equal(bench.client.count('list') - before, 5);
  });
});
