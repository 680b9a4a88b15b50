import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { before, describe, it } from 'node:test';
import { until } from '../harness/until';
import type { WireComputer } from './computer';
import { EmulatorHarness } from './emulatorHarness';

const computerRoute = '/v1/computers/{computer_id}';

describe('the lifecycle of a computer', () => {
  const harness = new EmulatorHarness({
    times: { create: 0, start: 0, stop: 0, delete: 0, deletedKept: 0, restorePickup: 0, restore: 0 },
  });
  before(() => harness.start());

  it('takes the configured times', async () => {
    const { control } = harness.emulator;
    const { id } = await control.seed({ status: 'stopped' });
    await control.setTimes({ start: 400 });
    const started = performance.now();
    await harness.call('POST', `${computerRoute}/start`, { id });
    await harness.waitForStatus(id, 'running');
    await control.setTimes({ start: 0 });
    const took = performance.now() - started;
    // A generous upper limit, for a busy machine that boots several computers.
    assert.ok(took >= 400 && took < 10_000, `${took} ms`);
  });

  it('refuses calls that the status does not allow, with the reason', async () => {
    const { control } = harness.emulator;
    const { id, name } = await control.seed({ status: 'running' });
    const refused = async (action: string, body?: object): Promise<string> => {
      const answer = await harness.call<{ detail: string }>('POST', `${computerRoute}/${action}`, {
        id,
        body,
      });
      assert.equal(answer.status, 409, action);
      return answer.body.detail;
    };
    assert.equal(await refused('start'), `Computer ${name} is running and cannot be started.`);
    for (const status of ['creating', 'starting', 'stopping', 'stopped', 'deleting', 'lost']) {
      await control.setStatus({ id, status });
      assert.match(await refused('stop'), new RegExp(status));
      assert.match(await refused('exec', { command: 'true' }), new RegExp(status));
      if (status !== 'stopped') assert.match(await refused('start'), new RegExp(status));
    }
  });

  it('starts from an error and from an unknown status', async () => {
    for (const status of ['error', 'hibernating']) {
      const { id } = await harness.emulator.control.seed({ status, lastError: 'A reason.' });
      assert.equal((await harness.call('POST', `${computerRoute}/start`, { id })).body.last_error, null);
      await harness.waitForStatus(id, 'running');
    }
  });

  it('fails the next start when configured to, once', async () => {
    const { id } = await harness.emulator.control.seed({ status: 'stopped' });
    await harness.emulator.control.failNextStart({ id, reason: 'No host has room.' });
    await harness.call('POST', `${computerRoute}/start`, { id });
    assert.equal((await harness.waitForStatus(id, 'error')).last_error, 'No host has room.');
    await harness.call('POST', `${computerRoute}/start`, { id });
    await harness.waitForStatus(id, 'running');
  });

  it('restores by itself after the loss of its host', async () => {
    const { control } = harness.emulator;
    const { id } = await control.seed({});
    await harness.exec(id, 'echo kept > note');
    assert.equal((await control.interrupt({ id })).status, 'restorable');
    await harness.waitForStatus(id, 'running');
    assert.equal((await harness.exec(id, 'cat note')).stdout, 'kept\n');
  });

  it('restores on start, where the service has no call for it', async () => {
    const { id } = await harness.emulator.control.seed({ status: 'restorable' });
    assert.equal((await harness.call('POST', `${computerRoute}/retry-restore`, { id })).status, 404);
    assert.equal((await harness.call('POST', `${computerRoute}/start`, { id })).body.status, 'restoring');
    await harness.waitForStatus(id, 'running');
  });

  it('stays deleted when deleted during a start or a stop', async () => {
    const { control } = harness.emulator;
    for (const [status, action] of [
      ['stopped', 'start'],
      ['running', 'stop'],
    ] as const) {
      const { id } = await control.seed({ status });
      const seen: string[] = [];
      await control.setTimes({ delete: 200 });
      await harness.call('POST', `${computerRoute}/${action}`, { id });
      await harness.call('DELETE', computerRoute, { id });
      await until('the computer to be gone', async () => {
        const { status: http, body } = await harness.get(id);
        if (http === 200) seen.push(body.status);
        return http === 404;
      });
      await control.setTimes({ delete: 0 });
      assert.deepEqual(
        [...new Set(seen)].filter((status) => !/^delet(ing|ed)$/.test(status)),
        [],
        action,
      );
    }
  });

  it('stays deleted when deleted during a start that fails', async () => {
    const { control, computers } = harness.emulator;
    const { id } = await control.seed({ status: 'stopped' });
    const life = computers.get(id);
    await control.failNextStart({ id, reason: 'No host has room.' });
    await control.setTimes({ start: 1000, delete: 200 });
    await harness.call('POST', `${computerRoute}/start`, { id });
    const power = await until('the power to be on', () => {
      const { power } = life.sandbox!;
      return power.aborted ? undefined : power;
    });
    // It is halted again as the start fails.
    power.addEventListener('abort', () => life.delete());
    const seen = new Set<string>();
    await until('the computer to be gone', () => {
      if (power.aborted) seen.add(life.status);
      return computers.items().includes(life) ? undefined : true;
    });
    await control.setTimes({ start: 0, delete: 0 });
    assert.ok(!seen.has('error'), [...seen].join());
  });

  it('gets another port when another process takes its own', async (test) => {
    const { control, computers } = harness.emulator;
    const { id } = await control.seed({ status: 'stopped' });
    const sandbox = computers.sandbox(id);
    const listen = sandbox.listen.bind(sandbox);
    const quicker = createServer();
    const taken: number[] = [];
    test.mock.method(sandbox, 'listen', async (address: string, port: number) => {
      if (taken.push(port) === 1) await once(quicker.listen(port, address), 'listening');
      return listen(address, port);
    });
    await harness.call('POST', `${computerRoute}/start`, { id });
    const { connection } = await harness.waitForStatus(id, 'running', 'error');
    quicker.close();
    assert.equal(taken.length, 2);
    assert.match(connection?.ssh ?? '', new RegExp(`:${taken[1]}$`));
    assert.notEqual(taken[1], taken[0]);
  });

  it('forgets a deleted computer after a while', async () => {
    const { control } = harness.emulator;
    const { id } = await control.seed({ status: 'stopped' });
    await harness.call('DELETE', computerRoute, { id });
    for (;;) {
      const { status, body } = await harness.get(id);
      if (status === 404) break;
      assert.match(body.status, /^delet(ing|ed)$/);
    }
  });

  it('creates one computer for two requests with the same idempotency key', async () => {
    const create = (disk: number) =>
      harness.call('POST', '/v1/computers', {
        body: { disk_size_mb: disk },
        headers: { 'idempotency-key': 'one-intent' },
      });
    const [first, second] = [await create(2000), await create(2000)];
    assert.equal(second.status, 201);
    assert.equal(second.body.id, first.body.id);
    assert.equal((await create(3000)).status, 409);
  });

  it('keeps organizations apart', async () => {
    const { id } = await harness.emulator.control.seed({ status: 'stopped', organization: 'org_analytical' });
    const headers = { 'x-current-organization': 'org_analytical' };
    const { body } = await harness.call<{ computers: WireComputer[] }>('GET', '/v1/computers', { headers });
    assert.deepEqual(
      body.computers.map((computer) => computer.id),
      [id],
    );
    assert.equal((await harness.get(id)).status, 404);
    const stranger = { headers: { 'x-current-organization': 'org_none' } };
    assert.equal((await harness.call('GET', '/v1/computers', stranger)).status, 403);
  });

  it('reports the configured SSH endpoint', async () => {
    const { control } = harness.emulator;
    const { id } = await control.seed({ status: 'running', ssh: 'ssh nobody@nowhere -p x' });
    assert.equal((await harness.get(id)).body.connection?.ssh, 'ssh nobody@nowhere -p x');
    await control.setSsh({ id, ssh: null });
    assert.equal((await harness.get(id)).body.connection?.ssh, null);
    await control.setSsh({ id });
    assert.match((await harness.get(id)).body.connection?.ssh ?? '', /@127\.0\.0\.1:\d+$/);
  });

  it('moves fakes through the statuses as well', async () => {
    await harness.emulator.control.addFakes({ count: 2000 });
    const { name } = harness.emulator.computers.list('org_personal').at(-1)!;
    await harness.call('POST', `${computerRoute}/start`, { id: name });
    await harness.waitForStatus(name, 'running');
  });
});

describe('a restart of the emulator', () => {
  const harness = new EmulatorHarness({ seed: [{}, { status: 'stopped' }, { status: 'hibernating' }] });
  before(() => harness.start());

  it('keeps the key, the computers, their statuses, ports and files', async () => {
    const { apiKey, computers } = harness.emulator;
    const [running] = computers.list('org_personal');
    await harness.exec(running!.id, 'echo kept > note');
    const create = { body: {}, headers: { 'idempotency-key': 'before the restart' } };
    const created = await harness.call('POST', '/v1/computers', create);
    await harness.waitForStatus(created.body.id, 'running');
    const seen = computers.list('org_personal');
    await harness.stop();
    await harness.start();
    assert.equal(harness.emulator.apiKey, apiKey);
    assert.deepEqual(harness.emulator.computers.list('org_personal'), seen);
    assert.equal((await harness.exec(running!.id, 'cat note')).stdout, 'kept\n');
    assert.equal((await harness.call('POST', '/v1/computers', create)).body.id, created.body.id);
  });

  it('continues transitions that were under way', async () => {
    const { control } = harness.emulator;
    const { id } = await control.seed({ status: 'stopped' });
    await control.setTimes({ start: 60_000 });
    await harness.call('POST', `${computerRoute}/start`, { id });
    await harness.stop();
    await harness.start();
    await harness.waitForStatus(id, 'running');
  });
});

describe('the end of the emulator', () => {
  const harness = new EmulatorHarness({ seed: [{ name: 'curie', status: 'stopped' }] });
  before(() => harness.start());

  it('ends requests that a fault delays', async () => {
    const { control, computers } = harness.emulator;
    const curie = computers.get('curie');
    await control.addFault({ path: '/start$', delay: 500 });
    const start = harness.call('POST', `${computerRoute}/start`, { id: 'curie' });
    const held = await until('the call', async () => (await control.requests({ path: '/start$' }))[0]);
    await Promise.all([assert.rejects(start, /fetch failed/), harness.stop()]);
    await until('the delay to be over', () => Date.now() > held.at + 1000);
    assert.equal(curie.status, 'stopped');
  });
});
