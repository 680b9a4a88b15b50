import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ApiError } from '../../../src/api/apiErrors';
import type { BulkDeleteResult, WireComputer } from '../../../src/api/wire';
import { LifecycleError } from '../../../src/computers/errors';
import { deferred } from '../support/deferred';
import { settled } from '../support/fakeClock';
import { LifecycleHarness } from '../support/lifecycleHarness';
import { parseComputer } from '../support/storeHarness';

const conflict = new ApiError('conflict', { status: 409, detail: 'Computer is starting' });
const notFound = new ApiError('notFound', { status: 404 });
const network = new ApiError('network');
const { signal } = new AbortController();
const stopping = { signal, timeoutMs: 60_000 };

describe('stopping a computer', () => {
  it('shows stopping at once and waits until it has stopped', async () => {
    const harness = await LifecycleHarness.with('a running');
    harness.client.script('stop', parseComputer('a stopping'));
    harness.scriptFetches('stopping', 'stopping', 'stopped');
    const stopped = harness.lifecycle.stop('a', stopping);
    assert.equal(harness.shown, 'a stopping');
    assert.equal((await harness.timely(stopped)).status, 'stopped');
    assert.deepEqual(harness.takeEvents(), ['~a stopping', '~a stopped']);
    assert.deepEqual(harness.client.calls, ['stop a', 'get a', 'get a', 'get a']);
  });

  for (const status of ['stopping', 'stopped']) {
    it(`succeeds for a computer that is already ${status}`, async () => {
      const harness = await LifecycleHarness.with('a running');
      harness.client.script('stop', conflict);
      harness.scriptFetches(status, 'stopped');
      assert.equal((await harness.timely(harness.lifecycle.stop('a', stopping))).status, 'stopped');
    });
  }

  it('fails with the message of the service, and shows the confirmed status', async () => {
    const harness = await LifecycleHarness.with('a running');
    harness.client.script('stop', conflict);
    harness.scriptFetches('starting');
    await assert.rejects(harness.timely(harness.lifecycle.stop('a', stopping)), conflict);
    assert.equal(harness.shown, 'a starting');
  });

  it('shows the confirmed status again when it fails', async () => {
    const harness = await LifecycleHarness.with('a running');
    harness.client.script('stop', network);
    await assert.rejects(harness.lifecycle.stop('a', stopping), network);
    assert.equal(harness.shown, 'a running');
    assert.deepEqual(harness.client.calls, ['stop a'], 'nothing is sent twice');
  });

  it('fails for a computer that is gone, and removes it from the list', async () => {
    const harness = await LifecycleHarness.with('a running');
    harness.client.script('stop', notFound);
    await assert.rejects(harness.lifecycle.stop('a', stopping), notFound);
    assert.deepEqual(harness.takeEvents(), ['~a stopping', '-a']);
  });

  it('ends with any other status that does not change', async () => {
    const harness = await LifecycleHarness.with('a running');
    harness.client.script('stop', parseComputer('a stopping'));
    harness.scriptFetches('stopping', 'error');
    assert.equal((await harness.timely(harness.lifecycle.stop('a', stopping))).status, 'error');
  });

  it('fails when the time limit is reached', async () => {
    const harness = await LifecycleHarness.with('a running');
    harness.client.script('stop', parseComputer('a stopping'));
    harness.scriptFetches('stopping');
    await assert.rejects(
      harness.timely(harness.lifecycle.stop('a', stopping)),
      (error) => error instanceof LifecycleError && error.message.includes('still stopping after 60 s'),
    );
    assert.equal(harness.clock.waiting, 0);
  });

  it('waits for a service that cannot be reached for a while', async () => {
    const harness = await LifecycleHarness.with('a running');
    harness.client.script('stop', parseComputer('a stopping'));
    harness.scriptFetches('stopping', network, network, 'stopped');
    assert.equal((await harness.timely(harness.lifecycle.stop('a', stopping))).status, 'stopped');
  });

  it('can be cancelled while it waits', async () => {
    const harness = await LifecycleHarness.with('a running');
    harness.client.script('stop', parseComputer('a stopping'));
    harness.scriptFetches('stopping');
    const controller = new AbortController();
    const stopped = harness.lifecycle.stop('a', { signal: controller.signal, timeoutMs: 60_000 });
    await harness.clock.advance(500);
    controller.abort();
    await assert.rejects(stopped, { name: 'AbortError' });
    assert.equal(harness.clock.waiting, 0);
    assert.equal(harness.shown, 'a stopping');
  });

  it('can be cancelled during the request', async () => {
    const harness = await LifecycleHarness.with('a running');
    harness.client.script('stop', deferred<WireComputer>().promise);
    const controller = new AbortController();
    const stopped = harness.lifecycle.stop('a', { signal: controller.signal, timeoutMs: 60_000 });
    await settled();
    controller.abort();
    await assert.rejects(stopped, { name: 'AbortError' });
    assert.equal(harness.shown, 'a running');
  });
});

describe('deleting a computer', () => {
  it('shows deleting at once, then the answer of the service', async () => {
    const harness = await LifecycleHarness.with('a running');
    const answer = deferred<WireComputer>();
    harness.client.script('delete', answer.promise);
    const deleted = harness.lifecycle.delete('a', signal);
    assert.deepEqual(harness.takeEvents(), ['~a deleting']);
    answer.resolve(parseComputer('a deleting'));
    await deleted;
    assert.deepEqual(harness.takeEvents(), []);
  });

  it('removes it where the service has deleted it at once', async () => {
    const harness = await LifecycleHarness.with('a running', 'b running');
    harness.client.script('delete', parseComputer('a deleted'));
    await harness.lifecycle.delete('a', signal);
    assert.deepEqual(harness.takeEvents(), ['~a deleting', '-a']);
  });

  it('succeeds for a computer that is already gone', async () => {
    const harness = await LifecycleHarness.with('a running');
    harness.client.script('delete', notFound);
    await harness.lifecycle.delete('a', signal);
    assert.deepEqual(harness.takeEvents(), ['~a deleting', '-a']);
  });

  for (const [what, look, shown] of [
    ['being deleted', 'deleting', 'a deleting'],
    ['deleted', 'deleted', ''],
    ['not known any more', notFound, ''],
  ] as const) {
    it(`succeeds in spite of a conflict, since it is ${what}`, async () => {
      const harness = await LifecycleHarness.with('a running');
      harness.client.script('delete', conflict);
      harness.scriptFetches(look);
      await harness.lifecycle.delete('a', signal);
      assert.equal(harness.shown, shown);
    });
  }

  it('fails with the message of the service, and shows the confirmed status', async () => {
    const harness = await LifecycleHarness.with('a starting');
    harness.client.script('delete', conflict);
    harness.scriptFetches('starting');
    await assert.rejects(harness.lifecycle.delete('a', signal), conflict);
    assert.equal(harness.shown, 'a starting');
  });

  it('shows the confirmed status again when it fails', async () => {
    const harness = await LifecycleHarness.with('a running');
    harness.client.script('delete', network);
    await assert.rejects(harness.lifecycle.delete('a', signal), network);
    assert.equal(harness.shown, 'a running');
    assert.deepEqual(harness.client.calls, ['delete a'], 'nothing is sent twice');
  });
});

describe('deleting several computers', () => {
  it('requests batches of a hundred and adds up their results', async () => {
    const ids = Array.from({ length: 250 }, (_, i) => `c${i}`);
    const harness = await LifecycleHarness.with(...ids.map((id) => `${id} stopped`));
    const result = (deleted: string[], failed: string[]): BulkDeleteResult => ({
      deleted: deleted.length,
      deleted_ids: deleted,
      failed_ids: failed,
    });
    harness.client.script(
      'bulkDelete',
      result(ids.slice(0, 99), ['c99']),
      result(ids.slice(100, 200), []),
      result(ids.slice(201), ['c200']),
    );
    const total = await harness.lifecycle.deleteMany(ids, signal);
    const sizes = harness.client.calls.map((call) => call.split(',').length);
    assert.deepEqual(sizes, [100, 100, 50]);
    assert.equal(total.deletedIds.length, 248);
    assert.deepEqual([total.failedIds, total.problem], [['c99', 'c200'], undefined]);
  });

  it('reports what was deleted before a failure, and requests no more', async () => {
    const ids = Array.from({ length: 250 }, (_, i) => `c${i}`);
    const harness = await LifecycleHarness.with(...ids.map((id) => `${id} stopped`));
    const first = { deleted: 99, deleted_ids: ids.slice(0, 99), failed_ids: ['c99'] };
    harness.client.script('bulkDelete', first, network);
    assert.deepEqual(await harness.lifecycle.deleteMany(ids, signal), {
      deletedIds: first.deleted_ids,
      failedIds: ['c99'],
      problem: network,
    });
    assert.equal(harness.client.count('bulkDelete'), 2);
    assert.equal(harness.shown.match(/deleting/g)?.length, 99);
  });

  it('shows each as the answer reports, until the next list', async () => {
    const harness = await LifecycleHarness.with('a running', 'b stopped', 'c running');
    const answer = deferred<BulkDeleteResult>();
    harness.client.script('bulkDelete', answer.promise);
    const deleting = harness.lifecycle.deleteMany(['a', 'b'], signal);
    assert.equal(harness.shown, 'a deleting, b deleting, c running');
    harness.takeEvents();
    answer.resolve({ deleted: 1, deleted_ids: ['a'], failed_ids: ['b'] });
    await deleting;
    assert.deepEqual(harness.takeEvents(), ['~b stopped']);
    await harness.refreshWith('b stopped', 'c running');
    assert.deepEqual(harness.takeEvents(), ['-a']);
  });

  it('shows the confirmed status again when it fails', async () => {
    const harness = await LifecycleHarness.with('a running', 'b stopped');
    harness.client.script('bulkDelete', network);
    assert.equal((await harness.lifecycle.deleteMany(['a', 'b'], signal)).problem, network);
    assert.equal(harness.shown, 'a running, b stopped');
  });

  it('requests nothing for no computer', async () => {
    const harness = await LifecycleHarness.with('a running');
    assert.deepEqual(await harness.lifecycle.deleteMany([], signal), {
      deletedIds: [],
      failedIds: [],
      problem: undefined,
    });
    assert.deepEqual(harness.client.calls, []);
  });
});
