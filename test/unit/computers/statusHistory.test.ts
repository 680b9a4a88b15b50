import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { StatusHistory } from '../../../src/computers/statusHistory';
import { wire } from '../support/computers';
import { StoreHarness } from '../support/storeHarness';

/** What is kept, each computer in a line: `a: 0 running, 60 gone`, in seconds since the beginning. */
function told({ computers: lives }: StatusHistory, beginning: number): string[] {
  return lives.map(
    ({ id, changes: moments }) =>
      `${id}: ${moments.map(({ at, status }) => `${(at - beginning) / 1000} ${status}`).join(', ')}`,
  );
}

describe('the chronology', () => {
  it('keeps each state with its time, and that a computer is gone; what changed latest comes last', async () => {
    const bench = new StoreHarness();
    const chronology = new StatusHistory(bench.store, bench.clock);
    const beginning = bench.clock.now();
    await bench.refreshWith('a running', 'b running');
    await bench.clock.advance(10_000);
    await bench.refreshWith('a stopping', 'b running');
    await bench.clock.advance(5_000);
    await bench.refreshWith('b running');
    assert.deepEqual(told(chronology, beginning), ['b: 0 running', 'a: 0 running, 10 stopping, 15 gone']);
  });

  it('keeps a new reason, but no state twice where only the name changed', () => {
    const { store, clock } = new StoreHarness();
    const chronology = new StatusHistory(store, clock);
    store.upsert(wire('a', 'error', { last_error: 'no room' }), store.nextSequence());
    store.upsert(wire('a', 'error', { last_error: 'no room', name: 'another' }), store.nextSequence());
    store.upsert(wire('a', 'error', { last_error: 'no host' }), store.nextSequence());
    const [life] = chronology.computers;
    assert.deepEqual(
      life?.changes.map(({ lastError }) => lastError),
      ['no room', 'no host'],
    );
  });

  it('forgets the oldest, of one computer and of all', async () => {
    const bench = new StoreHarness();
    const chronology = new StatusHistory(bench.store, bench.clock);
    for (let i = 0; i < 20; i += 1) {
      await bench.refreshWith('a running');
      await bench.refreshWith('a stopped');
    }
    assert.equal(chronology.computers[0]?.changes.length, 30);
    await bench.refreshWith('a stopped', ...Array.from({ length: 250 }, (_, i) => `b${i} running`));
    const ids = chronology.computers.map(({ id }) => id);
    assert.deepEqual([ids.length, ids[0], ids.at(-1)], [200, 'b50', 'b249']);
  });

  it('hears nothing more once it is ended', async () => {
    const bench = new StoreHarness();
    const chronology = new StatusHistory(bench.store, bench.clock);
    chronology.dispose();
    await bench.refreshWith('a running');
    assert.deepEqual(chronology.computers, []);
  });
});
