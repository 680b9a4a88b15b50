import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, beforeEach, describe, it } from 'node:test';
import { writeCliHome } from '../emulator/cliHome';
import { EmulatorHarness } from '../emulator/emulatorHarness';
import { PublishedClient } from './publishedClient';

/** The output of 0.1.10 with --json. */
interface Envelope<T> {
  readonly ok: boolean;
  readonly exit_code: number;
  readonly data: T;
  readonly error: { readonly code: string; readonly message: string } | null;
}

interface Computer {
  readonly computer_id: string;
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly vcpus: number;
}

const prompt = ':~$ ';
const line = 'echo typed-$((40+2)); exit';

async function isDeleted(harness: EmulatorHarness, id: string): Promise<boolean> {
  const { status, body } = await harness.get(id);
  return status === 404 || body.status === 'deleting' || body.status === 'deleted';
}

// Both clients run as they are published, against the emulator with its strict defaults.
describe('the published client 0.1.10', () => {
  const harness = new EmulatorHarness({
    seed: [{ name: 'einstein' }, { name: 'curie', status: 'stopped' }],
  });
  const home = join(harness.folder, 'home');
  let client: PublishedClient;

  before(async () => {
    await harness.start();
    client = new PublishedClient('0.1.10', home);
  });
  // It takes the address of the service from this file alone.
  beforeEach(() => writeCliHome(home, harness.emulator));
  const computer = async <T = Computer>(...args: string[]): Promise<T> => {
    const { ok, data, error } = await client.json<Envelope<T>>('computer', ...args);
    assert.equal(ok, true, JSON.stringify(error));
    return data;
  };

  it('is signed in by the file that its login leaves', async () => {
    const { data } = await client.json<Envelope<{ email: string; base_url: string }>>('auth', 'status');
    assert.deepEqual([data.email, data.base_url], ['ada@example.com', harness.emulator.url]);
  });

  it('signs out by removing it, and is refused then', async () => {
    assert.equal((await client.run('auth', 'logout')).code, 0);
    const { ok } = await client.json<Envelope<null>>('computer', 'list', '--cloud');
    assert.equal(ok, false);
  });

  it('lists computers', async () => {
    const { computers } = await computer<{ computers: Computer[] }>('list', '--cloud');
    assert.deepEqual(
      computers.map(({ status }) => status),
      ['running', 'stopped'],
    );
  });

  it('describes one, by both of its commands', async () => {
    for (const args of [
      ['info', 'einstein', '--cloud'],
      ['get', 'einstein'],
    ]) {
      const { name, status, vcpus } = await computer(...args);
      assert.deepEqual([name, status, vcpus], ['einstein', 'running', 1]);
    }
  });

  it('creates one without a size, and deletes it', async () => {
    const { computer_id: id } = await computer('create', '--cloud');
    assert.equal((await harness.get(id)).body.status, 'running');
    await computer('delete', id, '--cloud', '--yes');
    assert.ok(await isDeleted(harness, id));
  });

  it('runs a command, and passes its exit code on', async () => {
    const done = await computer<{ stdout: string }>('exec', 'einstein', '--cloud', '--', 'echo', 'hi');
    assert.equal(done.stdout, 'hi\n');
    const failed = await client.json<Envelope<{ stdout: string }>>('computer', 'run', 'einstein', 'exit 3');
    assert.deepEqual([failed.exit_code, failed.error?.code], [3, 'command_failed']);
  });

  it('stops and starts one', async () => {
    await computer('start', 'curie', '--cloud');
    await harness.waitForStatus('curie', 'running');
    await computer('stop', 'curie', '--cloud');
    await harness.waitForStatus('curie', 'stopped');
  });

  it('publishes, lists and unpublishes a port', async () => {
    await computer('port', 'publish', 'einstein', '--port', '8000');
    const { ports } = await computer<{ ports: { port: number; status: string }[] }>(
      ...['port', 'list', 'einstein', '--cloud'],
    );
    assert.deepEqual(
      ports.map(({ port }) => port),
      [8000],
    );
    await computer('port', 'unpublish', 'einstein', '--port', '8000');
  });

  for (const command of ['terminal', 'ssh'])
    it(`opens a shell by ${command}`, async () => {
      const args = ['computer', command, 'einstein', '--cloud'];
      const { code, stdout } = await client.type(prompt, line, ...args);
      assert.match(stdout, /^typed-42\r$/m);
      assert.equal(code, 0, stdout);
    });

  it('tells a refusal of the service', async () => {
    await harness.emulator.control.refuse({ name: 'trial_expired' });
    const { ok, error } = await client.json<Envelope<null>>('computer', 'create', '--cloud');
    assert.equal(ok, false);
    assert.notEqual(error?.message ?? '', '');
  });

  it('creates, uses and deletes a computer from Python', async () => {
    const program = [
      'from celesto import Computer',
      'with Computer(provider="cloud") as computer:',
      '    print(computer.run("echo from-python").stdout)',
    ].join('\n');
    const { code, stdout, stderr } = await client.python(program);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^from-python$/m);
  });
});

describe('the published client 0.0.14', () => {
  const harness = new EmulatorHarness({
    seed: [{ name: 'einstein' }, { name: 'curie', status: 'stopped' }],
  });
  let client: PublishedClient;

  before(async () => {
    await harness.start();
    const { url, apiKey } = harness.emulator;
    const variables = { CELESTO_BASE_URL: `${url}/v1`, CELESTO_API_KEY: apiKey };
    client = new PublishedClient('0.0.14', join(harness.folder, 'home'), variables);
  });
  const computer = <T = Computer>(...args: string[]): Promise<T> => client.json<T>('computer', ...args);

  it('tells the organization of its key', async () => {
    const { stdout } = await client.run('auth', 'status');
    assert.match(stdout, /CELESTO_API_KEY environment variable/);
    assert.match(stdout, /Personal \(org_personal\)/);
  });

  it('lists computers and templates', async () => {
    const computers = await computer<Computer[]>('list');
    assert.deepEqual(
      computers.map(({ name, status }) => [name, status]),
      [
        ['einstein', 'running'],
        ['curie', 'stopped'],
      ],
    );
    const templates = await computer<{ id: string }[]>('templates');
    assert.ok(templates.some(({ id }) => id === 'coding-agent'));
  });

  it('creates a computer of CPUs and memory that are a size, describes and deletes it', async () => {
    const { id } = await computer('create', '--cpus', '2', '--memory', '4096');
    assert.equal((await harness.get(id)).body.size_id, 'standard');
    assert.equal((await computer('get', id)).id, id);
    assert.equal((await client.run('computer', 'delete', id, '--force')).code, 0);
    assert.ok(await isDeleted(harness, id));
  });

  it('is refused one of CPUs and memory that are none', async () => {
    const { code, stdout, stderr } = await client.run(
      'computer',
      'create',
      '--cpus',
      '2',
      '--memory',
      '2048',
    );
    assert.notEqual(code, 0);
    assert.match(stdout + stderr, /no size/);
  });

  it('runs a command, and passes its exit code on', async () => {
    const { code, stdout } = await client.run('computer', 'run', 'einstein', 'echo hi; exit 4');
    assert.deepEqual([code, stdout.trim()], [4, 'hi']);
  });

  it("streams the output of one where June's contract is spoken", async () => {
    await harness.emulator.control.setFeatures({ contract: '2026-06' });
    const { code, stdout } = await client.run('computer', 'run', 'einstein', 'echo hi', '--stream');
    await harness.emulator.control.setFeatures({ contract: '2026-10' });
    assert.deepEqual([code, stdout.trim()], [0, 'hi']);
  });

  it('starts and stops one', async () => {
    await computer('start', 'curie');
    await harness.waitForStatus('curie', 'running');
    await computer('stop', 'curie');
    await harness.waitForStatus('curie', 'stopped');
  });

  it('publishes, lists and unpublishes a port', async () => {
    assert.equal((await client.run('computer', 'port', 'publish', 'einstein', '--port', '8000')).code, 0);
    const ports = await computer<{ port: number }[]>('port', 'list', 'einstein');
    assert.deepEqual(
      ports.map(({ port }) => port),
      [8000],
    );
    assert.equal((await client.run('computer', 'port', 'unpublish', 'einstein', '--port', '8000')).code, 0);
  });

  it('opens a shell', async () => {
    const { code, stdout } = await client.type(prompt, line, 'computer', 'ssh', 'einstein');
    assert.match(stdout, /^typed-42\r$/m);
    assert.equal(code, 0, stdout);
  });
});
