import assert from 'node:assert/strict';
import { before, beforeEach, describe, it } from 'node:test';
import type { WireComputer } from './computer';
import { connectControl } from './control';
import { EmulatorHarness } from './emulatorHarness';

const computerRoute = '/v1/computers/{computer_id}';

describe('faults', () => {
  const harness = new EmulatorHarness({
    isolation: 'plain',
    seed: [{ status: 'stopped' }, { status: 'error' }],
  });
  before(() => harness.start());
  beforeEach(async () => {
    await harness.emulator.control.clearFaults();
    await harness.emulator.control.clearRequests();
  });
  const list = () => harness.call<{ computers: Partial<WireComputer>[] }>('GET', '/v1/computers');
  const raw = (init: RequestInit = {}) =>
    fetch(`${harness.emulator.url}/v1/computers`, {
      ...init,
      headers: { authorization: `Bearer ${harness.emulator.apiKey}` },
    });

  it('answer with a status, headers and a body, a number of times', async () => {
    const answer = { status: 429, headers: { 'retry-after': '7' }, body: { detail: 'Slow down.' } };
    await harness.emulator.control.addFault({ method: 'GET', path: '/computers$', times: 2, answer });
    assert.equal((await harness.call('GET', '/v1/users/info')).status, 200);
    const first = await list();
    assert.equal(first.status, 429);
    assert.equal(first.headers.get('retry-after'), '7');
    assert.deepEqual(first.body, { detail: 'Slow down.' });
    assert.equal((await list()).status, 429);
    assert.equal((await list()).status, 200);
  });

  it('last until cleared', async () => {
    await harness.emulator.control.addFault({ times: 'always', answer: { status: 500 } });
    for (let count = 0; count < 3; count++) assert.equal((await list()).status, 500);
    await harness.emulator.control.clearFaults();
    assert.equal((await list()).status, 200);
  });

  it('answer with invalid JSON, and with JSON of another shape', async () => {
    await harness.emulator.control.addFault({ answer: { status: 200, body: '<html>' } });
    assert.equal(await (await raw()).text(), '<html>');
    await harness.emulator.control.addFault({ answer: { status: 200, body: { computers: 'none' } } });
    await assert.rejects(list(), /computers must be array/);
  });

  it('make one computer of a list invalid', async () => {
    await harness.emulator.control.addFault({ badComputer: true });
    const body = (await (await raw()).json()) as { computers: Record<string, unknown>[] };
    assert.equal(body.computers[0]?.status, 42);
    assert.equal(body.computers[1]?.status, 'error');
  });

  it('delay an answer', async () => {
    await harness.emulator.control.addFault({ delay: 300 });
    const started = performance.now();
    assert.equal((await list()).status, 200);
    assert.ok(performance.now() - started >= 300);
  });

  it('drop the connection', async () => {
    await harness.emulator.control.addFault({ drop: true });
    await assert.rejects(raw(), /fetch failed/);
    assert.equal((await list()).status, 200);
  });

  it('hang until the client gives up', async () => {
    await harness.emulator.control.addFault({ hang: true });
    await assert.rejects(raw({ signal: AbortSignal.timeout(200) }), { name: 'TimeoutError' });
  });

  it('drop the answer of a request that was carried out', async () => {
    const { id } = harness.emulator.computers.list('org_personal')[0]!;
    await harness.emulator.control.addFault({ method: 'POST', when: 'after', drop: true });
    await assert.rejects(harness.call('POST', `${computerRoute}/start`, { id }), /fetch failed/);
    await harness.waitForStatus(id, 'running');
  });

  it('can be added over HTTP with the key, as received requests can be read', async () => {
    const { url, apiKey } = harness.emulator;
    const control = connectControl(url, apiKey);
    await control.addFault({ method: 'POST', answer: { status: 503 } });
    const body = { command: 'true' };
    assert.equal((await harness.call('POST', `${computerRoute}/exec`, { id: 'any', body })).status, 503);
    await list();
    const entries = await control.requests({ method: 'POST', path: '/exec$' });
    assert.deepEqual(
      entries.map(({ method, path, body, status }) => ({ method, path, body, status })),
      [{ method: 'POST', path: '/v1/computers/any/exec', body, status: 503 }],
    );
    assert.equal((await control.requests()).length, 2);
    assert.doesNotMatch(JSON.stringify(entries), new RegExp(apiKey));
    await assert.rejects(connectControl(url, 'wrong').clearFaults(), /Invalid API key/);
    await assert.rejects(control.killSshd({ id: 'cmp_none' }), /not found/);
  });
});
