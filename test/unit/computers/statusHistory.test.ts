import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { StatusHistory } from '../../../src/computers/statusHistory';
import { wire } from '../support/computers';
import { StoreHarness } from '../support/storeHarness';

/** Formats the history, one computer a line: `a: 0 running, 60 gone`, in seconds since the beginning. */
function reported({ computers: lives }: StatusHistory, beginning: number): string[] {
  return lives.map(
    ({ id, changes: moments }) =>
      `${id}: ${moments.map(({ at, status }) => `${(at - beginning) / 1000} ${status}`).join(', ')}`,
  );
}

describe('StatusHistory', () => {
  it('records each status with its time, and the removal; the latest change comes last', async () => {
    const harness = new StoreHarness();
    const history = new StatusHistory(harness.store, harness.clock);
    const beginning = harness.clock.now();
    await harness.refreshWith('a running', 'b running');
    await harness.clock.advance(10_000);
    await harness.refreshWith('a stopping', 'b running');
    await harness.clock.advance(5_000);
    await harness.refreshWith('b running');
    assert.deepEqual(reported(history, beginning), ['b: 0 running', 'a: 0 running, 10 stopping, 15 gone']);
  });

  it('records a new error, but no status twice where only the name changed', () => {
    const { store, clock } = new StoreHarness();
    const history = new StatusHistory(store, clock);
    store.applyAnswer(wire('a', 'error', { last_error: 'no room' }), store.nextSequence());
    store.applyAnswer(wire('a', 'error', { last_error: 'no room', name: 'another' }), store.nextSequence());
    store.applyAnswer(wire('a', 'error', { last_error: 'no host' }), store.nextSequence());
    const [life] = history.computers;
    assert.deepEqual(
      life?.changes.map(({ lastError }) => lastError),
      ['no room', 'no host'],
    );
  });

  it('drops the oldest, of one computer and of all', async () => {
    const harness = new StoreHarness();
    const history = new StatusHistory(harness.store, harness.clock);
    for (let i = 0; i < 20; i += 1) {
      await harness.refreshWith('a running');
      await harness.refreshWith('a stopped');
    }
    assert.equal(history.computers[0]?.changes.length, 30);
    await harness.refreshWith('a stopped', ...Array.from({ length: 250 }, (_, i) => `b${i} running`));
    const ids = history.computers.map(({ id }) => id);
    assert.deepEqual([ids.length, ids[0], ids.at(-1)], [200, 'b50', 'b249']);
  });

  it('records nothing after dispose', async () => {
    const harness = new StoreHarness();
    const history = new StatusHistory(harness.store, harness.clock);
    history.dispose();
    await harness.refreshWith('a running');
    assert.deepEqual(history.computers, []);
  });
});
