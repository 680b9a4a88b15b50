import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ApiError } from '../../../src/api/errors';
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
  it('shows it at once and waits until it has stopped', async () => {
    const bench = await LifecycleHarness.with('a running');
    bench.client.script('stop', parseComputer('a stopping'));
    bench.scriptFetches('stopping', 'stopping', 'stopped');
    const stopped = bench.lifecycle.stop('a', stopping);
    assert.equal(bench.shown, 'a stopping');
    assert.equal((await bench.timely(stopped)).status, 'stopped');
    assert.deepEqual(bench.takeEvents(), ['~a stopping', '~a stopped']);
    assert.deepEqual(bench.client.calls, ['stop a', 'get a', 'get a', 'get a']);
  });

  for (const status of ['stopping', 'stopped']) {
    it(`that is ${status} already is a success`, async () => {
      const bench = await LifecycleHarness.with('a running');
      bench.client.script('stop', conflict);
      bench.scriptFetches(status, 'stopped');
      assert.equal((await bench.timely(bench.lifecycle.stop('a', stopping))).status, 'stopped');
    });
  }

  it('that cannot be stopped now says so in the words of the service, and shows the truth', async () => {
    const bench = await LifecycleHarness.with('a running');
    bench.client.script('stop', conflict);
    bench.scriptFetches('starting');
    await assert.rejects(bench.timely(bench.lifecycle.stop('a', stopping)), conflict);
    assert.equal(bench.shown, 'a starting');
  });

  it('shows the truth again when it fails', async () => {
    const bench = await LifecycleHarness.with('a running');
    bench.client.script('stop', network);
    await assert.rejects(bench.lifecycle.stop('a', stopping), network);
    assert.equal(bench.shown, 'a running');
    assert.deepEqual(bench.client.calls, ['stop a'], 'nothing is sent twice');
  });

  it('that is gone says so, and takes it from the list', async () => {
    const bench = await LifecycleHarness.with('a running');
    bench.client.script('stop', notFound);
    await assert.rejects(bench.lifecycle.stop('a', stopping), notFound);
    assert.deepEqual(bench.takeEvents(), ['~a stopping', '-a']);
  });

  it('ends with any other settled state', async () => {
    const bench = await LifecycleHarness.with('a running');
    bench.client.script('stop', parseComputer('a stopping'));
    bench.scriptFetches('stopping', 'error');
    assert.equal((await bench.timely(bench.lifecycle.stop('a', stopping))).status, 'error');
  });

  it('is given up when the time is over', async () => {
    const bench = await LifecycleHarness.with('a running');
    bench.client.script('stop', parseComputer('a stopping'));
    bench.scriptFetches('stopping');
    await assert.rejects(
      bench.timely(bench.lifecycle.stop('a', stopping)),
      (error) => error instanceof LifecycleError && error.message.includes('still stopping after 60 s'),
    );
    assert.equal(bench.clock.waiting, 0);
  });

  it('waits for a service that is away for a while', async () => {
    const bench = await LifecycleHarness.with('a running');
    bench.client.script('stop', parseComputer('a stopping'));
    bench.scriptFetches('stopping', network, network, 'stopped');
    assert.equal((await bench.timely(bench.lifecycle.stop('a', stopping))).status, 'stopped');
  });

  it('can be cancelled while it waits', async () => {
    const bench = await LifecycleHarness.with('a running');
    bench.client.script('stop', parseComputer('a stopping'));
    bench.scriptFetches('stopping');
    const controller = new AbortController();
    const stopped = bench.lifecycle.stop('a', { signal: controller.signal, timeoutMs: 60_000 });
    await bench.clock.advance(500);
    controller.abort();
    await assert.rejects(stopped, { name: 'AbortError' });
    assert.equal(bench.clock.waiting, 0);
    assert.equal(bench.shown, 'a stopping');
  });

  it('can be cancelled while it is asked for', async () => {
    const bench = await LifecycleHarness.with('a running');
    bench.client.script('stop', deferred<WireComputer>().promise);
    const controller = new AbortController();
    const stopped = bench.lifecycle.stop('a', { signal: controller.signal, timeoutMs: 60_000 });
    await settled();
    controller.abort();
    await assert.rejects(stopped, { name: 'AbortError' });
    assert.equal(bench.shown, 'a running');
  });
});

describe('deleting a computer', () => {
  it('shows it at once and as the service answers', async () => {
    const bench = await LifecycleHarness.with('a running');
    const answer = deferred<WireComputer>();
    bench.client.script('delete', answer.promise);
    const deleted = bench.lifecycle.delete('a', signal);
    assert.deepEqual(bench.takeEvents(), ['~a deleting']);
    answer.resolve(parseComputer('a deleting'));
    await deleted;
    assert.deepEqual(bench.takeEvents(), []);
  });

  it('takes it away where the service has done so at once', async () => {
    const bench = await LifecycleHarness.with('a running', 'b running');
    bench.client.script('delete', parseComputer('a deleted'));
    await bench.lifecycle.delete('a', signal);
    assert.deepEqual(bench.takeEvents(), ['~a deleting', '-a']);
  });

  it('that is gone already is a success', async () => {
    const bench = await LifecycleHarness.with('a running');
    bench.client.script('delete', notFound);
    await bench.lifecycle.delete('a', signal);
    assert.deepEqual(bench.takeEvents(), ['~a deleting', '-a']);
  });

  for (const [what, look, shown] of [
    ['being deleted', 'deleting', 'a deleting'],
    ['deleted', 'deleted', ''],
    ['not known any more', notFound, ''],
  ] as const) {
    it(`that cannot be, since it is ${what}, is a success`, async () => {
      const bench = await LifecycleHarness.with('a running');
      bench.client.script('delete', conflict);
      bench.scriptFetches(look);
      await bench.lifecycle.delete('a', signal);
      assert.equal(bench.shown, shown);
    });
  }

  it('that cannot be deleted now says so in the words of the service, and shows the truth', async () => {
    const bench = await LifecycleHarness.with('a starting');
    bench.client.script('delete', conflict);
    bench.scriptFetches('starting');
    await assert.rejects(bench.lifecycle.delete('a', signal), conflict);
    assert.equal(bench.shown, 'a starting');
  });

  it('shows the truth again when it fails', async () => {
    const bench = await LifecycleHarness.with('a running');
    bench.client.script('delete', network);
    await assert.rejects(bench.lifecycle.delete('a', signal), network);
    assert.equal(bench.shown, 'a running');
    assert.deepEqual(bench.client.calls, ['delete a'], 'nothing is sent twice');
  });
});

describe('deleting many', () => {
  it('asks in portions of a hundred and adds up what came of it', async () => {
    const ids = Array.from({ length: 250 }, (_, i) => `c${i}`);
    const bench = await LifecycleHarness.with(...ids.map((id) => `${id} stopped`));
    const result = (deleted: string[], failed: string[]): BulkDeleteResult => ({
      deleted: deleted.length,
      deleted_ids: deleted,
      failed_ids: failed,
    });
    bench.client.script(
      'bulkDelete',
      result(ids.slice(0, 99), ['c99']),
      result(ids.slice(100, 200), []),
      result(ids.slice(201), ['c200']),
    );
    const total = await bench.lifecycle.deleteMany(ids, signal);
    const sizes = bench.client.calls.map((call) => call.split(',').length);
    assert.deepEqual(sizes, [100, 100, 50]);
    assert.equal(total.deletedIds.length, 248);
    assert.deepEqual([total.failedIds, total.problem], [['c99', 'c200'], undefined]);
  });

  it('tells what was deleted before it failed, and asks for no more', async () => {
    const ids = Array.from({ length: 250 }, (_, i) => `c${i}`);
    const bench = await LifecycleHarness.with(...ids.map((id) => `${id} stopped`));
    const first = { deleted: 99, deleted_ids: ids.slice(0, 99), failed_ids: ['c99'] };
    bench.client.script('bulkDelete', first, network);
    assert.deepEqual(await bench.lifecycle.deleteMany(ids, signal), {
      deletedIds: first.deleted_ids,
      failedIds: ['c99'],
      problem: network,
    });
    assert.equal(bench.client.count('bulkDelete'), 2);
    assert.equal(bench.shown.match(/deleting/g)?.length, 99);
  });

  it('shows each as the answer says, until the next list', async () => {
    const bench = await LifecycleHarness.with('a running', 'b stopped', 'c running');
    const answer = deferred<BulkDeleteResult>();
    bench.client.script('bulkDelete', answer.promise);
    const deleting = bench.lifecycle.deleteMany(['a', 'b'], signal);
    assert.equal(bench.shown, 'a deleting, b deleting, c running');
    bench.takeEvents();
    answer.resolve({ deleted: 1, deleted_ids: ['a'], failed_ids: ['b'] });
    await deleting;
    assert.deepEqual(bench.takeEvents(), ['~b stopped']);
    await bench.refreshWith('b stopped', 'c running');
    assert.deepEqual(bench.takeEvents(), ['-a']);
  });

  it('shows the truth again when it fails', async () => {
    const bench = await LifecycleHarness.with('a running', 'b stopped');
    bench.client.script('bulkDelete', network);
    assert.equal((await bench.lifecycle.deleteMany(['a', 'b'], signal)).problem, network);
    assert.equal(bench.shown, 'a running, b stopped');
  });

  it('of none asks nothing', async () => {
    const bench = await LifecycleHarness.with('a running');
    assert.deepEqual(await bench.lifecycle.deleteMany([], signal), {
      deletedIds: [],
      failedIds: [],
      problem: undefined,
    });
    assert.deepEqual(bench.client.calls, []);
  });
});
