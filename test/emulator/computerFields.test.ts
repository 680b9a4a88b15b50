import assert from 'node:assert/strict';
import { before, beforeEach, describe, it } from 'node:test';
import type { WireComputer } from './computer';
import { EmulatorHarness } from './emulatorHarness';
import { defaultFeatures } from './features';

const computerRoute = '/v1/computers/{computer_id}';
const dayMs = 86_400_000;

// Every answer is checked by the contract; see EmulatorHarness.call.
describe('the fields of a computer', () => {
  const harness = new EmulatorHarness({
    isolation: 'plain',
    times: { create: 0, start: 0, stop: 0, delete: 0, deletedKept: 60_000 },
  });
  before(() => harness.start());
  beforeEach(() => harness.emulator.control.setFeatures(defaultFeatures));
  const list = async (query: string) => {
    const { body } = await harness.call<{ computers: WireComputer[] }>('GET', `/v1/computers?${query}`);
    return body.computers.map(({ name }) => name);
  };

  it('tell when the disk of a stopped one is deleted, and nothing of others', async () => {
    const { id } = await harness.emulator.control.seed({});
    assert.equal((await harness.get(id)).body.disk_delete_at, null);
    await harness.call('POST', `${computerRoute}/stop`, { id });
    const { disk_delete_at, stopped_at } = await harness.waitForStatus(id, 'stopped');
    assert.equal(Date.parse(disk_delete_at!) - Date.parse(stopped_at!), 30 * dayMs);
    await harness.call('POST', `${computerRoute}/start`, { id });
    const running = await harness.waitForStatus(id, 'running');
    assert.deepEqual([running.disk_delete_at, running.stopped_at], [null, null]);
  });

  it('tell the time that a test sets, until the next start', async () => {
    const soon = new Date(Date.now() + 2 * dayMs).toISOString();
    const { id } = await harness.emulator.control.seed({ status: 'stopped', diskDeleteAt: soon });
    assert.equal(Date.parse((await harness.get(id)).body.disk_delete_at!), Date.parse(soon));
    await harness.emulator.control.setStatus({ id, status: 'running' });
    await harness.emulator.control.setStatus({ id, status: 'stopped' });
    const { disk_delete_at } = (await harness.get(id)).body;
    assert.ok(Date.parse(disk_delete_at!) > Date.now() + 29 * dayMs, String(disk_delete_at));
  });

  it('tell who made it, by the client that its request names', async () => {
    const origin = async (client?: string) => {
      const headers: Record<string, string> = client === undefined ? {} : { 'x-celesto-client': client };
      return (await harness.call('POST', '/v1/computers', { body: {}, headers })).body.origin;
    };
    assert.equal(await origin(), 'sdk');
    assert.equal(await origin('celesto-python/0.1.10'), 'sdk');
    assert.equal(await origin('ui'), 'ui');
    assert.equal(await origin('celesto-mcp'), 'mcp');
  });

  it('tell the template, the prices and the place of one that a test adds', async () => {
    const seed = {
      status: 'stopped',
      customTemplate: 'tpl_1',
      priceVersion: 'usage-v1',
      origin: 'ui',
    } as const;
    const { id } = await harness.emulator.control.seed(seed);
    const { custom_template_id, price_version, origin, compute_location } = (await harness.get(id)).body;
    assert.deepEqual([custom_template_id, price_version, origin], ['tpl_1', 'usage-v1', 'ui']);
    assert.deepEqual(Object.keys(compute_location).sort(), ['country_code', 'provider', 'region']);
  });

  it('select the computers of a list', async () => {
    const { control } = harness.emulator;
    const stopped = { status: 'stopped' };
    await control.seed({ ...stopped, name: 'runner', origin: 'github_ci' });
    await control.seed({ ...stopped, name: 'builder', origin: 'template_build', template: 'coding-agent' });
    await control.seed({ ...stopped, name: 'ours', origin: 'mcp', project: 'project-1' });
    await control.seed({ ...stopped, name: 'failed', status: 'error', origin: 'mcp', project: 'project-1' });
    assert.deepEqual(await list('origin=github_ci'), ['runner']);
    assert.deepEqual(await list('origin=template_build&template_id=coding-agent'), ['builder']);
    assert.deepEqual(await list('project_id=project-1'), ['ours', 'failed']);
    assert.deepEqual(await list('project_id=project-1&status=error'), ['failed']);
    assert.deepEqual(await list('project_id=project-2'), []);
    const { body: project } = await harness.call<{ id: string }>('GET', '/v1/projects/default');
    const inDefault = await list(`project_id=${project.id}`);
    assert.ok(inDefault.includes('runner') && !inDefault.includes('ours'), String(inDefault));
    assert.equal((await harness.call('GET', '/v1/computers?origin=nobody')).status, 422);
    assert.ok((await list('')).includes('runner'));
    await control.setFeatures({ hideCiMachines: true });
    assert.ok(!(await list('')).includes('runner'));
    assert.ok((await list('')).includes('builder'));
    assert.deepEqual(await list('origin=github_ci'), ['runner'], 'asked for by its origin');
  });

  it('are not listed of a deleted computer, unless deleted ones are asked for', async () => {
    const { id, name } = await harness.emulator.control.seed({ status: 'stopped' });
    await harness.call('DELETE', computerRoute, { id });
    await harness.waitForStatus(id, 'deleted');
    assert.ok(!(await list('limit=200')).includes(name));
    assert.deepEqual(await list('status=deleted'), [name]);
  });

  it("are June's by the contract of June", async () => {
    const { id } = await harness.emulator.control.seed({ status: 'stopped' });
    await harness.emulator.control.setFeatures({ contract: '2026-06' });
    const { body } = await harness.get(id);
    for (const field of ['origin', 'disk_delete_at', 'custom_template_id'])
      assert.ok(!(field in body), field);
  });
});
