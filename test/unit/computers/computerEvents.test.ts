import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createIntent, type ComputerList } from '../../../src/api/client';
import { ApiError } from '../../../src/api/errors';
import { ComputerEvents } from '../../../src/computers/computerEvents';
import { listOf } from '../support/computers';
import { LifecycleHarness } from '../support/lifecycleHarness';
import { parseComputer } from '../support/storeHarness';

const { signal } = new AbortController();
const stopping = { signal, timeoutMs: 60_000 };

/** A list with these in it, and what is told from then on: `a stopped`. */
async function listening(
  ...computers: string[]
): Promise<{ bench: LifecycleHarness; told: string[]; happenings: ComputerEvents }> {
  const bench = new LifecycleHarness();
  const happenings = new ComputerEvents(bench.store, bench.lifecycle, bench.clock);
  const told: string[] = [];
  happenings.onEvent(({ computer, kind: what }) => told.push(`${computer.id} ${what}`));
  await bench.refreshWith(...computers);
  return { bench, told, happenings };
}

describe('what happens elsewhere', () => {
  it('is told once: stopped, failed, lost, deleted', async () => {
    const { bench, told } = await listening('a running', 'b running', 'c running', 'd running');
    await bench.refreshWith('a stopping', 'b error', 'c lost', 'd deleting');
    await bench.refreshWith('a stopped', 'b error', 'c lost');
    await bench.refreshWith('a stopped');
    assert.deepEqual(told, ['b failed', 'c failed', 'd deleted', 'a stopped', 'b deleted', 'c deleted']);
  });

  it('is told again when it happens again', async () => {
    const { bench, told } = await listening('a running');
    for (const status of ['stopped', 'running', 'stopped']) await bench.refreshWith(`a ${status}`);
    assert.deepEqual(told, ['a stopped', 'a stopped']);
  });

  it('is not how computers were when the list was first read, nor the list of another account', async () => {
    const { bench, told } = await listening('a stopped', 'b error', 'c running');
    bench.store.reset();
    await bench.refreshWith('d stopped');
    assert.deepEqual(told, []);
  });

  const incomplete: [string, Partial<ComputerList>][] = [
    ['has no more room in the list', { possiblyMore: true }],
    ['cannot be read for once', { unreadable: [new ApiError('malformed')] }],
  ];
  for (const [what, part] of incomplete)
    it(`is not that a computer ${what}`, async () => {
      const { bench, told } = await listening('a running', 'b running');
      bench.client.script('list', { ...listOf(parseComputer('a running')), ...part });
      await bench.store.refresh();
      assert.equal(bench.shown, 'a running');
      assert.deepEqual(told, []);
    });

  it('is told as deleted by a 404, though the list is incomplete', async () => {
    const { bench, told } = await listening('a running', 'b running');
    bench.client.script('list', {
      ...listOf(parseComputer('a running'), parseComputer('b running')),
      possiblyMore: true,
    });
    await bench.store.refresh();
    bench.scriptFetches(new ApiError('notFound'));
    await assert.rejects(bench.lifecycle.fetch('b', signal));
    assert.deepEqual(told, ['b deleted']);
  });

  it('is not what this window did', async () => {
    const { bench, told } = await listening('a running', 'b running', 'c running');
    bench.client.script('stop', parseComputer('a stopping'));
    bench.scriptFetches('stopped');
    await bench.timely(bench.lifecycle.stop('a', stopping));
    bench.client.script('delete', parseComputer('b deleting'));
    await bench.lifecycle.delete('b', signal);
    bench.client.script('bulkDelete', { deleted: 1, deleted_ids: ['c'], failed_ids: [] });
    await bench.lifecycle.deleteMany(['c'], signal);
    await bench.refreshWith('a stopped');
    assert.deepEqual(told, []);
  });

  it('is heard of again once a computer that this window stopped runs', async () => {
    const { bench, told } = await listening('a running');
    bench.client.script('stop', parseComputer('a stopping'));
    bench.scriptFetches('stopped');
    await bench.timely(bench.lifecycle.stop('a', stopping));
    await bench.refreshWith('a running');
    await bench.refreshWith('a stopped');
    assert.deepEqual(told, ['a stopped']);
  });
});

describe('what this window has begun', () => {
  it('is told when a start has led to a running computer, but not that of another window', async () => {
    const { bench, told } = await listening('a stopped', 'b stopped');
    bench.client.script('start', parseComputer('a starting'));
    bench.scriptFetches('stopped', 'starting', 'running');
    await bench.opened();
    await bench.refreshWith('a running', 'b running');
    assert.deepEqual(told, ['a ready']);
  });

  it('is left to those who asked for a start that fails', async () => {
    const { bench, told } = await listening('a stopped');
    bench.client.script('start', parseComputer('a starting'));
    bench.scriptFetches('stopped', 'starting', 'error');
    await assert.rejects(bench.opened());
    assert.equal(bench.shown, 'a error');
    assert.deepEqual(told, []);
  });

  for (const [status, what] of [
    ['running', 'ready'],
    ['error', 'notCreated'],
  ]) {
    it(`is told when a create ends in ${status}, though nobody looks at the list`, async () => {
      const { bench, told } = await listening();
      bench.client.script('create', parseComputer('a creating'));
      bench.setList('a creating');
      await bench.lifecycle.create(createIntent({}), signal);
      await bench.clock.advance(5_000);
      bench.setList(`a ${status}`);
      await bench.clock.advance(5_000);
      assert.deepEqual(told, [`a ${what}`]);
      assert.equal(bench.clock.waiting, 0, 'nobody looks any more');
    });
  }

  it('is waited for ten minutes at most', async () => {
    const { bench, happenings } = await listening();
    bench.client.script('create', parseComputer('a creating'));
    bench.setList('a creating');
    await bench.lifecycle.create(createIntent({}), signal);
    await bench.clock.advance(601_000);
    assert.equal(bench.clock.waiting, 0);
    happenings.dispose();
  });
});
