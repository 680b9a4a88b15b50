import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { CelestoClient, createIntent, pageSize } from '../../../src/api/client';
import { ApiError, isApiError } from '../../../src/api/errors';
import { Http, type Credentials } from '../../../src/api/http';
import { silentLog } from '../../../src/util/log';
import { answeredComputer } from '../support/computers';
import { answer, ScriptedService } from '../support/service';

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

/** What went over the wire: method, path and query, body. */
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

  it('creates what was wished', async () => {
    service.play(answer(answeredComputer({ status: 'creating' }), 201));
    const request = { template_id: 'scratch', vcpus: 2, network_policy: { mode: 'off' } } as const;
    assert.equal((await client.create(createIntent(request))).status, 'creating');
    assert.deepEqual(asked(), ['POST', '/v1/computers', request]);
  });

  it('sends one idempotency key for one wish, and another for the next', async () => {
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

  it('takes an answer to a bulk delete that counts but names none', async () => {
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

  it('makes a terminal session, or goes back to one', async () => {
    const ticket = { terminal_id: 'term_abc', gateway_url: 'wss://gw', token: 't', expires_at: 'e' };
    service.play(answer(ticket, 201));
    assert.deepEqual(await client.terminal('cmp_1'), ticket);
    assert.deepEqual(asked(), ['POST', '/v1/computers/cmp_1/terminals', {}]);
    await client.terminal('cmp_1', 'term_abc');
    assert.deepEqual(service.lastCall.body, { terminal_id: 'term_abc' });
  });

  it('asks who the key belongs to', async () => {
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

describe('who calls', () => {
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

  it('asks for the credentials at each call', async () => {
    service.play(answer(answeredComputer()));
    await client.get('cmp_1');
    credentials = { baseUrl: service.baseUrl, apiKey: 'another' };
    await client.get('cmp_1');
    assert.equal(service.lastCall.headers.authorization, 'Bearer another');
  });

  it('says that one is not signed in, without a call', async () => {
    service.play(answer(answeredComputer()));
    credentials = undefined;
    await assert.rejects(
      client.get('cmp_1'),
      (error) =>
        isApiError(error, 'auth') && error.needsSignIn && /no usable API key.*Sign in/i.test(error.message),
    );
    assert.equal(service.calls.length, 0);
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
  it('says when there may be more', async () => {
    const computers = (count: number): unknown[] =>
      Array.from({ length: count }, (_, i) => answeredComputer({ id: `cmp_${i}` }));
    service.play(answer({ computers: computers(pageSize - 1), count: pageSize - 1 }));
    assert.equal((await client.list()).possiblyMore, false);
    service.play(answer({ computers: computers(pageSize), count: pageSize }));
    assert.equal((await client.list()).possiblyMore, true);
  });

  it('counts what it could not read, too, when it asks whether the page is full', async () => {
    const computers = Array.from({ length: pageSize }, () => ({}));
    service.play(answer({ computers, count: pageSize }));
    assert.equal((await client.list()).possiblyMore, true);
  });

  it('keeps the others when one computer cannot be read, and names the field', async () => {
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

  it('is empty where there is nothing', async () => {
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

  it('takes what an older service sends, without size, price and place', async () => {
    const older = { size_id: undefined, price_version: undefined, compute_location: undefined };
    const computer = await read(older);
    assert.equal(computer.compute_location, undefined);
    assert.equal(computer.name, 'einstein');
  });

  it('takes the least that an answer may hold', async () => {
    const { id, name, status, vcpus, ram_mb, disk_size_mb, image, created_at } = answeredComputer();
    service.play(answer({ id, name, status, vcpus, ram_mb, disk_size_mb, image, created_at }));
    assert.equal((await client.get('cmp_1')).template_id, 'scratch');
  });

  it('takes null for whatever is optional', async () => {
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

  it('takes a network policy that leaves its mode to the default', async () => {
    assert.equal((await read({ network_policy: {} })).network_policy?.mode, 'open');
  });

  it('takes a connection without an endpoint', async () => {
    assert.deepEqual((await read({ connection: {} })).connection, {});
    assert.equal((await read({ connection: { ssh: null } })).connection?.ssh, null);
  });

  it('takes a status it has never heard of', async () => {
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
