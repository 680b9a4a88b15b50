import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ComputerList } from '../../../src/api/client';
import { ApiError } from '../../../src/api/errors';
import { listOf, wire } from '../support/computers';
import { deferred, type Deferred } from '../support/deferred';
import { settled } from '../support/fakeClock';
import { parseComputer, StoreHarness } from '../support/storeHarness';

/** Lets the store ask for lists that a test answers by hand, in any order. */
function lists(
  bench: StoreHarness,
  count: number,
): { answers: Deferred<ComputerList>[]; done: Promise<void>[] } {
  const answers = Array.from({ length: count }, () => deferred<ComputerList>());
  bench.client.script('list', ...answers.map(({ promise }) => promise));
  return { answers, done: answers.map(() => bench.store.refresh()) };
}

describe('what a list changes', () => {
  it('tells all that is new in one event', async () => {
    const bench = new StoreHarness();
    await bench.refreshWith('a running', 'b stopped');
    assert.deepEqual(bench.takeEvents(), ['+a running +b stopped']);
    assert.equal(bench.shown, 'a running, b stopped');
  });

  it('tells nothing when nothing changed', async () => {
    const bench = new StoreHarness();
    await bench.refreshWith('a running', 'b stopped');
    bench.takeEvents();
    bench.states.length = 0;
    const { writes } = bench.cache;
    await bench.refreshWith('a running', 'b stopped');
    assert.deepEqual(bench.takeEvents(), []);
    assert.deepEqual(bench.states, []);
    assert.equal(bench.cache.writes, writes);
  });

  it('tells what came, changed and went', async () => {
    const bench = new StoreHarness();
    await bench.refreshWith('a running', 'b stopped', 'c stopped');
    bench.takeEvents();
    await bench.refreshWith('a running', 'c starting', 'd creating');
    assert.deepEqual(bench.takeEvents(), ['+d creating ~c starting -b']);
  });

  it('keeps the object of each computer that did not change', async () => {
    const bench = new StoreHarness();
    await bench.refreshWith('a running', 'b stopped');
    const [a, b] = ['a', 'b'].map((id) => bench.store.get(id));
    await bench.refreshWith('a running', 'b starting');
    assert.equal(bench.store.get('a'), a);
    assert.notEqual(bench.store.get('b'), b);
  });

  for (const count of [1_000, 10_000]) {
    it(`tells one change among ${count} in one event`, async () => {
      const bench = new StoreHarness();
      const all = Array.from({ length: count }, (_, i) => wire(`cmp_${i}`, 'running'));
      bench.client.script('list', listOf(...all));
      await bench.store.refresh();
      assert.equal(bench.changes.splice(0)[0]?.added.length, count);
      const before = bench.store.computers;
      bench.client.script('list', listOf(...all.with(count / 2, wire(`cmp_${count / 2}`, 'stopping'))));
      await bench.store.refresh();
      assert.deepEqual(bench.takeEvents(), [`~cmp_${count / 2} stopping`]);
      const after = bench.store.computers;
      assert.equal(after.filter((computer, i) => computer === before[i]).length, count - 1);
    });
  }

  it('shows no deleted computer, be it new or known', async () => {
    const bench = new StoreHarness();
    await bench.refreshWith('a running', 'b deleted');
    assert.deepEqual(bench.takeEvents(), ['+a running']);
    await bench.refreshWith('a deleted', 'b deleted');
    assert.deepEqual(bench.takeEvents(), ['-a']);
    assert.equal(bench.shown, '');
  });

  it('says what the answer left open', async () => {
    const bench = new StoreHarness();
    const unreadable = [new ApiError('malformed', { detail: 'vcpus: no number' })];
    bench.client.script('list', { computers: [parseComputer('a running')], unreadable, possiblyMore: true });
    await bench.store.refresh();
    assert.equal(bench.store.state.possiblyMore, true);
    assert.equal(bench.store.state.unreadable, 1);
    assert.match(bench.log.text, /vcpus: no number/);
    await bench.refreshWith('a running');
    assert.deepEqual(bench.store.state, {
      freshness: 'live',
      problem: undefined,
      possiblyMore: false,
      unreadable: 0,
    });
  });

  it('goes on when listeners come and go', async () => {
    const bench = new StoreHarness();
    let heard = 0;
    const listener = bench.store.onDidChange(() => (heard += 1));
    await bench.refreshWith('a running');
    listener.dispose();
    await bench.refreshWith('a stopped');
    assert.equal(heard, 1);
  });
});

describe('finding a computer', () => {
  it('goes by id, then by a name that only one has', async () => {
    const bench = new StoreHarness();
    const named = (id: string, name: string) => wire(id, 'running', { name });
    bench.client.script(
      'list',
      listOf(named('a', 'curie'), named('b', 'twin'), named('c', 'twin'), named('d', 'a')),
    );
    await bench.store.refresh();
    const found = ['a', 'curie', 'twin', 'nobody'].map((text) => bench.store.find(text)?.id);
    assert.deepEqual(found, ['a', 'a', undefined, undefined]);
  });
});

describe('the cache', () => {
  it('is drawn first and then replaced', async () => {
    const bench = new StoreHarness(parseComputer('a running'), parseComputer('gone stopped'));
    bench.store.loadCache();
    assert.equal(bench.store.state.freshness, 'cached');
    assert.deepEqual(bench.takeEvents(), ['+a running +gone stopped']);
    await bench.refreshWith('a stopped', 'b running');
    assert.deepEqual(bench.takeEvents(), ['+b running ~a stopped -gone']);
    assert.equal(bench.store.state.freshness, 'live');
  });

  it('that is right stays as it was drawn', async () => {
    const bench = new StoreHarness(parseComputer('a running'));
    bench.store.loadCache();
    const drawn = bench.store.get('a');
    bench.takeEvents();
    await bench.refreshWith('a running');
    assert.deepEqual(bench.takeEvents(), []);
    assert.equal(bench.store.get('a'), drawn);
  });

  it('hides nothing that the service has to add', async () => {
    const bench = new StoreHarness(wire('a', 'error', { last_error: null }));
    bench.store.loadCache();
    bench.client.script('list', listOf(wire('a', 'error', { last_error: 'out of memory' })));
    await bench.store.refresh();
    assert.equal(bench.store.get('a')?.lastError, 'out of memory');
  });

  it('holds the last list for the next time', async () => {
    const bench = new StoreHarness();
    await bench.refreshWith('a running', 'b stopped');
    await bench.refreshWith('a running');
    const next = new StoreHarness();
    next.cache.write(bench.cache.read());
    next.store.loadCache();
    assert.equal(next.shown, 'a running');
  });

  it('does not overwrite what is known already', async () => {
    const bench = new StoreHarness(parseComputer('a stopped'));
    await bench.refreshWith('a running');
    bench.cache.write([]);
    bench.store.loadCache();
    assert.equal(bench.shown, 'a running');
    assert.equal(bench.store.state.freshness, 'live');
  });

  it('that is empty is no list', () => {
    const bench = new StoreHarness();
    bench.store.loadCache();
    assert.equal(bench.store.state.freshness, 'none');
    assert.deepEqual(bench.takeEvents(), []);
  });

  it('is not taken for the service’s word', () => {
    const bench = new StoreHarness(parseComputer('a running'));
    bench.store.loadCache();
    assert.equal(bench.store.recent('a', 3_600_000), undefined);
  });
});

describe('a list that fails', () => {
  const failure = new ApiError('server', { status: 500 });

  it('keeps what is known and says that it is stale', async () => {
    const bench = new StoreHarness();
    await bench.refreshWith('a running');
    bench.takeEvents();
    bench.client.script('list', failure);
    await assert.rejects(bench.store.refresh(), failure);
    assert.equal(bench.shown, 'a running');
    assert.deepEqual(bench.takeEvents(), []);
    assert.equal(bench.store.state.freshness, 'stale');
    assert.equal(bench.store.state.problem, failure);
    await bench.refreshWith('a running');
    assert.equal(bench.store.state.freshness, 'live');
    assert.equal(bench.store.state.problem, undefined);
  });

  it('keeps the cached list', async () => {
    const bench = new StoreHarness(parseComputer('a running'));
    bench.store.loadCache();
    bench.client.script('list', failure);
    await assert.rejects(bench.store.refresh());
    assert.equal(bench.shown, 'a running');
    assert.deepEqual([bench.store.state.freshness, bench.store.state.problem], ['cached', failure]);
  });

  it('says why when nothing is known yet', async () => {
    const bench = new StoreHarness();
    bench.client.script('list', failure);
    await assert.rejects(bench.store.refresh());
    assert.deepEqual([bench.store.state.freshness, bench.store.state.problem], ['none', failure]);
  });

  it('is no failure when it was cancelled', async () => {
    const bench = new StoreHarness();
    await bench.refreshWith('a running');
    bench.client.script('list', deferred<ComputerList>().promise);
    const controller = new AbortController();
    const refreshing = bench.store.refresh(controller.signal);
    controller.abort();
    await assert.rejects(refreshing, { name: 'AbortError' });
    assert.equal(bench.store.state.freshness, 'live');
  });
});

describe('answers out of order', () => {
  it('an older list changes nothing that a newer one brought', async () => {
    const bench = new StoreHarness();
    const { answers, done } = lists(bench, 2);
    answers[1]!.resolve(listOf(parseComputer('a stopped'), parseComputer('b running')));
    await done[1];
    bench.takeEvents();
    bench.states.length = 0;
    answers[0]!.resolve({
      ...listOf(parseComputer('a running'), parseComputer('gone running')),
      possiblyMore: true,
    });
    await done[0];
    assert.equal(bench.shown, 'a stopped, b running');
    assert.deepEqual(bench.takeEvents(), []);
    assert.deepEqual(bench.states, []);
  });

  it('an older list that fails after a newer one came does not make it stale', async () => {
    const bench = new StoreHarness();
    const { answers, done } = lists(bench, 2);
    answers[1]!.resolve(listOf(parseComputer('a running')));
    await done[1];
    answers[0]!.reject(new ApiError('timeout'));
    await assert.rejects(done[0]!);
    assert.equal(bench.store.state.freshness, 'live');
  });

  it('a list that was sent for before a computer was read does not overwrite it, nor take it away', async () => {
    const bench = new StoreHarness();
    await bench.refreshWith('a stopped', 'b stopped');
    const { answers, done } = lists(bench, 1);
    bench.store.upsert(parseComputer('a running'), bench.store.nextSequence());
    bench.store.upsert(parseComputer('new creating'), bench.store.nextSequence());
    bench.takeEvents();
    answers[0]!.resolve(listOf(parseComputer('a starting'), parseComputer('b running')));
    await done[0];
    assert.deepEqual(bench.takeEvents(), ['~b running']);
    assert.equal(bench.shown, 'a running, b running, new creating');
  });

  it('a computer that was sent for before a list does not overwrite it, nor come back', async () => {
    const bench = new StoreHarness();
    await bench.refreshWith('a running', 'gone running');
    const ticket = bench.store.nextSequence();
    await bench.refreshWith('a stopped');
    bench.takeEvents();
    const answer = bench.store.upsert(parseComputer('a running'), ticket);
    bench.store.upsert(parseComputer('gone running'), ticket);
    assert.equal(answer.status, 'running', 'who asked gets the answer all the same');
    assert.equal(bench.shown, 'a stopped');
    assert.deepEqual(bench.takeEvents(), []);
  });

  it('a list that was sent for before a computer was forgotten does not bring it back; a later one may', async () => {
    const bench = new StoreHarness();
    await bench.refreshWith('a running');
    const { answers, done } = lists(bench, 1);
    bench.store.remove('a');
    assert.deepEqual(bench.takeEvents(), ['+a running', '-a']);
    answers[0]!.resolve(listOf(parseComputer('a running')));
    await done[0];
    assert.deepEqual(bench.takeEvents(), []);
    await bench.refreshWith('a running');
    assert.deepEqual(bench.takeEvents(), ['+a running']);
  });
});

describe('learning of one computer', () => {
  it('tells what is new of it', async () => {
    const bench = new StoreHarness();
    await bench.refreshWith('a stopped', 'b stopped');
    bench.takeEvents();
    for (const text of ['a starting', 'a starting', 'c running', 'b deleted']) {
      bench.store.upsert(parseComputer(text), bench.store.nextSequence());
    }
    assert.deepEqual(bench.takeEvents(), ['~a starting', '+c running', '-b']);
  });

  it('makes it recent for a while', async () => {
    const bench = new StoreHarness();
    await bench.refreshWith('a running');
    await bench.clock.advance(1_000);
    assert.equal(bench.store.recent('a', 1_001)?.status, 'running');
    assert.equal(bench.store.recent('a', 999), undefined);
    bench.store.upsert(parseComputer('a running'), bench.store.nextSequence());
    assert.equal(bench.store.recent('a', 1)?.status, 'running');
    assert.equal(bench.store.recent('a', 0), undefined, 'who trusts for no time asks');
    assert.equal(bench.store.recent('b', 1_000), undefined);
  });

  it('does not trust a computer of which something is assumed', async () => {
    const bench = new StoreHarness();
    await bench.refreshWith('a running');
    bench.store.setOptimistic('a', 'stopping');
    assert.equal(bench.store.recent('a', 60_000), undefined);
  });

  it('forgets nothing that it never knew', () => {
    const bench = new StoreHarness();
    bench.store.remove('a');
    assert.deepEqual(bench.takeEvents(), []);
  });
});

describe('reset', () => {
  it('forgets the list, its state and the cache', async () => {
    const bench = new StoreHarness();
    await bench.refreshWith('a running', 'b running');
    bench.takeEvents();
    bench.store.reset();
    assert.deepEqual(bench.takeEvents(), ['-a -b']);
    assert.equal(bench.store.state.freshness, 'none');
    assert.deepEqual(bench.cache.read(), []);
  });

  it('drops the answers that are on their way', async () => {
    const bench = new StoreHarness();
    await bench.refreshWith('a running');
    const { answers, done } = lists(bench, 2);
    const ticket = bench.store.nextSequence();
    const assumption = bench.store.setOptimistic('a', 'stopping');
    bench.store.reset();
    bench.takeEvents();
    answers[0]!.resolve(listOf(parseComputer('a stopped')));
    await done[0];
    bench.store.upsert(parseComputer('a running'), ticket);
    assumption.settle(parseComputer('a stopping'));
    assert.equal(bench.shown, '');
    assert.deepEqual(bench.takeEvents(), []);
    answers[1]!.reject(new ApiError('auth', { status: 401 }));
    await assert.rejects(done[1]!);
    assert.equal(bench.store.state.problem, undefined);
  });

  it('asks anew at once where somebody watches', async () => {
    const bench = new StoreHarness();
    bench.setList('a running');
    bench.store.watch();
    await settled();
    bench.store.reset();
    bench.setList('other stopped');
    await settled();
    assert.equal(bench.shown, 'other stopped');
    bench.store.dispose();
  });
});
