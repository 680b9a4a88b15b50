import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { until } from '../harness/until';
import type { CustomTemplates, WireCustomTemplate } from './customTemplates';
import { EmulatorHarness } from './emulatorHarness';

type Log = ReturnType<CustomTemplates['log']>;

// Every answer is checked by the contract; see EmulatorHarness.call.
describe('a template of an organization', () => {
  const harness = new EmulatorHarness({ isolation: 'plain' });
  before(() => harness.start());
  const one = '/v1/templates/{template_id}';

  const create = async (script: string) =>
    (
      await harness.call<WireCustomTemplate>('POST', '/v1/templates', {
        body: { name: 'ours', build_script: script },
      })
    ).body;
  const get = async (id: string) => (await harness.call<WireCustomTemplate>('GET', one, { id })).body;
  const built = (id: string, status: string) =>
    until(`the build is ${status}`, async () => {
      const template = await get(id);
      return template.status === status ? template : undefined;
    });
  const logOf = async (id: string, known?: number) =>
    (
      await harness.call<Log>('GET', `${one}/logs${known === undefined ? '' : `?known_size=${known}`}`, {
        id,
      })
    ).body;

  it('is built from a script, of which its log has each line', async () => {
    const { id, status, base_template_id, default_ram_mb } = await create('echo one\necho two');
    assert.deepEqual([status, base_template_id, default_ram_mb], ['queued', 'coding-agent', 4096]);
    await built(id, 'ready');
    const log = await logOf(id);
    assert.deepEqual([log.log, log.size, log.unchanged], ['+ echo one\n+ echo two\n', 22, false]);
    const same = await logOf(id, log.size);
    assert.deepEqual([same.log, same.size, same.unchanged], ['', 22, true]);
  });

  it('tells the line at which its build failed, and is built again on request', async () => {
    const { id } = await create('echo one\nexit 7\necho three');
    const { failure, error } = await built(id, 'failed');
    assert.deepEqual([failure?.line, failure?.line_number, failure?.exit_code], ['exit 7', 2, 7]);
    assert.match(error ?? '', /Line 2 .* exit code 7/);
    assert.equal((await logOf(id)).log, '+ echo one\n+ exit 7\n');
    await harness.emulator.control.setTimes({ build: 60_000 });
    const again = await harness.call<WireCustomTemplate>('POST', `${one}/rebuild`, { id });
    await harness.emulator.control.setTimes({ build: 0 });
    assert.deepEqual([again.status, again.body.status, again.body.failure], [202, 'queued', null]);
    assert.equal((await harness.call('POST', `${one}/rebuild`, { id })).status, 409);
  });

  it('is that of new computers once it was built, and of none before', async () => {
    const { control } = harness.emulator;
    const ready = await control.seedTemplate({ name: 'ready' });
    const failed = await control.seedTemplate({ name: 'failed', status: 'failed' });
    const body = (id: string) => ({ body: { template_id: id } });
    const computer = (await harness.call('POST', '/v1/computers', body(ready.id))).body;
    assert.deepEqual(
      [computer.custom_template_id, computer.template_id, computer.ram_mb],
      [ready.id, 'coding-agent', 4096],
    );
    assert.equal((await harness.call('POST', '/v1/computers', body(failed.id))).status, 400);
  });

  it('belongs to its organization alone', async () => {
    const { id } = await harness.emulator.control.seedTemplate({
      name: 'theirs',
      organization: 'org_analytical',
    });
    const listed = (await harness.call<{ templates: { id: string }[] }>('GET', '/v1/templates')).body;
    assert.ok(listed.templates.every((template) => template.id !== id));
    assert.equal((await harness.call('GET', one, { id })).status, 404);
  });

  it('gets remarks on its script', async () => {
    const body = { build_script: 'apt-get install jq\ncp ./x /y\napt-get install -y jq' };
    const { warnings } = (
      await harness.call<{ warnings: { line: number; code: string }[] }>('POST', '/v1/templates/lint', {
        body,
      })
    ).body;
    assert.deepEqual(
      warnings.map(({ line, code }) => [line, code]),
      [
        [1, 'apt_without_yes'],
        [2, 'file_reference'],
      ],
    );
  });
});

describe('the projects of an organization', () => {
  const harness = new EmulatorHarness({ isolation: 'plain' });
  before(() => harness.start());
  const list = async (query = '') => {
    const route = `/v1/projects/${query}`;
    return (await harness.call<{ data: { id: string; is_default: boolean }[]; total: number }>('GET', route))
      .body;
  };

  it('are one by default, and more on request', async () => {
    assert.deepEqual([(await list()).total, (await list()).data[0]?.is_default], [1, true]);
    await harness.emulator.control.setProjects({ further: ['prj_web'] });
    const { data, total } = await list('?skip=1');
    assert.deepEqual([total, data.map(({ id }) => id)], [2, ['prj_web']]);
    const { body } = await harness.call<{ is_default: boolean }>('GET', '/v1/projects/default');
    assert.equal(body.is_default, true);
  });

  it('group computers', async () => {
    const { control } = harness.emulator;
    await control.seed({ status: 'stopped', project: 'prj_web', name: 'einstein' });
    await control.seed({ status: 'stopped', name: 'curie' });
    const { body } = await harness.call<{ computers: { name: string }[] }>(
      'GET',
      '/v1/computers?project_id=prj_web',
    );
    assert.deepEqual(
      body.computers.map(({ name }) => name),
      ['einstein'],
    );
  });
});
