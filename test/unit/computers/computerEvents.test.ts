import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ApiError } from '../../../src/api/apiErrors';
import { type ComputerList, createIntent } from '../../../src/api/client';
import { ComputerEvents } from '../../../src/computers/computerEvents';
import { listOf } from '../support/computers';
import { LifecycleHarness } from '../support/lifecycleHarness';
import { parseComputer } from '../support/storeHarness';

const { signal } = new AbortController();
const stopping = { signal, timeoutMs: 60_000 };

/** A list with these in it, and what is reported from then on: `a stopped`. */
async function listening(
  ...computers: string[]
): Promise<{ harness: LifecycleHarness; reported: string[]; events: ComputerEvents }> {
  const harness = new LifecycleHarness();
  const events = new ComputerEvents(harness.store, harness.lifecycle, harness.clock);
  const reported: string[] = [];
  events.onEvent(({ computer, kind }) => reported.push(`${computer.id} ${kind}`));
  await harness.refreshWith(...computers);
  return { harness, reported, events };
}

describe('events outside this window', () => {
  it('are reported once: stopped, failed, lost, deleted', async () => {
    const { harness, reported } = await listening('a running', 'b running', 'c running', 'd running');
    await harness.refreshWith('a stopping', 'b error', 'c lost', 'd deleting');
    await harness.refreshWith('a stopped', 'b error', 'c lost');
    await harness.refreshWith('a stopped');
    assert.deepEqual(reported, ['b failed', 'c failed', 'd deleted', 'a stopped', 'b deleted', 'c deleted']);
  });

  it('are reported again when they happen again', async () => {
    const { harness, reported } = await listening('a running');
    for (const status of ['stopped', 'running', 'stopped']) await harness.refreshWith(`a ${status}`);
    assert.deepEqual(reported, ['a stopped', 'a stopped']);
  });

  it('do not include statuses of the first list, nor the list of another account', async () => {
    const { harness, reported } = await listening('a stopped', 'b error', 'c running');
    harness.store.reset();
    await harness.refreshWith('d stopped');
    assert.deepEqual(reported, []);
  });

  const incomplete: [string, Partial<ComputerList>][] = [
    ['has no more room in the list', { possiblyMore: true }],
    ['cannot be read for once', { unreadable: [new ApiError('malformed')] }],
  ];
  for (const [what, part] of incomplete)
    it(`do not include a computer that ${what}`, async () => {
      const { harness, reported } = await listening('a running', 'b running');
      harness.client.script('list', { ...listOf(parseComputer('a running')), ...part });
      await harness.store.refresh();
      assert.equal(harness.shown, 'a running');
      assert.deepEqual(reported, []);
    });

  it('include a deletion that a 404 reveals while the list is incomplete', async () => {
    const { harness, reported } = await listening('a running', 'b running');
    harness.client.script('list', {
      ...listOf(parseComputer('a running'), parseComputer('b running')),
      possiblyMore: true,
    });
    await harness.store.refresh();
    harness.scriptFetches(new ApiError('notFound'));
    await assert.rejects(harness.lifecycle.fetch('b', signal));
    assert.deepEqual(reported, ['b deleted']);
  });

  it('do not include what this window did', async () => {
    const { harness, reported } = await listening('a running', 'b running', 'c running');
    harness.client.script('stop', parseComputer('a stopping'));
    harness.scriptFetches('stopped');
    await harness.timely(harness.lifecycle.stop('a', stopping));
    harness.client.script('delete', parseComputer('b deleting'));
    await harness.lifecycle.delete('b', signal);
    harness.client.script('bulkDelete', { deleted: 1, deleted_ids: ['c'], failed_ids: [] });
    await harness.lifecycle.deleteMany(['c'], signal);
    await harness.refreshWith('a stopped');
    assert.deepEqual(reported, []);
  });

  it('are reported again once a computer that this window stopped is running', async () => {
    const { harness, reported } = await listening('a running');
    harness.client.script('stop', parseComputer('a stopping'));
    harness.scriptFetches('stopped');
    await harness.timely(harness.lifecycle.stop('a', stopping));
    await harness.refreshWith('a running');
    await harness.refreshWith('a stopped');
    assert.deepEqual(reported, ['a stopped']);
  });
});

describe('requests of this window', () => {
  it('report a start that has led to a running computer, but not that of another window', async () => {
    const { harness, reported } = await listening('a stopped', 'b stopped');
    harness.client.script('start', parseComputer('a starting'));
    harness.scriptFetches('stopped', 'starting', 'running');
    await harness.opened();
    await harness.refreshWith('a running', 'b running');
    assert.deepEqual(reported, ['a ready']);
  });

  it('leave a start that fails to its caller', async () => {
    const { harness, reported } = await listening('a stopped');
    harness.client.script('start', parseComputer('a starting'));
    harness.scriptFetches('stopped', 'starting', 'error');
    await assert.rejects(harness.opened());
    assert.equal(harness.shown, 'a error');
    assert.deepEqual(reported, []);
  });

  for (const [status, what] of [
    ['running', 'ready'],
    ['error', 'notCreated'],
  ]) {
    it(`report a create that ends in ${status}, though the list is not watched`, async () => {
      const { harness, reported } = await listening();
      harness.client.script('create', parseComputer('a creating'));
      harness.setList('a creating');
      await harness.lifecycle.create(createIntent({}), signal);
      await harness.clock.advance(5_000);
      harness.setList(`a ${status}`);
      await harness.clock.advance(5_000);
      assert.deepEqual(reported, [`a ${what}`]);
      assert.equal(harness.clock.waiting, 0, 'nobody looks any more');
    });
  }

  it('are watched for ten minutes at most', async () => {
    const { harness, events } = await listening();
    harness.client.script('create', parseComputer('a creating'));
    harness.setList('a creating');
    await harness.lifecycle.create(createIntent({}), signal);
    await harness.clock.advance(601_000);
    assert.equal(harness.clock.waiting, 0);
    events.dispose();
  });
});
