import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { isApiError } from '../../src/api/apiErrors';
import { CelestoClient } from '../../src/api/client';
import { Http } from '../../src/api/http';
import type { ExecEvent } from '../../src/api/wire';
import { silentLog } from '../../src/base/log';
import { until } from '../harness/until';
import type { Invocation } from './commands';
import { EmulatorHarness, longSleep, processesMatching } from './emulatorHarness';

const computerRoute = '/v1/computers/{computer_id}';

describe('commands on a computer', () => {
  const harness = new EmulatorHarness({
    features: { execStream: true },
    seed: [{ name: 'noether' }, { name: 'bohr', status: 'stopped' }],
  });
  const id = 'noether';
  let client: CelestoClient;
  before(async () => {
    const { url: baseUrl, apiKey } = await harness.start();
    client = new CelestoClient(new Http(silentLog), () => Promise.resolve({ baseUrl, apiKey }));
  });
  const collect = async (command: string, timeout = 30): Promise<ExecEvent[]> => {
    const events: ExecEvent[] = [];
    for await (const event of client.execStream(id, command, timeout)) events.push(event);
    return events;
  };
  const written = (events: ExecEvent[], stream: 'stdout' | 'stderr'): string =>
    events.map((event) => (event.type === stream ? event.data : '')).join('');
  const history = async (query = '') =>
    (
      await harness.call<{ commands: Invocation[]; count: number }>(
        'GET',
        `${computerRoute}/commands${query}`,
        { id },
      )
    ).body;

  it('stream their output while they run', async () => {
    const events = client.execStream(id, 'echo first; until [ -e go ]; do sleep 0.05; done; exit 3', 30);
    const next = async () => (await events.next()).value;
    assert.equal((await next())?.type, 'started');
    assert.deepEqual(await next(), { type: 'stdout', data: 'first\n' });
    await harness.exec(id, 'touch go');
    const exit = await next();
    assert.ok(exit?.type === 'exit');
    assert.deepEqual([exit.exit_code, exit.timed_out], [3, false]);
  });

  it('stream output and errors apart, complete, and in Unicode', async () => {
    const events = await collect('for i in $(seq 50000); do echo "ä€𝄞 $i"; done; echo wrong >&2');
    const lines = Array.from({ length: 50_000 }, (_, index) => `ä€𝄞 ${index + 1}\n`);
    assert.ok(written(events, 'stdout') === lines.join(''));
    assert.equal(written(events, 'stderr'), 'wrong\n');
  });

  it('block while the client does not read, and lose nothing', async () => {
    const events = client.execStream(id, 'head -c 30000000 /dev/zero | tr "\\0" x; touch written', 60);
    await events.next();
    const isWritten = async () => (await harness.exec(id, 'ls')).stdout.includes('written');
    let size = 0;
    assert.equal(await isWritten(), false);
    for await (const event of events) if (event.type === 'stdout') size += event.data.length;
    assert.equal(size, 30_000_000);
    assert.equal(await isWritten(), true);
  });

  it('end at their time limit, with the processes that they started', async () => {
    const sleep = longSleep();
    const events = await collect(`echo begun; ${sleep} & ${sleep}`, 2);
    assert.equal(written(events, 'stdout'), 'begun\n');
    const exit = events.at(-1);
    assert.ok(exit?.type === 'exit');
    assert.deepEqual([exit.exit_code, exit.timed_out], [124, true]);
    await until('no sleep', async () => (await processesMatching(sleep)).length === 0);
  });

  it('end when the client disconnects, which the history shows', async () => {
    const sleep = longSleep();
    for await (const event of client.execStream(id, `echo here; ${sleep}`, 60))
      if (event.type === 'stdout') break;
    await until('no sleep', async () => (await processesMatching(sleep)).length === 0);
    const last = await until('the end in the history', async () => {
      const [newest] = (await history()).commands;
      return newest?.status === 'running' ? undefined : newest;
    });
    assert.deepEqual([last.status, last.error_type], ['cancelled', 'client_disconnected']);
  });

  it('end when their stream is cut', async () => {
    const sleep = longSleep();
    const events = client.execStream(id, `echo here; ${sleep}`, 60);
    await events.next();
    await events.next();
    await harness.emulator.control.cutStreams({ id });
    await assert.rejects(events.next(), (error) => isApiError(error, 'interrupted'));
    await until('no sleep', async () => (await processesMatching(sleep)).length === 0);
  });

  it('end with the computer', async () => {
    const { id } = await harness.emulator.control.seed({});
    const events = client.execStream(id, longSleep(), 60);
    await events.next();
    await harness.call('POST', `${computerRoute}/stop`, { id });
    const exit = (await events.next()).value;
    assert.ok(exit?.type === 'exit');
    assert.equal(exit.exit_code, 137);
  });

  it('end when the caller of exec leaves, unless the service lets them go on', async () => {
    const { url, apiKey, control } = harness.emulator;
    const leave = async (sleep: string) => {
      const caller = new AbortController();
      const left = fetch(`${url}/v1/computers/${id}/exec`, {
        method: 'POST',
        headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
        body: JSON.stringify({ command: sleep, timeout: 60 }),
        signal: caller.signal,
      });
      await until('a sleep', async () => (await processesMatching(sleep)).length > 0);
      caller.abort();
      await assert.rejects(left, { name: 'AbortError' });
    };
    const ended = longSleep();
    await leave(ended);
    await until('no sleep', async () => (await processesMatching(ended)).length === 0);
    const last = await until('the end in the history', async () => {
      const [newest] = (await history()).commands;
      return newest?.status === 'running' ? undefined : newest;
    });
    assert.deepEqual([last.status, last.error_type], ['cancelled', 'client_disconnected']);

    await control.setFeatures({ execOutlivesCaller: true });
    const outliving = longSleep();
    await leave(outliving);
    await harness.exec(id, 'true');
    assert.notDeepEqual(await processesMatching(outliving), []);
    await control.setFeatures({ execOutlivesCaller: false });
  });

  it('are listed in the history, newest first', async () => {
    const events = await collect('printf four; printf sixsix >&2; exit 5');
    const [started] = events;
    await harness.exec(id, 'sleep 5', 1);
    const { commands, count } = await history('?limit=2');
    const [limited, streamed] = commands;
    assert.equal(count, 2);
    assert.deepEqual([limited?.status, limited?.exit_code, limited?.timeout_seconds], ['timed_out', 124, 1]);
    assert.equal(streamed?.command_id, started?.type === 'started' && started.command_id);
    const { status, exit_code, stdout_bytes, stderr_bytes } = streamed!;
    assert.deepEqual([status, exit_code, stdout_bytes, stderr_bytes], ['completed', 5, 4, 6]);
    assert.ok(Date.parse(streamed!.ended_at!) >= Date.parse(streamed!.started_at));
    assert.ok((await client.commands(id)).length > 2, 'the client reads it');
  });

  it('are refused beyond the limits, and on a computer that does not run', async () => {
    const refused = async (route: string, body: object, id = 'noether') =>
      (await harness.call('POST', `${computerRoute}/${route}`, { id, body })).status;
    for (const route of ['exec', 'exec/stream']) {
      assert.equal(await refused(route, { command: 'x'.repeat(10_001) }), 422);
      assert.equal(await refused(route, { command: '' }), 422);
      assert.equal(await refused(route, { command: 'true', timeout: 301 }), 422);
      assert.equal(await refused(route, { command: 'true', timeout: 0 }), 422);
      assert.equal(await refused(route, { command: 'true' }, 'bohr'), 409);
      assert.equal(await refused(route, { command: 'true' }, 'cmp_none'), 404);
    }
    for (const limit of [0, 201, 'x'])
      assert.equal(
        (await harness.call('GET', `${computerRoute}/commands?limit=${limit}`, { id })).status,
        422,
      );
  });

  it('cannot be streamed by a service without that call, while exec works', async () => {
    await harness.emulator.control.setFeatures({ execStream: false, commands: false });
    await assert.rejects(collect('true'), (error) => isApiError(error, 'notFound'));
    await assert.rejects(collect(''), (error) => isApiError(error, 'notFound'));
    await assert.rejects(client.commands(id), (error) => isApiError(error, 'notFound'));
    assert.equal((await harness.exec(id, 'echo still')).stdout, 'still\n');
  });
});
