import assert from 'node:assert/strict';
import { before, beforeEach, describe, it } from 'node:test';
import { EmulatorHarness } from './emulatorHarness';
import { defaultFeatures } from './features';
import type { WireOperation } from './operations';

const computerRoute = '/v1/computers/{computer_id}';

// Every answer is checked by the contract; see EmulatorHarness.call.
describe('the operations of a computer', () => {
  const harness = new EmulatorHarness({ isolation: 'plain' });
  before(() => harness.start());
  beforeEach(async () => {
    await harness.emulator.control.setFeatures(defaultFeatures);
    await harness.emulator.control.setTimes({ start: 0 });
  });
  const operation = (id: string, operation: string) =>
    harness.call<WireOperation>('GET', `${computerRoute}/operations/{operation_id}`, { id, operation });
  const started = async (status = 'stopped') => {
    const { id } = await harness.emulator.control.seed({ status });
    const { headers } = await harness.call('POST', `${computerRoute}/start`, { id });
    return { id, header: headers.get('operation-id') };
  };

  it('are told in a header where the service does so, and can be followed to their end', async () => {
    const { control } = harness.emulator;
    await control.setFeatures({ operationIds: 'header' });
    await control.setTimes({ start: 300 });
    const { id, header } = await started();
    const running = (await operation(id, header!)).body;
    assert.deepEqual(
      [running.id, running.computer_id, running.kind, running.status, running.completed_at],
      [header, id, 'start', 'running', null],
    );
    await harness.waitForStatus(id, 'running');
    const ended = (await operation(id, header!)).body;
    assert.deepEqual([ended.status, ended.error], ['succeeded', null]);
    assert.ok(ended.completed_at! > ended.created_at);
  });

  it('fail with the reason, or are cancelled by the next one', async () => {
    const { control } = harness.emulator;
    await control.setFeatures({ operationIds: 'header' });
    const { id } = await control.seed({ status: 'stopped' });
    await control.failNextStart({ id, reason: 'No host has room.' });
    await harness.call('POST', `${computerRoute}/start`, { id });
    await harness.waitForStatus(id, 'error');
    await control.setTimes({ start: 60_000 });
    await harness.call('POST', `${computerRoute}/start`, { id });
    await harness.call('DELETE', computerRoute, { id });
    const operations = (await control.operations({ id })).map(({ kind, status, error }) => [
      kind,
      status,
      error,
    ]);
    assert.deepEqual(operations, [
      ['start', 'failed', 'No host has room.'],
      ['start', 'cancelled', null],
      ['delete', operations[2]?.[1], null],
    ]);
  });

  it('are told in the body where the service does so', async () => {
    const { url, apiKey, control } = harness.emulator;
    await control.setFeatures({ operationIds: 'body' });
    const { id } = await control.seed({});
    const headers = { authorization: `Bearer ${apiKey}` };
    const call = async (method: string, path: string) => {
      const answer = await fetch(url + path, { method, headers });
      assert.equal(answer.headers.get('operation-id'), null);
      const { operation_id: operationId } = (await answer.json()) as { operation_id: string };
      const { kind } = (await operation(id, operationId)).body;
      return kind;
    };
    assert.equal(await call('POST', `/v1/computers/${id}/stop`), 'stop');
    await harness.emulator.computers.get(id).settled();
    assert.equal(await call('POST', `/v1/computers/${id}/start`), 'start');
    assert.equal(await call('DELETE', `/v1/computers/${id}`), 'delete');
  });

  it('are not told otherwise, and of others than its own there are none', async () => {
    const { id, header } = await started();
    assert.equal(header, null);
    const [{ id: operationId } = { id: '' }] = await harness.emulator.control.operations({ id });
    assert.equal((await operation(id, operationId)).body.kind, 'start');
    const other = await harness.emulator.control.seed({ status: 'stopped' });
    assert.equal((await operation(other.id, operationId)).status, 404);
    assert.equal((await operation('cmp_none', operationId)).status, 404);
  });
});

describe('a service that answers when a computer runs', () => {
  const harness = new EmulatorHarness({
    isolation: 'plain',
    features: { answersWhenRunning: true },
    times: { create: 200, start: 200, stop: 60_000, restore: 0 },
  });
  before(() => harness.start());

  it('does so for a create and a start, also of one to restore', async () => {
    assert.equal((await harness.call('POST', '/v1/computers', { body: {} })).body.status, 'running');
    for (const status of ['stopped', 'restorable']) {
      const { id } = await harness.emulator.control.seed({ status });
      assert.equal((await harness.call('POST', `${computerRoute}/start`, { id })).body.status, 'running');
    }
  });

  it('answers with the error of one that fails', async () => {
    const { id } = await harness.emulator.control.seed({ status: 'stopped' });
    await harness.emulator.control.failNextStart({ id, reason: 'No host has room.' });
    const { body } = await harness.call('POST', `${computerRoute}/start`, { id });
    assert.deepEqual([body.status, body.last_error], ['error', 'No host has room.']);
  });

  it('answers a stop at once', async () => {
    const { id } = await harness.emulator.control.seed({});
    assert.equal((await harness.call('POST', `${computerRoute}/stop`, { id })).body.status, 'stopping');
  });
});
