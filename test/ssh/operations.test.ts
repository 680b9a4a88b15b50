import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { systemClock } from '../../src/base/clock';
import { silentLog } from '../../src/base/log';
import { ComputerStore } from '../../src/computers/computerStore';
import { Lifecycle } from '../../src/computers/lifecycle';
import { MemoryCache } from '../unit/support/storeHarness';
import { Service } from './support/service';

describe('a service that names operations', () => {
  const service = new Service();
  afterEach(() => service.emulator.control.setFeatures({ operationIds: 'none' }));

  for (const operationIds of ['header', 'body', 'both'] as const)
    it(`in the ${operationIds}: they are followed to their end`, async () => {
      const { client, emulator } = service;
      await emulator.control.setFeatures({ operationIds });
      const { id } = await emulator.control.seed({ status: 'stopped' });
      const { operation_id: operationId } = await client.start(id);
      assert.equal(operationId, (await emulator.control.operations({ id })).at(-1)?.id);
      assert.deepEqual(Object.keys(await client.operation(id, operationId!)).sort(), [
        'completed_at',
        'error',
        'status',
      ]);
    });

  it('tells of one that fails, whatever the computer says', async () => {
    const { client, emulator } = service;
    await emulator.control.setFeatures({ operationIds: 'header' });
    const { id } = await emulator.control.seed({ status: 'stopped', name: 'ohm' });
    await emulator.control.failNextStart({ id, reason: 'No host has room.' });
    const store = new ComputerStore(client, systemClock, new MemoryCache(), silentLog);
    const lifecycle = new Lifecycle(client, store, systemClock, silentLog);
    const { signal } = new AbortController();
    await assert.rejects(lifecycle.ensureRunning(id, { signal, timeoutMs: 20_000 }), {
      message: 'ohm did not start: No host has room.',
    });
    const reads = await emulator.control.requests({ path: '/operations/' });
    assert.ok(reads.length >= 1);
  });

  it('does so in no answer by default', async () => {
    const { id } = await service.emulator.control.seed({ status: 'stopped' });
    assert.equal((await service.client.start(id)).operation_id ?? undefined, undefined);
  });
});
