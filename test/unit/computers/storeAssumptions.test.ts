import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ComputerList } from '../../../src/api/client';
import { listOf } from '../support/computers';
import { deferred } from '../support/deferred';
import { settled } from '../support/fakeClock';
import { parseComputer, StoreHarness } from '../support/storeHarness';

async function benchWith(...computers: string[]): Promise<StoreHarness> {
  const bench = new StoreHarness();
  await bench.refreshWith(...computers);
  bench.takeEvents();
  return bench;
}

describe('an assumed status', () => {
  it('is shown at once and kept out of the cache', async () => {
    const bench = await benchWith('a stopped', 'b running');
    bench.store.setOptimistic('a', 'starting');
    assert.deepEqual(bench.takeEvents(), ['~a starting']);
    assert.equal(bench.shown, 'a starting, b running');
    await bench.refreshWith('a stopped', 'b stopped');
    assert.deepEqual(
      bench.cache.read().map(({ status }) => status),
      ['stopped', 'stopped'],
    );
  });

  it('is not disturbed by lists that come meanwhile', async () => {
    const bench = await benchWith('a stopped');
    bench.store.setOptimistic('a', 'starting');
    bench.takeEvents();
    for (const list of [['a stopped'], ['a error'], []]) await bench.refreshWith(...list);
    assert.deepEqual(bench.takeEvents(), []);
    assert.equal(bench.shown, 'a starting');
  });

  it('is not disturbed by a look at the computer', async () => {
    const bench = await benchWith('a stopped');
    bench.store.setOptimistic('a', 'starting');
    bench.takeEvents();
    bench.store.upsert(parseComputer('a error'), bench.store.nextSequence());
    assert.deepEqual(bench.takeEvents(), []);
  });

  it('ends when the service says that the computer is gone', async () => {
    const bench = await benchWith('a running');
    const assumption = bench.store.setOptimistic('a', 'stopping');
    bench.takeEvents();
    bench.store.upsert(parseComputer('a deleted'), bench.store.nextSequence());
    assumption.settle();
    assert.deepEqual(bench.takeEvents(), ['-a']);
  });
});

describe('settling', () => {
  it('with the answer that was assumed changes nothing', async () => {
    const bench = await benchWith('a stopped');
    const assumption = bench.store.setOptimistic('a', 'starting');
    bench.takeEvents();
    assumption.settle(parseComputer('a starting'));
    assert.deepEqual(bench.takeEvents(), []);
    assert.equal(bench.shown, 'a starting');
  });

  it('with another answer tells it in one event', async () => {
    const bench = await benchWith('a stopped');
    const assumption = bench.store.setOptimistic('a', 'starting');
    bench.takeEvents();
    assumption.settle(parseComputer('a running'));
    assert.deepEqual(bench.takeEvents(), ['~a running']);
  });

  it('with an answer that says deleted takes it away', async () => {
    const bench = await benchWith('a stopped');
    const assumption = bench.store.setOptimistic('a', 'deleting');
    bench.takeEvents();
    assumption.settle(parseComputer('a deleted'));
    assert.deepEqual(bench.takeEvents(), ['-a']);
  });

  it('without an answer shows the last truth again', async () => {
    const bench = await benchWith('a stopped');
    const assumption = bench.store.setOptimistic('a', 'starting');
    bench.takeEvents();
    assumption.settle();
    assert.deepEqual(bench.takeEvents(), ['~a stopped']);
  });

  it('without an answer shows the truth that came meanwhile', async () => {
    const bench = await benchWith('a stopped');
    const assumption = bench.store.setOptimistic('a', 'starting');
    await bench.refreshWith('a error');
    assumption.settle();
    assert.equal(bench.shown, 'a error');
  });

  it('as agreed keeps what was assumed until the service says more', async () => {
    const bench = await benchWith('a running');
    const assumption = bench.store.setOptimistic('a', 'deleting');
    bench.takeEvents();
    assumption.confirm();
    assert.deepEqual(bench.takeEvents(), []);
    await bench.refreshWith();
    assert.deepEqual(bench.takeEvents(), ['-a']);
  });

  it('causes a look at the list where somebody watches', async () => {
    const bench = await benchWith('a stopped');
    bench.store.watch();
    await settled();
    const asked = bench.client.count('list');
    bench.store.setOptimistic('a', 'starting').settle();
    await settled();
    assert.equal(bench.client.count('list'), asked + 1);
    bench.store.dispose();
  });

  for (const [what, list] of [
    ['says otherwise', ['a stopped', 'b running']],
    ['does not have it', ['b running']],
  ] as const) {
    it(`makes a list too old that was sent for before and ${what}`, async () => {
      const bench = await benchWith('a stopped');
      const answer = deferred<ComputerList>();
      bench.client.script('list', answer.promise);
      const assumption = bench.store.setOptimistic('a', 'starting');
      const reading = bench.store.refresh();
      assumption.settle(parseComputer('a starting'));
      bench.takeEvents();
      answer.resolve(listOf(...list.map(parseComputer)));
      await reading;
      assert.deepEqual(bench.takeEvents(), ['+b running']);
      await bench.refreshWith('a running', 'b running');
      assert.deepEqual(bench.takeEvents(), ['~a running'], 'a list that is sent for afterwards counts');
    });
  }

  it('makes a look too old that was sent for before', async () => {
    const bench = await benchWith('a stopped');
    const assumption = bench.store.setOptimistic('a', 'starting');
    const ticket = bench.store.nextSequence();
    assumption.settle(parseComputer('a starting'));
    bench.store.upsert(parseComputer('a stopped'), ticket);
    assert.equal(bench.shown, 'a starting');
  });

  it('brings no computer back that was forgotten meanwhile', async () => {
    const bench = await benchWith('a stopped');
    const assumption = bench.store.setOptimistic('a', 'starting');
    bench.store.remove('a');
    bench.takeEvents();
    assumption.settle(parseComputer('a starting'));
    assert.deepEqual(bench.takeEvents(), []);
  });

  it('takes the answer for a computer that was missing in an earlier list, or came back in a later one', async () => {
    const bench = await benchWith('a stopped');
    await bench.refreshWith();
    bench.store.setOptimistic('a', 'starting').settle(parseComputer('a starting'));
    assert.equal(bench.shown, 'a starting');
    const stop = bench.store.setOptimistic('a', 'stopping');
    bench.store.remove('a');
    await bench.refreshWith('a stopping');
    stop.settle(parseComputer('a stopped'));
    assert.equal(bench.shown, 'a stopped');
  });

  it('adds a computer that was not in the list, as its answer describes it', async () => {
    const bench = await benchWith();
    bench.store.setOptimistic('a', 'starting').settle(parseComputer('a starting'));
    assert.deepEqual(bench.takeEvents(), ['+a starting']);
  });

  it('takes the answer of a call that went by name', async () => {
    const bench = await benchWith('a stopped');
    bench.store.setOptimistic('name of a', 'starting').settle(parseComputer('a starting'));
    assert.deepEqual(bench.takeEvents(), ['~a starting']);
  });
});

describe('two assumptions about one computer', () => {
  it('show the later one until it is settled, whatever becomes of the earlier', async () => {
    const bench = await benchWith('a stopped');
    const start = bench.store.setOptimistic('a', 'starting');
    const stop = bench.store.setOptimistic('a', 'stopping');
    assert.deepEqual(bench.takeEvents(), ['~a starting', '~a stopping']);
    start.settle(parseComputer('a starting'));
    assert.deepEqual(bench.takeEvents(), []);
    stop.settle(parseComputer('a stopped'));
    assert.deepEqual(bench.takeEvents(), ['~a stopped']);
  });

  it('show the truth once the later one is settled', async () => {
    const bench = await benchWith('a running');
    const stop = bench.store.setOptimistic('a', 'stopping');
    const remove = bench.store.setOptimistic('a', 'deleting');
    bench.takeEvents();
    remove.settle();
    assert.equal(bench.shown, 'a running');
    stop.settle(parseComputer('a stopping'));
    assert.equal(bench.shown, 'a stopping');
  });
});
