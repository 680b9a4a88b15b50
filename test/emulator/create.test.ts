import assert from 'node:assert/strict';
import { before, beforeEach, describe, it } from 'node:test';
import { EmulatorHarness } from './emulatorHarness';
import { defaultFeatures } from './features';
import type { ValidationError } from './validationErrors';

interface Refusal {
  detail: string;
  errors?: ValidationError[];
}

/** Sizes of their own, so that the tests do not depend on those of the service. */
const sizes = [
  { id: 'tiny', vcpus: 1, ram_mb: 2048, root_disk_mb: 5120, hourly_rate_usd: '0.01' },
  { id: 'huge', vcpus: 16, ram_mb: 32_768, root_disk_mb: 512, hourly_rate_usd: '1.2345' },
];

// Every answer is checked by the contract; see EmulatorHarness.call.
describe('a create request', () => {
  const harness = new EmulatorHarness({ isolation: 'plain' });
  before(() => harness.start());
  beforeEach(async () => {
    await harness.emulator.control.setFeatures(defaultFeatures);
    await harness.emulator.control.setBilling({ sizes });
  });
  const create = async (body: object) => {
    const answer = await harness.call('POST', '/v1/computers', { body });
    // Otherwise it would start to run, and count, at any time.
    if (answer.status === 201)
      await harness.call('DELETE', '/v1/computers/{computer_id}', { id: answer.body.id });
    return answer;
  };
  const refused = async (body: object): Promise<string> => {
    const answer = await harness.call<Refusal>('POST', '/v1/computers', { body });
    assert.equal(answer.status, 400, JSON.stringify(body));
    return answer.body.detail;
  };

  it('gets the CPU, memory and disk of the size that it names', async () => {
    const { body } = await create({ size_id: 'tiny' });
    assert.deepEqual(
      [body.size_id, body.vcpus, body.ram_mb, body.disk_size_mb, body.price_version],
      ['tiny', 1, 2048, 5120, 'usage-v2'],
    );
  });

  it('may give the CPU and memory of one of the sizes, and its own disk', async () => {
    const { body } = await create({ vcpus: 16, ram_mb: 32_768, disk_size_mb: 1024 });
    assert.deepEqual([body.size_id, body.disk_size_mb], ['huge', 1024]);
  });

  it('may give no size, which is then that of the template', async () => {
    const { body } = await create({ template_id: 'coding-agent' });
    assert.deepEqual([body.size_id, body.vcpus, body.ram_mb], [null, 2, 4096]);
  });

  it('is refused with CPU and memory that are no size, of which it gets the list', async () => {
    const offer = 'Available sizes: tiny (1 vCPU, 2048 MB), huge (16 vCPU, 32768 MB).';
    assert.equal(await refused({ vcpus: 2, ram_mb: 2048 }), `2 vCPU with 2048 MB is no size. ${offer}`);
    assert.equal(await refused({ vcpus: 16 }), `16 vCPU with 2048 MB is no size. ${offer}`);
    assert.equal(await refused({ ram_mb: 512 }), `1 vCPU with 512 MB is no size. ${offer}`);
    assert.equal(await refused({ size_id: 'gigantic' }), `There is no size gigantic. ${offer}`);
    assert.equal(
      await refused({ size_id: 'gigantic', vcpus: 1, ram_mb: 2048 }),
      `There is no size gigantic. ${offer}`,
    );
  });

  it('is free in CPU and memory where the service has no sizes', async () => {
    const odd = { vcpus: 3, ram_mb: 5000 };
    await harness.emulator.control.setFeatures({ billingSizes: false });
    assert.equal((await create(odd)).body.vcpus, 3);
    await harness.emulator.control.setFeatures({ billingSizes: true });
    await harness.emulator.control.setBilling({ sizes: [] });
    assert.equal((await create(odd)).body.ram_mb, 5000);
  });

  it('must name a size where the service demands one', async () => {
    await harness.emulator.control.setFeatures({ sizeRequired: true });
    assert.match(await refused({}), /^A size is required\. Available sizes: tiny/);
    assert.match(await refused({ vcpus: 1, ram_mb: 2048 }), /^A size is required/);
    assert.equal((await create({ size_id: 'tiny' })).status, 201);
  });

  it('is refused with a volume and without the network, but not with one of both', async () => {
    const off = { network_policy: { mode: 'off' } };
    assert.equal(
      await refused({ ...off, external_volume_enabled: true }),
      'An external volume needs the network, so network_policy.mode cannot be off.',
    );
    assert.deepEqual((await create(off)).body.network_policy, { mode: 'off' });
    const { body } = await create({ external_volume_enabled: true });
    assert.deepEqual([body.external_volume_enabled, body.network_policy.mode], [true, 'open']);
  });

  it('is refused with the names of the fields where the service does so', async () => {
    await harness.emulator.control.setFeatures({ refusals: 'validation', sizeRequired: false });
    const fields = async (body: object) => {
      const answer = await harness.call<Refusal>('POST', '/v1/computers', { body });
      assert.deepEqual([answer.status, answer.body.detail], [422, 'Validation error']);
      return answer.body.errors?.map(({ loc }) => loc.join('.'));
    };
    assert.deepEqual(await fields({ vcpus: 2 }), ['body.vcpus', 'body.ram_mb']);
    assert.deepEqual(await fields({ size_id: 'gigantic' }), ['body.size_id']);
    assert.deepEqual(await fields({ network_policy: { mode: 'off' }, external_volume_enabled: true }), [
      'body.network_policy',
      'body.external_volume_enabled',
    ]);
  });

  it('makes nothing when it is refused', async () => {
    const names = async () =>
      (await harness.call<{ computers: { id: string }[] }>('GET', '/v1/computers?status=creating')).body
        .computers;
    await refused({ vcpus: 2 });
    assert.deepEqual(await names(), []);
  });

  it('is not asked of computers that a test adds', async () => {
    await harness.emulator.control.setFeatures({ sizeRequired: true });
    const { vcpus, ram_mb, size_id } = await harness.emulator.control.seed({
      vcpus: 3,
      ramMb: 777,
      status: 'stopped',
    });
    assert.deepEqual([vcpus, ram_mb, size_id], [3, 777, null]);
    assert.equal((await harness.emulator.control.seed({ size: 'tiny', status: 'stopped' })).ram_mb, 2048);
  });
});
