import assert from 'node:assert/strict';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { before, describe, it } from 'node:test';
import { until } from '../harness/until';
import type { WirePublishedPort } from './computer';
import { EmulatorHarness } from './emulatorHarness';
import { freePort } from './ports';

const computerRoute = '/v1/computers/{computer_id}';
const all = `${computerRoute}/published-ports`;

// Every answer is checked by the contract; see EmulatorHarness.call.
describe('published ports', () => {
  const harness = new EmulatorHarness({ seed: [{ name: 'curie' }, { name: 'bohr', status: 'stopped' }] });
  const id = 'curie';
  before(() => harness.start());
  const publish = (body: object, computer = id) =>
    harness.call<WirePublishedPort>('POST', all, { id: computer, body });
  const unpublish = (port: number | string) =>
    harness.call<WirePublishedPort>('DELETE', `${all}/{port}`, { id, port });
  const list = async () => (await harness.call<WirePublishedPort[]>('GET', all, { id })).body;
  const none = async () => {
    for (const { port } of await list()) await unpublish(port);
  };

  /** Requests a public URL as a browser does. @returns the response */
  const browse = async (url: string, path = '/'): Promise<{ status: number | undefined; body: string }> => {
    const { hostname, port } = new URL(url);
    const sent = request({ host: '127.0.0.1', port, path, headers: { host: `${hostname}:${port}` } });
    const response = await new Promise<Parameters<typeof text>[0] & { statusCode?: number }>(
      (resolve, reject) => sent.on('response', resolve).on('error', reject).end(),
    );
    return { status: response.statusCode, body: await text(response) };
  };

  it('are published, listed with the computer, and unpublished', async () => {
    const { status, body } = await publish({ port: 3000 });
    assert.equal(status, 200);
    assert.deepEqual([body.port, body.status], [3000, 'published']);
    assert.match(body.url ?? '', /^http:\/\/p-\w+\.localhost:\d+$/);
    assert.deepEqual(await list(), [body]);
    assert.deepEqual((await harness.get(id)).body.published_ports, [body]);
    const gone = (await unpublish(3000)).body;
    assert.deepEqual([gone.status, gone.url], ['unpublished', null]);
    assert.deepEqual(await list(), []);
  });

  it('stay as they are when published again, also with force', async () => {
    const { body } = await publish({});
    assert.equal(body.port, 8000);
    assert.deepEqual((await publish({ port: 8000 })).body, body);
    assert.deepEqual((await publish({ port: 8000, force: true })).body, body);
    assert.equal((await list()).length, 1);
    await none();
  });

  it('can be unpublished also when they are not published', async () => {
    const { status, body } = await unpublish(4000);
    assert.deepEqual([status, body.status, body.id], [200, 'unpublished', null]);
  });

  it('are at most four', async () => {
    for (const port of [1024, 3000, 8080, 65_535]) assert.equal((await publish({ port })).status, 200);
    const fifth = await publish({ port: 5000 });
    assert.equal(fifth.status, 409);
    assert.equal((await publish({ port: 3000 })).status, 200, 'one of the four can be asked for again');
    await unpublish(1024);
    assert.equal((await publish({ port: 5000 })).status, 200);
    await none();
  });

  it('are refused outside the limits, for ports of the platform, and on a computer that does not run', async () => {
    for (const port of [80, 1023, 70_000, 65_536, 0, -1, 8000.5, '8000', null]) {
      assert.equal((await publish({ port })).status, 422, String(port));
    }
    for (const port of [80, 70_000, 'http']) assert.equal((await unpublish(port)).status, 422, String(port));
    assert.equal((await publish({ port: 5900 })).status, 400);
    assert.equal((await publish({ port: 3000 }, 'bohr')).status, 409);
    assert.equal((await publish({ port: 3000 }, 'cmp_none')).status, 404);
    assert.deepEqual(await list(), []);
  });

  it('lead to the server on the computer, while it runs and they are published', async () => {
    const port = await freePort('127.0.0.1', new Set());
    const { url } = (await publish({ port })).body;
    assert.equal((await browse(url!)).status, 502);
    const serve = `python3 -m http.server --bind 127.0.0.1 ${port}`;
    await harness.exec(id, `echo hello > page; setsid ${serve} >/dev/null 2>&1 & true`);
    const page = await until('the page', async () => {
      const answer = await browse(url!, '/page');
      return answer.status === 502 ? undefined : answer;
    });
    assert.deepEqual(page, { status: 200, body: 'hello\n' });
    assert.equal((await browse(url!, '/none')).status, 404);

    await harness.call('POST', `${computerRoute}/stop`, { id });
    await harness.waitForStatus(id, 'stopped');
    assert.deepEqual(await browse(url!, '/page'), { status: 503, body: 'This port is suspended.\n' });
    assert.equal((await list())[0]?.url, url, 'a stopped computer keeps its address');
    await unpublish(port);
    assert.match((await browse(url!, '/page')).body, /Nothing is published/);
    await harness.call('POST', `${computerRoute}/start`, { id });
    await harness.waitForStatus(id, 'running');
  });

  it('are suspended while the computer does not run, and come back after its start', async () => {
    const { control } = harness.emulator;
    const { url } = (await publish({ port: 3000 })).body;
    const state = async () => (await list()).map(({ status, url }) => [status, url]);
    await control.setTimes({ stop: 300, publish: 300 });
    await harness.call('POST', `${computerRoute}/stop`, { id });
    assert.deepEqual(await state(), [['suspended', url]], 'while it stops');
    await harness.waitForStatus(id, 'stopped');
    assert.deepEqual((await harness.get(id)).body.published_ports, await list());
    assert.deepEqual(await state(), [['suspended', url]]);
    await harness.call('POST', `${computerRoute}/start`, { id });
    await harness.waitForStatus(id, 'running');
    assert.deepEqual(await state(), [['publishing', url]]);
    await until('the port', async () => (await state())[0]?.[0] === 'published');
    assert.deepEqual(await state(), [['published', url]]);
    await control.setTimes({ stop: 0, publish: 0 });
    await none();
  });

  it('are there from the beginning on computers that a test adds', async () => {
    const { control } = harness.emulator;
    const stopped = await control.seed({ status: 'stopped', published: [3000, 8000] });
    const running = await control.seed({ published: [3000] });
    const ports = async (computer: string) =>
      (await harness.call<WirePublishedPort[]>('GET', all, { id: computer })).body.map(({ port, status }) => [
        port,
        status,
      ]);
    assert.deepEqual(await ports(stopped.id), [
      [3000, 'suspended'],
      [8000, 'suspended'],
    ]);
    assert.deepEqual(await ports(running.id), [[3000, 'published']]);
  });

  it('have the status that a test sets, until they are published again', async () => {
    const { control } = harness.emulator;
    const { url } = (await publish({ port: 3000 })).body;
    await control.setPortStatus({ id, port: 3000, status: 'error' });
    const [failed] = await list();
    assert.deepEqual([failed?.status, failed?.url], ['error', null]);
    assert.equal((await browse(url!)).status, 503);
    assert.equal((await publish({ port: 3000 })).body.status, 'published');
    await control.setPortStatus({ id, port: 3000, status: 'unpublishing' });
    await control.setPortStatus({ id, port: 3000 });
    assert.equal((await list())[0]?.url, url);
    await none();
  });

  it('are refused where the image of the computer supports none', async () => {
    const { control } = harness.emulator;
    const sentence = 'The image of this computer does not support public ports.';
    const refusal = async (computer: string) => {
      const answer = await harness.call<{ detail: string }>('POST', all, {
        id: computer,
        body: { port: 3000 },
      });
      return [answer.status, answer.body.detail];
    };
    const { id: old } = await control.seed({ publicPorts: false });
    assert.deepEqual(await refusal(old), [409, sentence]);
    const { id: other } = await control.seed({ template: 'coding-agent' });
    await control.setFeatures({ templatesWithoutPorts: ['coding-agent'] });
    assert.deepEqual(await refusal(other), [409, sentence]);
    assert.equal((await publish({ port: 3000 })).status, 200);
    await none();
  });

  it('take the configured time, and survive a restart of the emulator', async () => {
    await harness.emulator.control.setTimes({ publish: 60_000 });
    const { body } = await publish({ port: 3000 });
    assert.deepEqual([body.status, body.url], ['publishing', null]);
    await harness.stop();
    await harness.start();
    const [kept] = await list();
    assert.deepEqual([kept?.port, kept?.status, kept?.id], [3000, 'published', body.id]);
  });

  it('are not found on a service without them', async () => {
    await harness.emulator.control.setFeatures({ publishedPorts: false });
    assert.equal((await publish({ port: 80 })).status, 404);
    assert.equal((await harness.call('GET', all, { id })).status, 404);
    assert.equal((await unpublish(3000)).status, 404);
  });
});
