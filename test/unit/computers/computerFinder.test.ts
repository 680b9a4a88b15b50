import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ApiError } from '../../../src/api/apiErrors';
import { ComputerFinder } from '../../../src/computers/computerFinder';
import { wire } from '../support/computers';
import { StoreHarness } from '../support/storeHarness';

const { signal } = new AbortController();

async function setUp(...computers: string[]) {
  const harness = new StoreHarness();
  await harness.refreshWith(...computers);
  harness.client.calls.length = 0;
  return { harness, finder: new ComputerFinder(harness.store, harness.client) };
}

describe('looking for a computer', () => {
  it('takes a listed one by its id or name, without a request', async () => {
    const { harness, finder } = await setUp('a running');
    for (const text of ['a', 'name of a']) assert.equal((await finder.find(text, signal)).id, 'a');
    assert.deepEqual(harness.client.calls, []);
  });

  it('reads a listed one anew where its current status is needed, by its id', async () => {
    const { harness, finder } = await setUp('a running');
    harness.client.script('get', wire('a', 'stopped'));
    const { status } = await finder.find('name of a', signal, { isCurrent: true });
    assert.equal(status, 'stopped');
    assert.deepEqual(harness.client.calls, ['get a']);
    assert.equal(harness.shown, 'a stopped');
  });

  it('says that a listed one is gone where its current status is needed', async () => {
    const { harness, finder } = await setUp('a running');
    harness.client.script('get', new ApiError('notFound'));
    await assert.rejects(finder.find('a', signal, { isCurrent: true }), /There is no computer named a\./);
  });
});
