import assert from 'node:assert/strict';
import { before, beforeEach, describe, it } from 'node:test';
import type { WireComputer } from './computer';
import { connectControl } from './control';
import { EmulatorHarness } from './emulatorHarness';

const one = '/v1/computers/{computer_id}';

describe('faults', () => {
  const bench = new EmulatorHarness({
    isolation: 'plain',
    seed: [{ status: 'stopped' }, { status: 'error' }],
  });
  before(() => bench.start());
  beforeEach(async () => {
    await bench.emulator.control.clearFaults();
    await bench.emulator.control.clearRequests();
  });
  const list = () => bench.call<{ computers: Partial<WireComputer>[] }>('GET', '/v1/computers');
  const raw = (init: RequestInit = {}) =>
    fetch(`${bench.emulator.url}/v1/computers`, {
      ...init,
      headers: { authorization: `Bearer ${bench.emulator.apiKey}` },
    });

  it('answer with a status, headers and a body, as often as told', async () => {
    const answer = { status: 429, headers: { 'retry-after': '7' }, body: { detail: 'Slow down.' } };
    await bench.emulator.control.addFault({ method: 'GET', path: '/computers$', times: 2, answer });
    assert.equal((await bench.call('GET', '/v1/users/info')).status, 200);
    const first = await list();
    assert.equal(first.status, 429);
    assert.equal(first.headers.get('retry-after'), '7');
    assert.deepEqual(first.body, { detail: 'Slow down.' });
    assert.equal((await list()).status, 429);
    assert.equal((await list()).status, 200);
  });

  it('last until cleared', async () => {
    await bench.emulator.control.addFault({ times: 'always', answer: { status: 500 } });
    for (let count = 0; count < 3; count++) assert.equal((await list()).status, 500);
    await bench.emulator.control.clearFaults();
    assert.equal((await list()).status, 200);
  });

  it('send garbage and JSON of another shape', async () => {
    await bench.emulator.control.addFault({ answer: { status: 200, body: '<html>' } });
    assert.equal(await (await raw()).text(), '<html>');
    await bench.emulator.control.addFault({ answer: { status: 200, body: { computers: 'none' } } });
    await assert.rejects(list(), /computers must be array/);
  });

  it('spoil one computer of a list', async () => {
    await bench.emulator.control.addFault({ badComputer: true });
    const body = (await (await raw()).json()) as { computers: Record<string, unknown>[] };
    assert.equal(body.computers[0]?.status, 42);
    assert.equal(body.computers[1]?.status, 'error');
  });

  it('delay', async () => {
    await bench.emulator.control.addFault({ delay: 300 });
    const started = performance.now();
    assert.equal((await list()).status, 200);
    assert.ok(performance.now() - started >= 300);
  });

  it('drop the connection', async () => {
    await bench.emulator.control.addFault({ drop: true });
    await assert.rejects(raw(), /fetch failed/);
    assert.equal((await list()).status, 200);
  });

  it('hang until the client gives up', async () => {
    await bench.emulator.control.addFault({ hang: true });
    await assert.rejects(raw({ signal: AbortSignal.timeout(200) }), { name: 'TimeoutError' });
  });

  it('lose the answer of a call that was carried out', async () => {
    const { id } = bench.emulator.computers.list('org_personal')[0]!;
    await bench.emulator.control.addFault({ method: 'POST', when: 'after', drop: true });
    await assert.rejects(bench.call('POST', `${one}/start`, { id }), /fetch failed/);
    await bench.reaches(id, 'running');
  });

  it('are told from outside too, with the key, as are the requests received', async () => {
    const { url, apiKey } = bench.emulator;
    const control = connectControl(url, apiKey);
    await control.addFault({ method: 'POST', answer: { status: 503 } });
    const body = { command: 'true' };
    assert.equal((await bench.call('POST', `${one}/exec`, { id: 'any', body })).status, 503);
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
