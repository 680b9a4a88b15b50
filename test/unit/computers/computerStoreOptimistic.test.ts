import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ComputerList } from '../../../src/api/client';
import { listOf } from '../support/computers';
import { deferred } from '../support/deferred';
import { settled } from '../support/fakeClock';
import { parseComputer, StoreHarness } from '../support/storeHarness';

async function benchWith(...computers: string[]): Promise<StoreHarness> {
  const harness = new StoreHarness();
  await harness.refreshWith(...computers);
  harness.takeEvents();
  return harness;
}

describe('an optimistic status', () => {
  it('is shown at once and kept out of the cache', async () => {
    const harness = await benchWith('a stopped', 'b running');
    harness.store.setOptimistic('a', 'starting');
    assert.deepEqual(harness.takeEvents(), ['~a starting']);
    assert.equal(harness.shown, 'a starting, b running');
    await harness.refreshWith('a stopped', 'b stopped');
    assert.deepEqual(
      harness.cache.read().map(({ status }) => status),
      ['stopped', 'stopped'],
    );
  });

  it('is not replaced by lists that arrive meanwhile', async () => {
    const harness = await benchWith('a stopped');
    harness.store.setOptimistic('a', 'starting');
    harness.takeEvents();
    for (const list of [['a stopped'], ['a error'], []]) await harness.refreshWith(...list);
    assert.deepEqual(harness.takeEvents(), []);
    assert.equal(harness.shown, 'a starting');
  });

  it('is not replaced by a read of the computer', async () => {
    const harness = await benchWith('a stopped');
    harness.store.setOptimistic('a', 'starting');
    harness.takeEvents();
    harness.store.applyAnswer(parseComputer('a error'), harness.store.nextSequence());
    assert.deepEqual(harness.takeEvents(), []);
  });

  it('ends when the service reports that the computer is gone', async () => {
    const harness = await benchWith('a running');
    const assumption = harness.store.setOptimistic('a', 'stopping');
    harness.takeEvents();
    harness.store.applyAnswer(parseComputer('a deleted'), harness.store.nextSequence());
    assumption.settle();
    assert.deepEqual(harness.takeEvents(), ['-a']);
  });
});

describe('settling an optimistic status', () => {
  it('changes nothing with the expected answer', async () => {
    const harness = await benchWith('a stopped');
    const assumption = harness.store.setOptimistic('a', 'starting');
    harness.takeEvents();
    assumption.settle(parseComputer('a starting'));
    assert.deepEqual(harness.takeEvents(), []);
    assert.equal(harness.shown, 'a starting');
  });

  it('reports another answer in one event', async () => {
    const harness = await benchWith('a stopped');
    const assumption = harness.store.setOptimistic('a', 'starting');
    harness.takeEvents();
    assumption.settle(parseComputer('a running'));
    assert.deepEqual(harness.takeEvents(), ['~a running']);
  });

  it('removes the computer when it was deleted', async () => {
    const harness = await benchWith('a stopped');
    const assumption = harness.store.setOptimistic('a', 'deleting');
    harness.takeEvents();
    assumption.settle(parseComputer('a deleted'));
    assert.deepEqual(harness.takeEvents(), ['-a']);
  });

  it('shows the confirmed status again without an answer', async () => {
    const harness = await benchWith('a stopped');
    const assumption = harness.store.setOptimistic('a', 'starting');
    harness.takeEvents();
    assumption.settle();
    assert.deepEqual(harness.takeEvents(), ['~a stopped']);
  });

  it('shows a status that was confirmed meanwhile, without an answer', async () => {
    const harness = await benchWith('a stopped');
    const assumption = harness.store.setOptimistic('a', 'starting');
    await harness.refreshWith('a error');
    assumption.settle();
    assert.equal(harness.shown, 'a error');
  });

  it('keeps a confirmed status until the service reports another', async () => {
    const harness = await benchWith('a running');
    const assumption = harness.store.setOptimistic('a', 'deleting');
    harness.takeEvents();
    assumption.confirm();
    assert.deepEqual(harness.takeEvents(), []);
    await harness.refreshWith();
    assert.deepEqual(harness.takeEvents(), ['-a']);
  });

  it('polls the list while watched', async () => {
    const harness = await benchWith('a stopped');
    harness.store.watch();
    await settled();
    const asked = harness.client.count('list');
    harness.store.setOptimistic('a', 'starting').settle();
    await settled();
    assert.equal(harness.client.count('list'), asked + 1);
    harness.store.dispose();
  });

  for (const [what, list] of [
    ['says otherwise', ['a stopped', 'b running']],
    ['does not have it', ['b running']],
  ] as const) {
    it(`makes a list too old that was sent for before and ${what}`, async () => {
      const harness = await benchWith('a stopped');
      const answer = deferred<ComputerList>();
      harness.client.script('list', answer.promise);
      const assumption = harness.store.setOptimistic('a', 'starting');
      const reading = harness.store.refresh();
      assumption.settle(parseComputer('a starting'));
      harness.takeEvents();
      answer.resolve(listOf(...list.map(parseComputer)));
      await reading;
      assert.deepEqual(harness.takeEvents(), ['+b running']);
      await harness.refreshWith('a running', 'b running');
      assert.deepEqual(harness.takeEvents(), ['~a running'], 'a list that is sent for afterwards counts');
    });
  }

  it('makes a read outdated that was sent before', async () => {
    const harness = await benchWith('a stopped');
    const assumption = harness.store.setOptimistic('a', 'starting');
    const ticket = harness.store.nextSequence();
    assumption.settle(parseComputer('a starting'));
    harness.store.applyAnswer(parseComputer('a stopped'), ticket);
    assert.equal(harness.shown, 'a starting');
  });

  it('does not bring back a computer that was removed meanwhile', async () => {
    const harness = await benchWith('a stopped');
    const assumption = harness.store.setOptimistic('a', 'starting');
    harness.store.remove('a');
    harness.takeEvents();
    assumption.settle(parseComputer('a starting'));
    assert.deepEqual(harness.takeEvents(), []);
  });

  it('applies the answer to a computer that an earlier list lacked, or a later one brought back', async () => {
    const harness = await benchWith('a stopped');
    await harness.refreshWith();
    harness.store.setOptimistic('a', 'starting').settle(parseComputer('a starting'));
    assert.equal(harness.shown, 'a starting');
    const stop = harness.store.setOptimistic('a', 'stopping');
    harness.store.remove('a');
    await harness.refreshWith('a stopping');
    stop.settle(parseComputer('a stopped'));
    assert.equal(harness.shown, 'a stopped');
  });

  it('adds a computer that was not listed, as its answer describes it', async () => {
    const harness = await benchWith();
    harness.store.setOptimistic('a', 'starting').settle(parseComputer('a starting'));
    assert.deepEqual(harness.takeEvents(), ['+a starting']);
  });

  it('applies the answer of a call by name', async () => {
    const harness = await benchWith('a stopped');
    harness.store.setOptimistic('name of a', 'starting').settle(parseComputer('a starting'));
    assert.deepEqual(harness.takeEvents(), ['~a starting']);
  });
});

describe('two optimistic statuses of one computer', () => {
  it('show the later one until it is settled, whatever becomes of the earlier', async () => {
    const harness = await benchWith('a stopped');
    const start = harness.store.setOptimistic('a', 'starting');
    const stop = harness.store.setOptimistic('a', 'stopping');
    assert.deepEqual(harness.takeEvents(), ['~a starting', '~a stopping']);
    start.settle(parseComputer('a starting'));
    assert.deepEqual(harness.takeEvents(), []);
    stop.settle(parseComputer('a stopped'));
    assert.deepEqual(harness.takeEvents(), ['~a stopped']);
  });

  it('show the confirmed status once the later one is settled', async () => {
    const harness = await benchWith('a running');
    const stop = harness.store.setOptimistic('a', 'stopping');
    const remove = harness.store.setOptimistic('a', 'deleting');
    harness.takeEvents();
    remove.settle();
    assert.equal(harness.shown, 'a running');
    stop.settle(parseComputer('a stopping'));
    assert.equal(harness.shown, 'a stopping');
  });
});
