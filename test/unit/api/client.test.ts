import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { ApiError, isApiError } from '../../../src/api/apiErrors';
import { CelestoClient, createIntent, pageSize } from '../../../src/api/client';
import { type Credentials, Http } from '../../../src/api/http';
import { silentLog } from '../../../src/base/log';
import { answeredComputer } from '../support/computers';
import { answer, ScriptedService } from '../support/scriptedService';

let service: ScriptedService;
let credentials: Credentials | undefined;
let client: CelestoClient;

before(async () => {
  service = await ScriptedService.start();
  client = new CelestoClient(new Http(silentLog), () => Promise.resolve(credentials));
});
after(() => service.stop());
beforeEach(() => {
  credentials = { baseUrl: service.baseUrl, apiKey: 'celesto_sk_test' };
});

/** Returns the last request: method, path and query, body. */
function asked(): unknown[] {
  const { method, url, body } = service.lastCall;
  return body === undefined ? [method, url] : [method, url, body];
}

const template = {
  id: 'scratch',
  display_name: 'Scratch',
  description: 'An empty computer',
  default_vcpus: 1,
  default_ram_mb: 1024,
  default_disk_size_mb: 4096,
};

describe('the calls of the client', () => {
  it('lists a full page', async () => {
    service.play(answer({ computers: [answeredComputer()], count: 1 }));
    const { computers } = await client.list();
    assert.deepEqual(asked(), ['GET', '/v1/computers?limit=200']);
    assert.equal(computers[0]?.name, 'einstein');
  });

  for (const [what, call, expected] of [
    ['get', () => client.get('cmp_1'), ['GET', '/v1/computers/cmp_1']],
    ['start', () => client.start('cmp_1'), ['POST', '/v1/computers/cmp_1/start']],
    ['stop', () => client.stop('cmp_1'), ['POST', '/v1/computers/cmp_1/stop']],
    ['retryRestore', () => client.retryRestore('cmp_1'), ['POST', '/v1/computers/cmp_1/retry-restore']],
    ['delete', () => client.delete('cmp_1'), ['DELETE', '/v1/computers/cmp_1']],
  ] as const) {
    it(`${what} asks ${expected.join(' ')} and gives the computer`, async () => {
      service.play(answer(answeredComputer({ status: 'starting' })));
      assert.equal((await call()).status, 'starting');
      assert.deepEqual(asked(), expected);
    });
  }

  it('refuses a command that is longer than the service takes, and sends nothing', async () => {
    service.play(answer({ exit_code: 0, stdout: '', stderr: '' }));
    await client.exec('cmp_1', '😀'.repeat(10_000), 20);
    const { calls } = service;
    for (const call of [
      () => client.exec('cmp_1', '😀'.repeat(10_001), 20),
      () => client.execStream('cmp_1', '😀'.repeat(10_001), 20).next(),
    ])
      await assert.rejects(
        call,
        (error) =>
          isApiError(error, 'validation') && /at most 10,?000 characters.*10,?001/.test(error.message),
      );
    assert.equal(calls.length, 1);
  });

  it('sends the create request', async () => {
    service.play(answer(answeredComputer({ status: 'creating' }), 201));
    const request = { template_id: 'scratch', vcpus: 2, network_policy: { mode: 'off' } } as const;
    assert.equal((await client.create(createIntent(request))).status, 'creating');
    assert.deepEqual(asked(), ['POST', '/v1/computers', request]);
  });

  it('sends one idempotency key per intent', async () => {
    service.play(answer(answeredComputer(), 201));
    const intent = createIntent({});
    await client.create(intent);
    await client.create(intent);
    await client.create(createIntent({}));
    const keys = service.calls.map((call) => call.headers['idempotency-key']);
    assert.match(String(keys[0]), /^[0-9a-f]{32}$/);
    assert.equal(keys[1], keys[0]);
    assert.notEqual(keys[2], keys[0]);
  });

  it('deletes many', async () => {
    service.play(answer({ deleted: 1, deleted_ids: ['a'], failed_ids: ['b'] }));
    const result = await client.bulkDelete(['a', 'b']);
    assert.deepEqual(asked(), ['POST', '/v1/computers/bulk-delete', { computer_ids: ['a', 'b'] }]);
    assert.deepEqual(result, { deleted: 1, deleted_ids: ['a'], failed_ids: ['b'] });
  });

  it('accepts a bulk delete answer without ids', async () => {
    service.play(answer({ deleted: 2 }));
    assert.deepEqual(await client.bulkDelete(['a', 'b']), { deleted: 2, deleted_ids: [], failed_ids: [] });
  });

  it('reads the templates', async () => {
    service.play(answer([{ ...template, aliases: ['blank'], experimental: true }, template]));
    const templates = await client.templates();
    assert.deepEqual(asked(), ['GET', '/v1/computers/templates']);
    assert.deepEqual(
      templates.map(({ id, experimental }) => [id, experimental]),
      [
        ['scratch', true],
        ['scratch', false],
      ],
    );
  });

  it('runs a command; a non-zero exit is an answer', async () => {
    service.play(answer({ exit_code: 3, stdout: 'out', stderr: 'err', command_id: null }));
    const result = await client.exec('cmp_1', 'exit 3', 20);
    assert.deepEqual(asked(), ['POST', '/v1/computers/cmp_1/exec', { command: 'exit 3', timeout: 20 }]);
    assert.deepEqual(result, { exit_code: 3, stdout: 'out', stderr: 'err', timed_out: false });
  });

  it('has the duration of a command where the service sends it', async () => {
    service.play(answer({ exit_code: 0, stdout: '', stderr: '', duration_ms: 12 }));
    assert.equal((await client.exec('cmp_1', 'true', 20)).duration_ms, 12);
  });

  it('lists the commands that ran', async () => {
    const command = { command_id: 'cmd_1', source: 'api', status: 'running' };
    service.play(answer({ commands: [{ ...command, exit_code: 3, ended_at: null }, command], count: 2 }));
    const [first, second] = await client.commands('cmp_1', 20);
    assert.deepEqual(asked(), ['GET', '/v1/computers/cmp_1/commands?limit=20']);
    assert.deepEqual([first?.exit_code, second?.exit_code, second?.ended_at], [3, null, null]);
  });

  it('reads metrics; unknown ones are null', async () => {
    const observedAt = '2026-02-01T10:00:00Z';
    const sample = { observed_at: observedAt, guest_cpu_used_percent: 12.5, host_memory_rss_mb: 700 };
    service.play(answer({ latest: { observed_at: observedAt, cpu_used_percent: null }, samples: [sample] }));
    const { latest, samples } = await client.observability('cmp_1', '24h');
    assert.deepEqual(asked(), ['GET', '/v1/computers/cmp_1/observability?window=24h']);
    assert.deepEqual([latest?.cpu_used_percent, latest?.ram_used_mb, latest?.stale], [null, null, false]);
    assert.deepEqual([samples[0]?.guest_cpu_used_percent, samples[0]?.guest_ram_used_mb], [12.5, null]);
    service.play(answer({ latest: null }));
    assert.deepEqual(await client.observability('cmp_1', '1h'), { latest: null, samples: [] });
  });

  it('publishes a port, lists what is published, and takes a port back', async () => {
    const url = 'https://p-test.celesto.ai';
    const port = { id: 'r1', computer_id: 'cmp_1', port: 8000, status: 'published', url, created_at: null };
    const expected = { port: 8000, status: 'published', url, created_at: null };
    service.play(answer(port));
    assert.deepEqual(await client.publish('cmp_1', 8000), expected);
    assert.deepEqual(asked(), ['POST', '/v1/computers/cmp_1/published-ports', { port: 8000 }]);
    service.play(answer([port]));
    assert.deepEqual(await client.publishedPorts('cmp_1'), [expected]);
    assert.deepEqual(asked(), ['GET', '/v1/computers/cmp_1/published-ports']);
    service.play(answer({ computer_id: 'cmp_1', port: 8000, status: 'unpublished' }));
    assert.equal((await client.unpublish('cmp_1', 8000)).url, null);
    assert.deepEqual(asked(), ['DELETE', '/v1/computers/cmp_1/published-ports/8000']);
  });

  it('accepts only web addresses of published ports, since they are opened in a browser', async () => {
    for (const url of ['command:workbench.action.quit', 'file:///etc/passwd', 'javascript:0', 'p-test', 7]) {
      service.play(answer({ computer_id: 'cmp_1', port: 8000, status: 'published', url }));
      assert.equal((await client.publish('cmp_1', 8000)).url, null);
    }
  });

  it('opens the display and the browser', async () => {
    const grant = { gateway_url: 'wss://gw', token: 't', expires_at: 'e' };
    service.play(answer({ ...grant, mode: 'read_write' }, 201));
    assert.deepEqual(await client.display('cmp_1', 'read_write'), { ...grant, mode: 'read_write' });
    assert.deepEqual(asked(), ['POST', '/v1/computers/cmp_1/display', { mode: 'read_write' }]);
    service.play(answer(grant, 201));
    assert.deepEqual(await client.browser('cmp_1'), grant);
    assert.deepEqual(asked(), ['POST', '/v1/computers/cmp_1/browser']);
  });

  it('reads the prices of sizes, to the last digit', async () => {
    const size = { id: 'small', vcpus: 1, ram_mb: 1024, root_disk_mb: 4096, hourly_rate_usd: '0.0200' };
    service.play(answer([size]));
    assert.deepEqual(await client.sizes(), [size]);
    assert.deepEqual(asked(), ['GET', '/v1/billing/sizes?price_version=usage-v2']);
    for (const rate of [0.02, '', '.', '0,02', '1e3', 'free', '$1']) {
      service.play(answer([{ ...size, hourly_rate_usd: rate }]));
      await assert.rejects(client.sizes(), (error) => isApiError(error, 'malformed'));
    }
  });

  it('reads the custom templates one by one, and drops those that are not valid', async () => {
    const template = {
      id: 'tpl_1',
      name: 'ours',
      base_template_id: 'coding-agent',
      status: 'failed',
      default_vcpus: 2,
      default_ram_mb: 4096,
      default_disk_size_mb: 10_240,
      failure: { line: 'apt install', line_number: 3, exit_code: 100, hint: null },
    };
    service.play(answer({ templates: [{ ...template, id: 7 }, template], count: 2 }));
    assert.deepEqual(await client.customTemplates(), [{ ...template, error: null }]);
    assert.deepEqual(asked(), ['GET', '/v1/templates']);
  });

  it('asks for the part of a build log that it does not have', async () => {
    service.play(answer({ status: 'building', log: '', unchanged: true }));
    await client.buildLog('tpl_1', 1200);
    assert.deepEqual(asked(), ['GET', '/v1/templates/tpl_1/logs?known_size=1200']);
    await assert.rejects(client.buildLog('..'), (error) => isApiError(error, 'notFound'));
  });

  it('lists the computers of one project', async () => {
    service.play(answer({ computers: [], count: 0 }));
    await client.list(undefined, 'prj_1');
    assert.deepEqual(asked(), ['GET', '/v1/computers?limit=200&project_id=prj_1']);
  });

  it('reads the limits of the plan', async () => {
    const sandboxes = { included: -1, used: 3, remaining: -1, is_unlimited: true };
    const used = { included: '50', used: '12.25', overage_used: '0', remaining: '37.75' };
    const hours = { ...used, is_unlimited: false, overage_allowed: false };
    const summary = {
      plan_name: 'Pro',
      billing_status: 'active',
      concurrent_sandboxes: sandboxes,
      sandbox_hours: hours,
    };
    service.play(answer({ plan_id: 'pro', runs: {}, ...summary }));
    const expected = { ...summary, sandbox_hours: { ...hours, resets_at: null } };
    assert.deepEqual(await client.billing(), expected);
    assert.deepEqual(asked(), ['GET', '/v1/billing/summary']);
  });

  it('creates a terminal session, or returns to one', async () => {
    const ticket = { terminal_id: 'term_abc', gateway_url: 'wss://gw', token: 't', expires_at: 'e' };
    service.play(answer(ticket, 201));
    assert.deepEqual(await client.terminal('cmp_1'), ticket);
    assert.deepEqual(asked(), ['POST', '/v1/computers/cmp_1/terminals', {}]);
    await client.terminal('cmp_1', 'term_abc');
    assert.deepEqual(service.lastCall.body, { terminal_id: 'term_abc' });
  });

  it('reads the user of the key', async () => {
    service.play(answer({ id: 'u1', email: 'ada@example.com', first_name: 'Ada', access_suspended: false }));
    assert.equal((await client.user()).email, 'ada@example.com');
    assert.deepEqual(asked(), ['GET', '/v1/users/info']);
  });

  it('lists the organizations', async () => {
    service.play(answer([{ id: 'org_1', name: 'Analytical Engines', billing_status: 'active' }]));
    assert.deepEqual(await client.organizations(), [{ id: 'org_1', name: 'Analytical Engines' }]);
    assert.deepEqual(asked(), ['GET', '/v1/organizations/']);
  });
});

describe('credentials', () => {
  it('sends the key as a bearer token, and no organization unless one is chosen', async () => {
    service.play(answer(answeredComputer()));
    await client.get('cmp_1');
    assert.equal(service.lastCall.headers.authorization, 'Bearer celesto_sk_test');
    assert.equal(service.lastCall.headers['x-current-organization'], undefined);
  });

  it('sends the organization that is chosen', async () => {
    service.play(answer(answeredComputer()));
    credentials = { baseUrl: service.baseUrl, apiKey: 'k', organization: 'org_7' };
    await client.get('cmp_1');
    assert.equal(service.lastCall.headers['x-current-organization'], 'org_7');
  });

  it('reads the credentials for each call', async () => {
    service.play(answer(answeredComputer()));
    await client.get('cmp_1');
    credentials = { baseUrl: service.baseUrl, apiKey: 'another' };
    await client.get('cmp_1');
    assert.equal(service.lastCall.headers.authorization, 'Bearer another');
  });

  it('fails without credentials, without a call', async () => {
    service.play(answer(answeredComputer()));
    credentials = undefined;
    await assert.rejects(
      client.get('cmp_1'),
      (error) =>
        isApiError(error, 'auth') && error.needsSignIn && /not signed in.*Sign in/i.test(error.message),
    );
    assert.equal(service.calls.length, 0);
  });

  it('reports a rejected key from required calls, not from optional ones', async () => {
    const refused: string[] = [];
    const reported = new CelestoClient(
      new Http(silentLog),
      () => Promise.resolve(credentials),
      ({ kind }) => refused.push(kind),
    );
    service.play(answer({ detail: 'Not yours.' }, 403));
    for (const call of [
      () => reported.billing(),
      () => reported.sizes(),
      () => reported.commands('cmp_1'),
      () => reported.observability('cmp_1', '1h'),
      () => reported.publishedPorts('cmp_1'),
    ])
      await assert.rejects(call(), (error) => isApiError(error, 'forbidden'));
    assert.deepEqual(refused, []);
    await assert.rejects(reported.get('cmp_1'));
    assert.deepEqual(refused, ['forbidden']);
    service.play(answer({}, 401));
    await assert.rejects(reported.billing());
    assert.deepEqual(refused, ['forbidden', 'auth']);
  });

  it('reports the credentials that the call was made with, however late', async () => {
    const refused: string[] = [];
    let apiKey = 'first';
    const reported = new CelestoClient(
      new Http(silentLog),
      () => Promise.resolve({ baseUrl: service.baseUrl, apiKey }),
      (_, caller) => refused.push(caller.apiKey),
    );
    service.play((...turn) => {
      apiKey = 'second';
      answer({}, 401)(...turn);
    });
    await assert.rejects(reported.get('cmp_1'));
    assert.deepEqual(refused, ['first']);
  });

  for (const [what, apiKey] of [
    ['a zero-width space, as copied from a web page', 'celesto_sk_\u200btest'],
    ['a line break', 'celesto_sk_\ntest'],
    ['nothing in it', ''],
  ]) {
    it(`does not send a key with ${what}, and says so`, async () => {
      service.play(answer(answeredComputer()));
      credentials = { baseUrl: service.baseUrl, apiKey: apiKey! };
      await assert.rejects(client.get('cmp_1'), (error) => isApiError(error, 'auth'));
      assert.equal(service.calls.length, 0);
    });
  }
});

describe('ids and names in the path', () => {
  for (const [name, path] of [
    ['a/b', '/v1/computers/a%2Fb'],
    ['../users', '/v1/computers/..%2Fusers'],
    ['what?limit=1', '/v1/computers/what%3Flimit%3D1'],
    ['a#b', '/v1/computers/a%23b'],
    ['a b', '/v1/computers/a%20b'],
    ['%2e%2e', '/v1/computers/%252e%252e'],
    ['émile', '/v1/computers/%C3%A9mile'],
    ['...', '/v1/computers/...'],
  ] as const) {
    it(`sends ${name} as ${path}`, async () => {
      service.play(answer(answeredComputer()));
      await client.get(name);
      assert.equal(service.lastCall.url, path);
    });
  }

  for (const name of ['', '.', '..', 'half \ud83e emoji']) {
    it(`refuses ${JSON.stringify(name)} in each call, as a rejection and without asking`, async () => {
      service.play(answer(answeredComputer()));
      const calls: (() => Promise<unknown>)[] = [
        () => client.get(name),
        () => client.start(name),
        () => client.stop(name),
        () => client.retryRestore(name),
        () => client.delete(name),
        () => client.exec(name, 'true', 1),
        () => client.execStream(name, 'true', 1).next(),
        () => client.commands(name),
        () => client.observability(name, '1h'),
        () => client.publishedPorts(name),
        () => client.publish(name, 8000),
        () => client.unpublish(name, 8000),
        () => client.display(name, 'read_only'),
        () => client.browser(name),
        () => client.terminal(name),
      ];
      for (const call of calls) {
        let promise: Promise<unknown> | undefined;
        assert.doesNotThrow(() => (promise = call()));
        await assert.rejects(promise!, (error) => isApiError(error, 'notFound'));
      }
      assert.equal(service.calls.length, 0);
    });
  }
});

describe('the answer to a list', () => {
  it('reports when there may be more', async () => {
    const computers = (count: number): unknown[] =>
      Array.from({ length: count }, (_, i) => answeredComputer({ id: `cmp_${i}` }));
    service.play(answer({ computers: computers(pageSize - 1), count: pageSize - 1 }));
    assert.equal((await client.list()).possiblyMore, false);
    service.play(answer({ computers: computers(pageSize), count: pageSize }));
    assert.equal((await client.list()).possiblyMore, true);
  });

  it('counts invalid entries when it checks for a full page', async () => {
    const computers = Array.from({ length: pageSize }, () => ({}));
    service.play(answer({ computers, count: pageSize }));
    assert.equal((await client.list()).possiblyMore, true);
  });

  it('keeps the others when one computer is invalid, and names the field', async () => {
    const computers = [
      answeredComputer({ id: 'a' }),
      answeredComputer({ vcpus: 'two' }),
      null,
      answeredComputer(),
    ];
    service.play(answer({ computers, count: 4 }));
    const list = await client.list();
    assert.deepEqual(
      list.computers.map(({ id }) => id),
      ['a', 'cmp_1'],
    );
    assert.deepEqual(
      list.unreadable.map((error) => error.kind),
      ['malformed', 'malformed'],
    );
    assert.match(list.unreadable[0]!.message, /vcpus/);
  });

  it('may be empty', async () => {
    service.play(answer({ computers: [], count: 0 }));
    assert.deepEqual(await client.list(), { computers: [], unreadable: [], possiblyMore: false });
  });

  for (const [what, body, field] of [
    ['no list', { count: 0 }, /computers/],
    ['a list that is none', { computers: {}, count: 0 }, /computers/],
    ['nothing', null, /answer/],
    ['a bare list', [], /computers/],
  ] as const) {
    it(`is malformed with ${what} in it`, async () => {
      service.play(answer(body));
      await assert.rejects(
        client.list(),
        (error) => isApiError(error, 'malformed') && field.test(error.message),
      );
    });
  }
});

describe('the answer for one computer', () => {
  const read = (facts: Record<string, unknown>) => {
    service.play(answer(answeredComputer(facts)));
    return client.get('cmp_1');
  };

  it('ignores fields it does not know', async () => {
    assert.deepEqual(await read({ colour: 'blue', gpu: { count: 8 } }), await read({}));
  });

  it('accepts an answer of an older service, without size, price and region', async () => {
    const older = { size_id: undefined, price_version: undefined, compute_location: undefined };
    const computer = await read(older);
    assert.equal(computer.compute_location, undefined);
    assert.equal(computer.name, 'einstein');
  });

  it('accepts a minimal answer', async () => {
    const { id, name, status, vcpus, ram_mb, disk_size_mb, image, created_at } = answeredComputer();
    service.play(answer({ id, name, status, vcpus, ram_mb, disk_size_mb, image, created_at }));
    assert.equal((await client.get('cmp_1')).template_id, 'scratch');
  });

  it('accepts null for optional fields', async () => {
    const optional = [
      'size_id',
      'template_id',
      'compute_location',
      'network_policy',
      'external_volume_enabled',
    ];
    const more = ['connection', 'last_error', 'stopped_at', 'metrics', 'published_ports'];
    const computer = await read(Object.fromEntries([...optional, ...more].map((field) => [field, null])));
    assert.equal(computer.template_id, 'scratch');
    assert.equal(computer.external_volume_enabled, false);
  });

  it('accepts a network policy without a mode', async () => {
    assert.equal((await read({ network_policy: {} })).network_policy?.mode, 'open');
  });

  it('accepts a connection without an endpoint', async () => {
    assert.deepEqual((await read({ connection: {} })).connection, {});
    assert.equal((await read({ connection: { ssh: null } })).connection?.ssh, null);
  });

  it('reads its published ports, and drops invalid ones', async () => {
    const port = { computer_id: 'cmp_1', port: 3000, status: 'published', url: 'https://p.celesto.ai' };
    assert.equal((await read({ published_ports: [port] })).published_ports[0]?.port, 3000);
    assert.deepEqual((await read({ published_ports: [{}] })).published_ports, []);
  });

  it('accepts an unknown status', async () => {
    assert.equal((await read({ status: 'hibernating' })).status, 'hibernating');
  });

  for (const [field, value] of [
    ['id', ''],
    ['id', 'cmp_\x1b[31m'],
    ['id', 'cmp 1'],
    ['id', 7],
    ['name', null],
    ['status', undefined],
    ['vcpus', '2'],
    ['ram_mb', 1.5],
    ['disk_size_mb', undefined],
    ['created_at', 1_772_000_000],
    ['connection.ssh', { connection: { ssh: 22 } }],
    ['compute_location.region', { compute_location: { region: 5 } }],
  ] as const) {
    it(`names ${field} when it is ${JSON.stringify(value)}`, async () => {
      const facts = typeof value === 'object' && value !== null ? value : { [field]: value };
      await assert.rejects(
        read(facts),
        (error) =>
          error instanceof ApiError && error.kind === 'malformed' && error.message.includes(`${field}:`),
      );
    });
  }
});
