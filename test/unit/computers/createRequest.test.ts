import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createRequest, withSize } from '../../../src/computers/createRequest';

const defaults = { network_policy: { mode: 'open' }, external_volume_enabled: false };

describe('a create request', () => {
  it('names a size alone, or numbers alone, or neither', () => {
    assert.deepEqual(createRequest({ templateId: 'scratch', size: 'micro' }), {
      ...{ template_id: 'scratch', size_id: 'micro' },
      ...defaults,
    });
    assert.deepEqual(createRequest({ size: { vcpus: 3, ramMb: 2048, diskMb: 8192 } }), {
      ...{ vcpus: 3, ram_mb: 2048, disk_size_mb: 8192 },
      ...defaults,
    });
    assert.deepEqual(createRequest({ templateId: 'scratch' }), { template_id: 'scratch', ...defaults });
  });

  for (const [network, persistentVolume, sent] of [
    ['open', true, true],
    ['open', false, false],
    ['off', false, false],
    ['off', true, false],
    [undefined, true, true],
  ] as const)
    it(`with the network ${network ?? 'not chosen'} and the volume ${persistentVolume} never has one without the other`, () => {
      const request = createRequest({ network, persistentVolume });
      assert.deepEqual(request.network_policy, { mode: network ?? 'open' });
      assert.equal(request.external_volume_enabled, sent);
    });

  it('keeps everything else when its size is replaced', () => {
    const numbers = { vcpus: 2, ramMb: 2048, diskMb: 4096 };
    const request = createRequest({ templateId: 'scratch', size: numbers, persistentVolume: true });
    assert.deepEqual(
      withSize(request, 'micro'),
      createRequest({ templateId: 'scratch', size: 'micro', persistentVolume: true }),
    );
    assert.equal('size_id' in withSize(createRequest({ size: 'xl' }), undefined), false);
  });
});
