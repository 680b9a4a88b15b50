import assert from 'node:assert/strict';
import { before, beforeEach, describe, it } from 'node:test';
import type { UsageFacts } from './billing';
import { EmulatorHarness } from './emulatorHarness';
import { type RefusalName, refusals } from './refusals';

interface Refused {
  detail: { error_code: string; running_limit?: number; required_scope?: string } | string;
}

// Every answer is checked by the contract; see EmulatorHarness.call.
describe('the plan of an account', () => {
  const harness = new EmulatorHarness({ isolation: 'plain', times: { delete: 0, deletedKept: 0 } });
  before(() => harness.start());
  beforeEach(async () => {
    await harness.emulator.control.setBilling({});
    for (const computer of harness.emulator.computers.items()) computer.delete();
  });

  const create = (body: object) => harness.call<Refused>('POST', '/v1/computers', { body });
  const codeOf = async (answer: ReturnType<typeof create>): Promise<unknown> => {
    const { status, body } = await answer;
    return status === 201 ? status : [status, body.detail];
  };
  const overview = async () => (await harness.call<UsageFacts>('GET', '/v1/billing/usage-overview')).body;

  it('lets a trial create the size micro alone, and keep one computer', async () => {
    await harness.emulator.control.setBilling({ plan: 'trial' });
    const tooLarge = [403, { error_code: 'trial_micro_only' }];
    assert.deepEqual(await codeOf(create({ size_id: 'small' })), tooLarge);
    assert.deepEqual(await codeOf(create({ template_id: 'coding-agent' })), tooLarge);
    assert.equal(await codeOf(create({ size_id: 'micro' })), 201);
    const full = [429, { error_code: 'trial_retained_sandbox_limit_reached' }];
    assert.deepEqual(await codeOf(create({ size_id: 'micro' })), full);
  });

  it('lets promotional credit create some sizes', async () => {
    await harness.emulator.control.setBilling({ plan: 'promotional' });
    const tooLarge = [403, { error_code: 'promotional_size_not_allowed' }];
    assert.equal(await codeOf(create({ size_id: 'standard' })), 201);
    assert.deepEqual(await codeOf(create({ size_id: 'xl' })), tooLarge);
  });

  it('runs ten computers at a time where it is paid for, and starts no other', async () => {
    const { control } = harness.emulator;
    await control.addFakes({ count: 9, statuses: ['running'] });
    const { id } = await control.seed({ status: 'stopped' });
    assert.equal((await overview()).running_count, 9);
    assert.equal(await codeOf(create({})), 201);
    const full = [429, { error_code: 'concurrency_limit_reached', running_limit: 10 }];
    assert.deepEqual(await codeOf(create({})), full);
    const start = harness.call<Refused>('POST', '/v1/computers/{computer_id}/start', { id });
    assert.deepEqual(await codeOf(start), full);
  });

  it('is told in the usage overview', async () => {
    const { control } = harness.emulator;
    await control.seed({ size: 'standard' });
    await control.seed({ size: 'micro', status: 'stopped' });
    const usage = await overview();
    assert.deepEqual(
      [usage.state, usage.running_count, usage.running_limit, usage.retained_count],
      ['paid', 1, 10, 2],
    );
    assert.equal(usage.month_to_date_estimated_cost_usd, '0.09');
    await control.setBilling({ plan: 'trial' });
    const access = await harness.call<{ state: string }>('GET', '/v1/billing/usage-access');
    assert.equal(access.body.state, 'trial');
    const { trial_credit_remaining_usd, trial_expires_at } = await overview();
    assert.equal(trial_credit_remaining_usd, '4.20');
    assert.ok(Date.parse(trial_expires_at ?? '') > Date.now());
    await control.setBilling({ usage: { state: 'payment_failed', running_count: 7 } });
    assert.deepEqual([(await overview()).state, (await overview()).running_count], ['payment_failed', 7]);
  });

  it("has no overview in June's contract", async () => {
    const { control } = harness.emulator;
    const { url, apiKey } = harness.emulator;
    await control.setFeatures({ contract: '2026-06' });
    const headers = { authorization: `Bearer ${apiKey}` };
    const { status } = await fetch(`${url}/v1/billing/usage-overview`, { headers });
    await control.setFeatures({ contract: '2026-10' });
    assert.equal(status, 404);
  });
});

describe('a refusal', () => {
  const harness = new EmulatorHarness({ isolation: 'plain', seed: [{ name: 'curie', status: 'stopped' }] });
  const id = 'curie';
  before(() => harness.start());
  beforeEach(() => harness.emulator.control.setStatus({ id, status: 'stopped' }));

  const start = () => harness.call<Refused>('POST', '/v1/computers/{computer_id}/start', { id });

  for (const name of Object.keys(refusals) as RefusalName[])
    it(`${name} answers the next start on request`, async () => {
      await harness.emulator.control.refuse({ name });
      const { status, body } = await start();
      const { status: expected, detail } = refusals[name];
      assert.equal(status, expected);
      assert.deepEqual(body.detail, typeof detail === 'string' ? detail : { error_code: name, ...detail });
      assert.equal((await start()).status, 200);
    });

  it('may be that of every create and start', async () => {
    const { control } = harness.emulator;
    await control.setBilling({ refused: 'payment_failed' });
    for (const answer of [
      await start(),
      await harness.call<Refused>('POST', '/v1/computers', { body: {} }),
      await start(),
    ])
      assert.deepEqual([answer.status, answer.body.detail], [402, { error_code: 'payment_failed' }]);
    await control.setBilling({});
    assert.equal((await start()).status, 200);
  });
});
