import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ApiError } from '../../../src/api/apiErrors';
import type { ComputerList } from '../../../src/api/client';
import { listOf, wire } from '../support/computers';
import { type Deferred, deferred } from '../support/deferred';
import { settled } from '../support/fakeClock';
import { parseComputer, StoreHarness } from '../support/storeHarness';

/** Lets the store ask for lists that a test answers by hand, in any order. */
function lists(
  harness: StoreHarness,
  count: number,
): { answers: Deferred<ComputerList>[]; done: Promise<void>[] } {
  const answers = Array.from({ length: count }, () => deferred<ComputerList>());
  harness.client.script('list', ...answers.map(({ promise }) => promise));
  return { answers, done: answers.map(() => harness.store.refresh()) };
}

describe('a list', () => {
  it('reports all new computers in one event', async () => {
    const harness = new StoreHarness();
    await harness.refreshWith('a running', 'b stopped');
    assert.deepEqual(harness.takeEvents(), ['+a running +b stopped']);
    assert.equal(harness.shown, 'a running, b stopped');
  });

  it('fires no event when nothing changed', async () => {
    const harness = new StoreHarness();
    await harness.refreshWith('a running', 'b stopped');
    harness.takeEvents();
    harness.states.length = 0;
    const { writes } = harness.cache;
    await harness.refreshWith('a running', 'b stopped');
    assert.deepEqual(harness.takeEvents(), []);
    assert.deepEqual(harness.states, []);
    assert.equal(harness.cache.writes, writes);
  });

  it('reports what was added, changed and removed', async () => {
    const harness = new StoreHarness();
    await harness.refreshWith('a running', 'b stopped', 'c stopped');
    harness.takeEvents();
    await harness.refreshWith('a running', 'c starting', 'd creating');
    assert.deepEqual(harness.takeEvents(), ['+d creating ~c starting -b']);
  });

  it('keeps the object of each computer that did not change', async () => {
    const harness = new StoreHarness();
    await harness.refreshWith('a running', 'b stopped');
    const [a, b] = ['a', 'b'].map((id) => harness.store.get(id));
    await harness.refreshWith('a running', 'b starting');
    assert.equal(harness.store.get('a'), a);
    assert.notEqual(harness.store.get('b'), b);
  });

  for (const count of [1_000, 10_000]) {
    it(`tells one change among ${count} in one event`, async () => {
      const harness = new StoreHarness();
      const all = Array.from({ length: count }, (_, i) => wire(`cmp_${i}`, 'running'));
      harness.client.script('list', listOf(...all));
      await harness.store.refresh();
      assert.equal(harness.changes.splice(0)[0]?.added.length, count);
      const before = harness.store.computers;
      harness.client.script('list', listOf(...all.with(count / 2, wire(`cmp_${count / 2}`, 'stopping'))));
      await harness.store.refresh();
      assert.deepEqual(harness.takeEvents(), [`~cmp_${count / 2} stopping`]);
      const after = harness.store.computers;
      assert.equal(after.filter((computer, i) => computer === before[i]).length, count - 1);
    });
  }

  it('shows no deleted computer, new or listed', async () => {
    const harness = new StoreHarness();
    await harness.refreshWith('a running', 'b deleted');
    assert.deepEqual(harness.takeEvents(), ['+a running']);
    await harness.refreshWith('a deleted', 'b deleted');
    assert.deepEqual(harness.takeEvents(), ['-a']);
    assert.equal(harness.shown, '');
  });

  it('reports an incomplete or partly invalid answer', async () => {
    const harness = new StoreHarness();
    const unreadable = [new ApiError('malformed', { detail: 'vcpus: no number' })];
    harness.client.script('list', {
      computers: [parseComputer('a running')],
      unreadable,
      possiblyMore: true,
    });
    await harness.store.refresh();
    assert.equal(harness.store.state.possiblyMore, true);
    assert.equal(harness.store.state.unreadable, 1);
    assert.match(harness.log.text, /vcpus: no number/);
    await harness.refreshWith('a running');
    assert.deepEqual(harness.store.state, {
      freshness: 'live',
      problem: undefined,
      possiblyMore: false,
      unreadable: 0,
    });
  });

  it('allows listeners to be added and removed in an event', async () => {
    const harness = new StoreHarness();
    let heard = 0;
    const listener = harness.store.onDidChange(() => (heard += 1));
    await harness.refreshWith('a running');
    listener.dispose();
    await harness.refreshWith('a stopped');
    assert.equal(heard, 1);
  });
});

describe('finding a computer', () => {
  it('matches the id, then a unique name', async () => {
    const harness = new StoreHarness();
    const named = (id: string, name: string) => wire(id, 'running', { name });
    harness.client.script(
      'list',
      listOf(named('a', 'curie'), named('b', 'twin'), named('c', 'twin'), named('d', 'a')),
    );
    await harness.store.refresh();
    const found = ['a', 'curie', 'twin', 'nobody'].map((text) => harness.store.find(text)?.id);
    assert.deepEqual(found, ['a', 'a', undefined, undefined]);
  });

  it("matches the service's own machines by their id alone", async () => {
    const harness = new StoreHarness();
    harness.client.script(
      'list',
      listOf(
        wire('a', 'running', { name: 'curie' }),
        wire('b', 'running', { name: 'curie', origin: 'github_ci' }),
        wire('c', 'running', { name: 'build', origin: 'template_build' }),
      ),
    );
    await harness.store.refresh();
    const found = ['curie', 'b', 'build', 'c'].map((text) => harness.store.find(text)?.id);
    assert.deepEqual(found, ['a', 'b', undefined, 'c']);
    assert.deepEqual(
      harness.store.ownComputers.map(({ id }) => id),
      ['a'],
    );
  });
});

describe('the list of one project', () => {
  it('says nothing about computers of other projects: those that leave it are not deleted', async () => {
    const harness = new StoreHarness();
    await harness.refreshWith('a running', 'b running');
    harness.takeEvents();
    harness.client.script('list', { ...listOf(wire('a', 'running')), projectId: 'prj_1' });
    await harness.store.refresh();
    assert.deepEqual(
      harness.changes.flatMap(({ removed }) => removed).map(({ computer, cause }) => [computer.id, cause]),
      [['b', 'unlisted']],
    );
    assert.equal(harness.store.state.possiblyMore, false);
  });
});

describe('the cache', () => {
  it('is shown first and then replaced', async () => {
    const harness = new StoreHarness(parseComputer('a running'), parseComputer('gone stopped'));
    harness.store.loadCache();
    assert.equal(harness.store.state.freshness, 'cached');
    assert.deepEqual(harness.takeEvents(), ['+a running +gone stopped']);
    await harness.refreshWith('a stopped', 'b running');
    assert.deepEqual(harness.takeEvents(), ['+b running ~a stopped -gone']);
    assert.equal(harness.store.state.freshness, 'live');
  });

  it('keeps its objects where it is still right', async () => {
    const harness = new StoreHarness(parseComputer('a running'));
    harness.store.loadCache();
    const drawn = harness.store.get('a');
    harness.takeEvents();
    await harness.refreshWith('a running');
    assert.deepEqual(harness.takeEvents(), []);
    assert.equal(harness.store.get('a'), drawn);
  });

  it('does not hide an update of the service', async () => {
    const harness = new StoreHarness(wire('a', 'error', { last_error: null }));
    harness.store.loadCache();
    harness.client.script('list', listOf(wire('a', 'error', { last_error: 'out of memory' })));
    await harness.store.refresh();
    assert.equal(harness.store.get('a')?.lastError, 'out of memory');
  });

  it('holds the last list for the next window', async () => {
    const harness = new StoreHarness();
    await harness.refreshWith('a running', 'b stopped');
    await harness.refreshWith('a running');
    const next = new StoreHarness();
    next.cache.write(harness.cache.read());
    next.store.loadCache();
    assert.equal(next.shown, 'a running');
  });

  it('does not overwrite a live list', async () => {
    const harness = new StoreHarness(parseComputer('a stopped'));
    await harness.refreshWith('a running');
    harness.cache.write([]);
    harness.store.loadCache();
    assert.equal(harness.shown, 'a running');
    assert.equal(harness.store.state.freshness, 'live');
  });

  it('counts as no list when it is empty', () => {
    const harness = new StoreHarness();
    harness.store.loadCache();
    assert.equal(harness.store.state.freshness, 'none');
    assert.deepEqual(harness.takeEvents(), []);
  });

  it('does not count as recent', () => {
    const harness = new StoreHarness(parseComputer('a running'));
    harness.store.loadCache();
    assert.equal(harness.store.recent('a', 3_600_000), undefined);
  });
});

describe('a list that fails', () => {
  const failure = new ApiError('server', { status: 500 });

  it('keeps the list and marks it stale', async () => {
    const harness = new StoreHarness();
    await harness.refreshWith('a running');
    harness.takeEvents();
    harness.client.script('list', failure);
    await assert.rejects(harness.store.refresh(), failure);
    assert.equal(harness.shown, 'a running');
    assert.deepEqual(harness.takeEvents(), []);
    assert.equal(harness.store.state.freshness, 'stale');
    assert.equal(harness.store.state.problem, failure);
    await harness.refreshWith('a running');
    assert.equal(harness.store.state.freshness, 'live');
    assert.equal(harness.store.state.problem, undefined);
  });

  it('keeps the cached list', async () => {
    const harness = new StoreHarness(parseComputer('a running'));
    harness.store.loadCache();
    harness.client.script('list', failure);
    await assert.rejects(harness.store.refresh());
    assert.equal(harness.shown, 'a running');
    assert.deepEqual([harness.store.state.freshness, harness.store.state.problem], ['cached', failure]);
  });

  it('reports the error when nothing is loaded yet', async () => {
    const harness = new StoreHarness();
    harness.client.script('list', failure);
    await assert.rejects(harness.store.refresh());
    assert.deepEqual([harness.store.state.freshness, harness.store.state.problem], ['none', failure]);
  });

  it('does not count as failed when it was cancelled', async () => {
    const harness = new StoreHarness();
    await harness.refreshWith('a running');
    harness.client.script('list', deferred<ComputerList>().promise);
    const controller = new AbortController();
    const refreshing = harness.store.refresh(controller.signal);
    controller.abort();
    await assert.rejects(refreshing, { name: 'AbortError' });
    assert.equal(harness.store.state.freshness, 'live');
  });
});

describe('answers out of order', () => {
  it('drops an older list after a newer one', async () => {
    const harness = new StoreHarness();
    const { answers, done } = lists(harness, 2);
    answers[1]!.resolve(listOf(parseComputer('a stopped'), parseComputer('b running')));
    await done[1];
    harness.takeEvents();
    harness.states.length = 0;
    answers[0]!.resolve({
      ...listOf(parseComputer('a running'), parseComputer('gone running')),
      possiblyMore: true,
    });
    await done[0];
    assert.equal(harness.shown, 'a stopped, b running');
    assert.deepEqual(harness.takeEvents(), []);
    assert.deepEqual(harness.states, []);
  });

  it('ignores the failure of an older list after a newer one', async () => {
    const harness = new StoreHarness();
    const { answers, done } = lists(harness, 2);
    answers[1]!.resolve(listOf(parseComputer('a running')));
    await done[1];
    answers[0]!.reject(new ApiError('timeout'));
    await assert.rejects(done[0]!);
    assert.equal(harness.store.state.freshness, 'live');
  });

  it('does not let a list overwrite or remove a computer that was read later', async () => {
    const harness = new StoreHarness();
    await harness.refreshWith('a stopped', 'b stopped');
    const { answers, done } = lists(harness, 1);
    harness.store.applyAnswer(parseComputer('a running'), harness.store.nextSequence());
    harness.store.applyAnswer(parseComputer('new creating'), harness.store.nextSequence());
    harness.takeEvents();
    answers[0]!.resolve(listOf(parseComputer('a starting'), parseComputer('b running')));
    await done[0];
    assert.deepEqual(harness.takeEvents(), ['~b running']);
    assert.equal(harness.shown, 'a running, b running, new creating');
  });

  it('does not let an earlier read overwrite a list, nor bring a computer back', async () => {
    const harness = new StoreHarness();
    await harness.refreshWith('a running', 'gone running');
    const ticket = harness.store.nextSequence();
    await harness.refreshWith('a stopped');
    harness.takeEvents();
    const answer = harness.store.applyAnswer(parseComputer('a running'), ticket);
    harness.store.applyAnswer(parseComputer('gone running'), ticket);
    assert.equal(answer.status, 'running', 'who asked gets the answer all the same');
    assert.equal(harness.shown, 'a stopped');
    assert.deepEqual(harness.takeEvents(), []);
  });

  it('does not let an earlier list bring back a removed computer; a later one may', async () => {
    const harness = new StoreHarness();
    await harness.refreshWith('a running');
    const { answers, done } = lists(harness, 1);
    harness.store.remove('a');
    assert.deepEqual(harness.takeEvents(), ['+a running', '-a']);
    answers[0]!.resolve(listOf(parseComputer('a running')));
    await done[0];
    assert.deepEqual(harness.takeEvents(), []);
    await harness.refreshWith('a running');
    assert.deepEqual(harness.takeEvents(), ['+a running']);
  });
});

describe('an answer about one computer', () => {
  it('reports the change', async () => {
    const harness = new StoreHarness();
    await harness.refreshWith('a stopped', 'b stopped');
    harness.takeEvents();
    for (const text of ['a starting', 'a starting', 'c running', 'b deleted']) {
      harness.store.applyAnswer(parseComputer(text), harness.store.nextSequence());
    }
    assert.deepEqual(harness.takeEvents(), ['~a starting', '+c running', '-b']);
  });

  it('makes the computer recent for a while', async () => {
    const harness = new StoreHarness();
    await harness.refreshWith('a running');
    await harness.clock.advance(1_000);
    assert.equal(harness.store.recent('a', 1_001)?.status, 'running');
    assert.equal(harness.store.recent('a', 999), undefined);
    harness.store.applyAnswer(parseComputer('a running'), harness.store.nextSequence());
    assert.equal(harness.store.recent('a', 1)?.status, 'running');
    assert.equal(harness.store.recent('a', 0), undefined, 'who trusts for no time asks');
    assert.equal(harness.store.recent('b', 1_000), undefined);
  });

  it('does not count a computer with an optimistic status as recent', async () => {
    const harness = new StoreHarness();
    await harness.refreshWith('a running');
    harness.store.setOptimistic('a', 'stopping');
    assert.equal(harness.store.recent('a', 60_000), undefined);
  });

  it('does nothing when it removes an unknown computer', () => {
    const harness = new StoreHarness();
    harness.store.remove('a');
    assert.deepEqual(harness.takeEvents(), []);
  });
});

describe('reset', () => {
  it('drops the list, its state and the cache', async () => {
    const harness = new StoreHarness();
    await harness.refreshWith('a running', 'b running');
    harness.takeEvents();
    harness.store.reset();
    assert.deepEqual(harness.takeEvents(), ['-a -b']);
    assert.equal(harness.store.state.freshness, 'none');
    assert.deepEqual(harness.cache.read(), []);
  });

  it('drops the answers that are under way', async () => {
    const harness = new StoreHarness();
    await harness.refreshWith('a running');
    const { answers, done } = lists(harness, 2);
    const ticket = harness.store.nextSequence();
    const assumption = harness.store.setOptimistic('a', 'stopping');
    harness.store.reset();
    harness.takeEvents();
    answers[0]!.resolve(listOf(parseComputer('a stopped')));
    await done[0];
    harness.store.applyAnswer(parseComputer('a running'), ticket);
    assumption.settle(parseComputer('a stopping'));
    assert.equal(harness.shown, '');
    assert.deepEqual(harness.takeEvents(), []);
    answers[1]!.reject(new ApiError('auth', { status: 401 }));
    await assert.rejects(done[1]!);
    assert.equal(harness.store.state.problem, undefined);
  });

  it('polls again at once while watched', async () => {
    const harness = new StoreHarness();
    harness.setList('a running');
    harness.store.watch();
    await settled();
    harness.store.reset();
    harness.setList('other stopped');
    await settled();
    assert.equal(harness.shown, 'other stopped');
    harness.store.dispose();
  });
});
