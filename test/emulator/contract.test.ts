import assert from 'node:assert/strict';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { before, describe, it } from 'node:test';
import type { BillingFacts } from './billing';
import type { WireComputer } from './computer';
import { checkContract } from './contract/checkContract';
import { contractHeader, type ContractName, goneInOctober } from './contract/contract';
import { EmulatorHarness } from './emulatorHarness';
import type { TerminalGrant } from './terminalClient';

const uuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

// Every answer is checked by checkContract; see EmulatorHarness.call.
describe('answers by the contract', () => {
  const harness = new EmulatorHarness({
    times: { start: 0, deletedKept: 60_000 },
  });
  before(async () => {
    await harness.start();
    await harness.emulator.control.setBilling({ runningLimit: 1000 });
  });
  const computerRoute = '/v1/computers/{computer_id}';

  it('match for the account', async () => {
    assert.equal(
      (await harness.call<{ email: string }>('GET', '/v1/users/info')).body.email,
      'ada@example.com',
    );
    const { body } = await harness.call<{ id: string }[]>('GET', '/v1/organizations/');
    assert.equal(body.length, 2);
    assert.equal((await harness.call('GET', '/v1/organizations/{org_id}', { id: body[1]!.id })).status, 200);
    assert.equal((await harness.call('GET', '/v1/organizations/{org_id}', { id: 'org_none' })).status, 404);
    assert.equal((await harness.call<object[]>('GET', '/v1/billing/sizes')).body.length, 6);
    assert.deepEqual((await harness.call('GET', '/v1/auth/status')).body, { authenticated: true });
    const stranger = { headers: { authorization: 'Bearer wrong' } };
    assert.deepEqual((await harness.call('GET', '/v1/auth/status', stranger)).body, { authenticated: false });
    assert.equal((await harness.call('GET', '/v1/users/info', stranger)).status, 401);
  });

  it('match for templates', async () => {
    const { body } = await harness.call<{ id: string }[]>('GET', '/v1/computers/templates');
    assert.deepEqual(
      body.map(({ id }) => id),
      ['scratch', 'coding-agent', 'browser-agent'],
    );
  });

  it('match for a computer from create to delete', async () => {
    const created = await harness.call('POST', '/v1/computers', { body: { template_id: 'coding-agent' } });
    assert.equal(created.status, 201);
    assert.equal(created.body.status, 'creating');
    assert.match(created.headers.get('x-request-id') ?? '', uuid);
    const { id, name } = created.body;
    const { connection } = await harness.waitForStatus(id, 'running');
    assert.match(connection?.ssh ?? '', /^\w+@127\.0\.0\.1:\d+$/);
    assert.equal((await harness.get(name)).body.id, id);
    assert.equal((await harness.exec(id, 'echo hello')).stdout, 'hello\n');
    assert.equal((await harness.call('POST', `${computerRoute}/stop`, { id })).body.status, 'stopping');
    assert.equal((await harness.waitForStatus(id, 'stopped')).connection, null);
    assert.equal((await harness.call('POST', `${computerRoute}/start`, { id })).body.status, 'starting');
    await harness.waitForStatus(id, 'running');
    assert.equal((await harness.call('DELETE', computerRoute, { id })).body.status, 'deleting');
    await harness.waitForStatus(id, 'deleted');
    assert.equal((await harness.call('DELETE', computerRoute, { id })).status, 409);
  });

  it('match for every status, also one that is not in the contract', async () => {
    const { control } = harness.emulator;
    for (const status of ['creating', 'stopping', 'error', 'lost', 'restoring', 'deleting', 'hibernating']) {
      const { id } = await control.seed({ status, lastError: 'A reason.' });
      assert.equal((await harness.get(id)).body.status, status);
    }
    const { id } = await control.seed({ status: 'restorable' });
    await control.setFeatures({ contract: '2026-06' });
    assert.equal(
      (await harness.call('POST', `${computerRoute}/retry-restore`, { id })).body.status,
      'restorable',
    );
    await harness.waitForStatus(id, 'running');
    assert.equal((await harness.call('POST', `${computerRoute}/retry-restore`, { id })).status, 409);
    await control.setFeatures({ contract: '2026-10' });
  });

  it('match for a new terminal and an existing one', async () => {
    const route = `${computerRoute}/terminals`;
    const { id } = await harness.emulator.control.seed({});
    const terminal = async (body?: unknown) => {
      const { status, body: grant } = await harness.call<TerminalGrant>('POST', route, { id, body });
      assert.equal(status, 201);
      assert.match(grant.terminal_id, /^term_[A-Za-z0-9_-]+$/);
      assert.match(grant.gateway_url, /^ws:\/\/127\.0\.0\.1:\d+\/.*\?/);
      assert.match(grant.expires_at, /T.*Z$/);
      const life = Date.parse(grant.expires_at) - Date.now();
      assert.ok(life > 20_000 && life <= 30_000, `${life} ms`);
      return grant;
    };
    const grants = [
      await terminal(),
      await terminal(null),
      await terminal({}),
      await terminal({ terminal_id: null }),
    ];
    const ids = grants.map((grant) => grant.terminal_id);
    assert.equal(new Set(ids).size, 4);
    const again = await terminal({ terminal_id: ids[0] });
    assert.equal(again.terminal_id, ids[0]);
    assert.notEqual(again.token, grants[0]!.token);

    const refused = async (computer: string, body?: object) =>
      (await harness.call('POST', route, { id: computer, body })).status;
    assert.equal(await refused(id, { terminal_id: 'term_none' }), 404);
    for (const wrong of ['term_', 'session_1', 'term_!', `term_${'x'.repeat(156)}`]) {
      assert.equal(await refused(id, { terminal_id: wrong }), 422, wrong);
    }
    const other = await harness.emulator.control.seed({});
    assert.equal(await refused(other.id, { terminal_id: ids[0] }), 404);
    assert.equal(await refused('cmp_none'), 404);
    await harness.emulator.control.setStatus({ id, status: 'stopped' });
    assert.equal(await refused(id), 409);
  });

  it('list by status, template and limit', async () => {
    const { control } = harness.emulator;
    await control.addFakes({ count: 60, statuses: ['stopped', 'running'] });
    const list = async (query: string) => {
      return (
        await harness.call<{ computers: WireComputer[]; count: number }>('GET', `/v1/computers?${query}`)
      ).body;
    };
    assert.equal((await list('')).count, 50);
    assert.equal((await list('limit=3')).computers.length, 3);
    assert.ok((await list('status=stopped')).computers.every(({ status }) => status === 'stopped'));
    const { id } = await control.seed({ status: 'stopped', template: 'browser-agent' });
    assert.deepEqual(
      (await list('template_id=browser-agent')).computers.map((computer) => computer.id),
      [id],
    );
    await control.setFeatures({ ignoreListLimit: true });
    assert.ok((await list('limit=1')).count > 60);
  });

  it('match for deleting several computers', async () => {
    const ids = await Promise.all(
      [1, 2].map(async () => (await harness.emulator.control.seed({ status: 'error' })).id),
    );
    const { body } = await harness.call('POST', '/v1/computers/bulk-delete', {
      body: { computer_ids: [...ids, 'cmp_none'] },
    });
    assert.deepEqual(body, { deleted: 2, deleted_ids: ids, failed_ids: ['cmp_none'] });
    for (const id of ids) await harness.waitForStatus(id, 'deleted');
  });

  it('refuse values beyond the limits', async () => {
    const bodies = [
      { vcpus: 0 },
      { vcpus: 17 },
      { vcpus: '4' },
      { ram_mb: 511 },
      { ram_mb: 32_769 },
      { disk_size_mb: 20_481 },
      { network_policy: { mode: 'sometimes' } },
      { network_policy: { mode: 'off', more: 1 } },
      { template_id: 'x'.repeat(65) },
    ];
    for (const body of bodies) {
      const answer = await harness.call<{ errors: object[] }>('POST', '/v1/computers', { body });
      assert.equal(answer.status, 422, JSON.stringify(body));
      assert.equal(answer.body.errors.length, 1);
    }
    assert.equal(
      (await harness.call('POST', '/v1/computers', { body: { template_id: 'none' } })).status,
      400,
    );
    assert.equal((await harness.call('GET', '/v1/computers?limit=201')).status, 422);
  });

  it('accept the limits themselves', async () => {
    await harness.emulator.control.setFeatures({ billingSizes: false });
    const body = { vcpus: 16, ram_mb: 32_768, disk_size_mb: 512, network_policy: { mode: 'off' } };
    const answer = await harness.call('POST', '/v1/computers', { body });
    await harness.emulator.control.setFeatures({ billingSizes: true });
    assert.equal(answer.status, 201);
    const { vcpus, ram_mb, disk_size_mb, network_policy } = answer.body;
    assert.deepEqual({ vcpus, ram_mb, disk_size_mb, network_policy }, body);
  });

  it('match for an unknown computer', async () => {
    for (const [method, action] of [
      ['GET', ''],
      ['DELETE', ''],
      ['POST', '/start'],
      ['POST', '/stop'],
    ] as const) {
      assert.equal((await harness.call(method, computerRoute + action, { id: 'cmp_none' })).status, 404);
    }
  });
});

describe('optional answers by the contract', () => {
  const harness = new EmulatorHarness({ isolation: 'plain' });
  before(() => harness.start());
  const computerRoute = '/v1/computers/{computer_id}';

  it('match for prices, without a key, also of a made-up size', async () => {
    type Size = Parameters<typeof harness.emulator.control.setBilling>[0]['sizes'];
    const stranger = { headers: { authorization: 'Bearer wrong' } };
    const prices = async () =>
      (await harness.call<NonNullable<Size>>('GET', '/v1/billing/sizes', stranger)).body;
    assert.deepEqual(
      (await prices()).map(({ hourly_rate_usd }) => hourly_rate_usd),
      ['0.03', '0.04', '0.06', '0.08', '0.16', '0.32'],
    );
    const sizes = [{ id: 'huge', vcpus: 16, ram_mb: 32_768, root_disk_mb: 512, hourly_rate_usd: '1.2345' }];
    await harness.emulator.control.setBilling({ sizes });
    assert.deepEqual(await prices(), sizes);
    await harness.emulator.control.setBilling({});
  });

  it('match for the plan, which counts running computers unless a test sets it', async () => {
    await harness.emulator.control.setFeatures({ billingSummary: true });
    const summary = async () => (await harness.call<BillingFacts>('GET', '/v1/billing/summary')).body;
    const before = (await summary()).concurrent_sandboxes;
    await harness.emulator.control.seed({});
    const { concurrent_sandboxes: now, sandbox_hours } = await summary();
    assert.deepEqual([now.used, now.remaining], [before.used + 1, before.remaining - 1]);
    assert.equal(sandbox_hours.remaining, '87.5');
    const unlimited = { included: -1, used: 3, remaining: -1, is_unlimited: true };
    await harness.emulator.control.setBilling({
      summary: { billing_status: 'depleted', concurrent_sandboxes: unlimited },
    });
    const configured = await summary();
    assert.deepEqual([configured.billing_status, configured.concurrent_sandboxes], ['depleted', unlimited]);
    await harness.emulator.control.setBilling({});
    assert.equal((await summary()).billing_status, 'active');
  });

  it('match for a screen and a browser of a template with them', async () => {
    const { control } = harness.emulator;
    const { id } = await control.seed({ template: 'browser-agent' });
    const ask = (what: string, computer = id, body?: unknown) =>
      harness.call<{ gateway_url: string; mode: string }>('POST', `${computerRoute}/${what}`, {
        id: computer,
        body,
      });
    assert.equal((await ask('display')).body.mode, 'read_only');
    assert.equal((await ask('display', id, null)).status, 201);
    assert.equal((await ask('display', id, { mode: 'read_write' })).body.mode, 'read_write');
    assert.equal((await ask('display', id, { mode: 'write' })).status, 422);
    assert.match((await ask('browser')).body.gateway_url, /^ws:\/\/127\.0\.0\.1:\d+\/gateway\/browser\?/);
    const plain = await control.seed({ template: 'scratch' });
    await control.setStatus({ id, status: 'stopped' });
    for (const what of ['display', 'browser']) {
      assert.equal((await ask(what, plain.id)).status, 409);
      assert.equal((await ask(what)).status, 409);
      assert.equal((await ask(what, 'cmp_none')).status, 404);
    }
  });

  it('match for a service without the optional routes', async () => {
    const { control } = harness.emulator;
    const { id } = await control.seed({ template: 'browser-agent' });
    const routes = [
      ['GET', '/v1/billing/sizes', 'billingSizes'],
      ['GET', '/v1/billing/summary', 'billingSummary'],
      ['GET', `${computerRoute}/observability`, 'observability'],
      ['GET', `${computerRoute}/commands`, 'commands'],
      ['POST', `${computerRoute}/display`, 'display'],
      ['POST', `${computerRoute}/browser`, 'browser'],
    ] as const;
    for (const [method, route, feature] of routes) {
      const status = async () => (await harness.call(method, route, { id })).status;
      await control.setFeatures({ [feature]: false });
      assert.equal(await status(), 404, route);
      await control.setFeatures({ [feature]: true });
      assert.ok((await status()) < 300, route);
    }
  });
});

describe('the contract that is spoken', () => {
  const harness = new EmulatorHarness({
    isolation: 'plain',
    seed: [{ name: 'curie', status: 'restorable' }],
  });
  before(() => harness.start());
  /** The status of an answer to each call that only June has and the emulator serves. */
  const statuses = () => {
    const calls = goneInOctober.filter((call) => !call.endsWith('sandbox-hours'));
    return Promise.all(
      calls.map(async (call) => {
        const [method = '', route = ''] = call.split(' ');
        const body = method === 'POST' ? {} : undefined;
        return (await harness.call(method, route, { id: 'curie', body })).status;
      }),
    );
  };

  it("is October's, where the calls of June are gone, unless June's is asked for", async () => {
    const { control } = harness.emulator;
    const contract = async () => (await harness.get('curie')).headers.get(contractHeader);
    assert.deepEqual([await contract(), await statuses()], ['2026-10', [404, 404, 404]]);
    await control.setFeatures({ contract: '2026-06' });
    assert.deepEqual([await contract(), await statuses()], ['2026-06', [200, 422, 200]]);
    await control.setFeatures({ billingSummary: false, execStream: false, retryRestore: false });
    assert.deepEqual(await statuses(), [404, 404, 404]);
  });
});

describe('every answer', () => {
  const harness = new EmulatorHarness({ isolation: 'plain', seed: [{ name: 'curie' }] });
  before(() => harness.start());

  it('has the id of its request, a UUID of its own, errors included', async () => {
    const { url, apiKey } = harness.emulator;
    const authorization = `Bearer ${apiKey}`;
    await harness.emulator.control.addFault({ path: '/users', answer: { status: 500 } });
    const asked: [path: string, init: RequestInit, status: number][] = [
      ['/v1/computers/curie', { headers: { authorization } }, 200],
      ['/v1/computers/none', { headers: { authorization } }, 404],
      ['/v1/nothing', { headers: { authorization } }, 404],
      ['/v1/computers', { headers: { authorization: 'Bearer wrong' } }, 401],
      ['/v1/computers?limit=0', { headers: { authorization } }, 422],
      ['/v1/users/info', { headers: { authorization } }, 500],
    ];
    const ids = await Promise.all(
      asked.map(async ([path, init, status]) => {
        const answer = await fetch(url + path, init);
        assert.equal(answer.status, status, path);
        return answer.headers.get('x-request-id') ?? '';
      }),
    );
    const upgrade = { connection: 'Upgrade', upgrade: 'websocket' };
    const [refused] = (await once(get(`${url}/gateway/terminal`, { headers: upgrade }), 'response')) as [
      IncomingMessage,
    ];
    assert.equal(refused.statusCode, 401);
    ids.push(String(refused.resume().headers['x-request-id']));
    for (const id of ids) assert.match(id, uuid);
    assert.equal(new Set(ids).size, asked.length + 1);
  });

  it('to a body that is no JSON says so in the form of a validation error', async () => {
    const { url, apiKey } = harness.emulator;
    const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' };
    const answer = await fetch(`${url}/v1/computers`, { method: 'POST', headers, body: '{' });
    assert.equal(answer.status, 422);
    const body = await answer.json();
    assert.deepEqual(body, {
      detail: 'Validation error',
      errors: [{ type: 'json_invalid', loc: ['body'], msg: 'JSON decode error' }],
      status_code: 422,
    });
  });

  it('spells dates in several ways, or in the one that is asked for; all of them are in UTC', async () => {
    const { control } = harness.emulator;
    const { id } = await control.seed({ status: 'stopped', diskDeleteAt: '2027-01-02T03:04:05.678Z' });
    const dates = async () => {
      const {
        created_at: created,
        stopped_at: stopped,
        disk_delete_at: deleted,
      } = (await harness.get(id)).body;
      return [created, stopped ?? '', deleted ?? ''] as const;
    };
    const [created, stopped, deleted] = await dates();
    assert.match(created, /T\d\d:\d\d:\d\d\.\d{6}$/);
    assert.match(stopped, /\.\d{6}\+00:00$/);
    assert.equal(deleted, '2027-01-02T03:04:05.678Z');
    for (const [spelling, expected] of [
      ['z', '2027-01-02T03:04:05.678Z'],
      ['offset', '2027-01-02T03:04:05.678+00:00'],
      ['noZone', '2027-01-02T03:04:05.678'],
      ['microseconds', '2027-01-02T03:04:05.678042Z'],
    ] as const) {
      await control.setFeatures({ dates: spelling });
      assert.equal((await dates())[2], expected);
      assert.ok(Math.abs(Date.parse(`${created}Z`) - Date.now()) < 60_000, created);
      const route = '/v1/computers/{computer_id}/terminals';
      const { expires_at } = (await harness.call<TerminalGrant>('POST', route, { id: 'curie' })).body;
      assert.match(expires_at, /(Z|\+00:00)$/, 'the end of a token keeps its zone');
    }
    await control.setFeatures({ dates: 'mixed' });
  });

  it('begins with a byte order mark where that is asked for', async () => {
    const { url, apiKey, control } = harness.emulator;
    const first = async (path: string) => {
      const answer = await fetch(url + path, { headers: { authorization: `Bearer ${apiKey}` } });
      return Buffer.from(await answer.arrayBuffer()).subarray(0, 4);
    };
    assert.equal((await first('/v1/computers')).toString('latin1'), '{"co');
    await control.setFeatures({ byteOrderMark: true });
    for (const path of ['/v1/computers', '/v1/nothing'])
      assert.deepEqual((await first(path)).subarray(0, 3), Buffer.from([0xef, 0xbb, 0xbf]), path);
    await control.setFeatures({ byteOrderMark: false });
  });

  it('to an invalid request names the fields, in the words of the service', async () => {
    const errorsOf = async (route: string, body: object) => {
      const options = { id: 'curie', body };
      return (await harness.call<{ errors: object[] }>('POST', route, options)).body.errors;
    };
    assert.deepEqual(await errorsOf('/v1/computers/{computer_id}/exec', { command: 'x'.repeat(10_001) }), [
      {
        type: 'string_too_long',
        loc: ['body', 'command'],
        msg: 'String should have at most 10000 characters',
        ctx: { max_length: 10_000 },
      },
    ]);
    assert.deepEqual(await errorsOf('/v1/computers/{computer_id}/exec', { timeout: 0 }), [
      { type: 'missing', loc: ['body', 'command'], msg: 'Field required' },
      {
        type: 'greater_than_equal',
        loc: ['body', 'timeout'],
        msg: 'Input should be greater than or equal to 1',
        ctx: { ge: 1 },
      },
    ]);
    assert.deepEqual(await errorsOf('/v1/computers', { network_policy: { mode: 'some', hosts: [] } }), [
      {
        type: 'extra_forbidden',
        loc: ['body', 'network_policy', 'hosts'],
        msg: 'Extra inputs are not permitted',
      },
      {
        type: 'enum',
        loc: ['body', 'network_policy', 'mode'],
        msg: "Input should be 'open' or 'off'",
        ctx: { expected: "'open' or 'off'" },
      },
    ]);
  });
});

describe('the contract check itself', () => {
  it('fails for a field that is missing, wrong or unknown', () => {
    const check =
      (body: unknown, path = '/v1/auth/status', contract: ContractName = '2026-10') =>
      () => {
        const headers = new Headers({ [contractHeader]: contract });
        checkContract('GET', path, { status: 200, headers, body });
      };
    assert.doesNotThrow(check({ authenticated: true }));
    assert.throws(check({}), /authenticated/);
    assert.throws(check({ authenticated: 'yes' }), /boolean/);
    assert.throws(check({ authenticated: true, more: 1 }), /additional properties/);
    assert.throws(check({}, '/v1/nothing'), /no GET/);
    assert.doesNotThrow(check({ data: [], total: 0, limit: 50, offset: 0 }, '/v1/projects/', '2026-06'));
    assert.throws(check({ templates: [] }, '/v1/templates', '2026-06'), /2026.6.20 has no GET/);
  });
});
