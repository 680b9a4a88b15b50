import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import * as v from 'valibot';
import { maxBulkDelete, CelestoClient, createIntent, pageSize } from '../../../src/api/client';
import { Http } from '../../../src/api/http';
import * as wire from '../../../src/api/wire';
import { knownStatuses } from '../../../src/computers/status';
import { silentLog } from '../../../src/base/log';
import { answer, ScriptedService } from '../support/scriptedService';
import { OpenApi, type Fill } from '../support/openapi';

// What the client expects of the service stands here as tables of our own, and is held against the OpenAPI file beside
// the project wherever that is there.
const document = OpenApi.beside();

/** The document, or a remark that only the tables were checked. */
function documented(t: TestContext): OpenApi | undefined {
  if (!document) t.diagnostic('No OpenAPI file beside the project: checked against the own table only.');
  return document;
}

type Make = (client: CelestoClient) => Promise<unknown>;

const anyCreate: Required<wire.CreateRequest> = {
  template_id: 'scratch',
  vcpus: 1,
  ram_mb: 512,
  disk_size_mb: 512,
  network_policy: { mode: 'off' },
  external_volume_enabled: true,
};

const calls: Record<keyof CelestoClient, [method: string, path: string, make: Make]> = {
  list: ['GET', '/v1/computers', (client) => client.list()],
  create: ['POST', '/v1/computers', (client) => client.create(createIntent(anyCreate))],
  get: ['GET', '/v1/computers/{computer_id}', (client) => client.get('ID')],
  delete: ['DELETE', '/v1/computers/{computer_id}', (client) => client.delete('ID')],
  start: ['POST', '/v1/computers/{computer_id}/start', (client) => client.start('ID')],
  stop: ['POST', '/v1/computers/{computer_id}/stop', (client) => client.stop('ID')],
  retryRestore: ['POST', '/v1/computers/{computer_id}/retry-restore', (client) => client.retryRestore('ID')],
  exec: ['POST', '/v1/computers/{computer_id}/exec', (client) => client.exec('ID', 'true', 1)],
  terminal: [
    'POST',
    '/v1/computers/{computer_id}/terminals',
    (client) => client.terminal('ID', 'term_12345'),
  ],
  execStream: [
    'POST',
    '/v1/computers/{computer_id}/exec/stream',
    (client) => client.execStream('ID', 'true', 1).next(),
  ],
  commands: ['GET', '/v1/computers/{computer_id}/commands', (client) => client.commands('ID')],
  observability: [
    'GET',
    '/v1/computers/{computer_id}/observability',
    (client) => client.observability('ID', '24h'),
  ],
  publishedPorts: [
    'GET',
    '/v1/computers/{computer_id}/published-ports',
    (client) => client.publishedPorts('ID'),
  ],
  publish: ['POST', '/v1/computers/{computer_id}/published-ports', (client) => client.publish('ID', 8000)],
  unpublish: [
    'DELETE',
    '/v1/computers/{computer_id}/published-ports/{port}',
    (client) => client.unpublish('ID', 8000),
  ],
  display: ['POST', '/v1/computers/{computer_id}/display', (client) => client.display('ID', 'read_only')],
  browser: ['POST', '/v1/computers/{computer_id}/browser', (client) => client.browser('ID')],
  sizes: ['GET', '/v1/billing/sizes', (client) => client.sizes()],
  billing: ['GET', '/v1/billing/summary', (client) => client.billing()],
  bulkDelete: ['POST', '/v1/computers/bulk-delete', (client) => client.bulkDelete(['ID'])],
  templates: ['GET', '/v1/computers/templates', (client) => client.templates()],
  user: ['GET', '/v1/users/info', (client) => client.user()],
  organizations: ['GET', '/v1/organizations/', (client) => client.organizations()],
};

type Shape = [name: string, schema: Parameters<typeof requiredOf>[0], required: string[]];

/** What the calls answer. */
const shapes: Shape[] = [
  [
    'ComputerResponse',
    wire.wireComputer,
    ['created_at', 'disk_size_mb', 'id', 'name', 'ram_mb', 'status', 'vcpus'],
  ],
  ['ComputerListResponse', wire.wireComputerList, ['computers', 'count']],
  [
    'SandboxTemplateResponse',
    wire.wireTemplate,
    ['default_disk_size_mb', 'default_ram_mb', 'default_vcpus', 'description', 'display_name', 'id'],
  ],
  ['ComputerExecResponse', wire.wireExecResult, ['exit_code', 'stderr', 'stdout']],
  ['ComputerBulkDeleteResponse', wire.wireBulkDelete, ['deleted']],
  [
    'ComputerTerminalSessionResponse',
    wire.wireTerminal,
    ['expires_at', 'gateway_url', 'terminal_id', 'token'],
  ],
  ['UserPublic', wire.wireUser, ['email', 'id']],
  ['Organization', wire.wireOrganization, ['id', 'name']],
  ['SandboxCommandInvocationsResponse', wire.wireCommands, ['commands', 'count']],
  ['ComputerObservabilityResponse', wire.wireObservability, []],
  ['ComputerPublishedPortResponse', wire.wirePublishedPort, ['port', 'status']],
  [
    'ComputerDisplayConnectionResponse',
    wire.wireDisplayGrant,
    ['expires_at', 'gateway_url', 'mode', 'token'],
  ],
  ['ComputerBrowserConnectionResponse', wire.wireBrowserGrant, ['expires_at', 'gateway_url', 'token']],
  ['SandboxSizeResponse', wire.wireSize, ['hourly_rate_usd', 'id', 'ram_mb', 'root_disk_mb', 'vcpus']],
  [
    'BillingSummaryResponse',
    wire.wireBillingSummary,
    ['billing_status', 'concurrent_sandboxes', 'plan_name', 'sandbox_hours'],
  ],
];

/** What they answer within. */
const parts: Shape[] = [
  ['SandboxCommandInvocationResponse', wire.wireCommand, ['command_id', 'source', 'status']],
  ['ComputerMetricsSummary', wire.wireMetrics, []],
  ['SandboxMetricSampleResponse', wire.wireMetricSample, ['observed_at']],
  ['ResourceLimitSummary', wire.wireResourceLimit, ['included', 'is_unlimited', 'remaining', 'used']],
  [
    'SandboxHoursUsageSummary',
    wire.wireSandboxHours,
    ['included', 'is_unlimited', 'overage_allowed', 'overage_used', 'remaining', 'used'],
  ],
];

function requiredOf(schema: v.ObjectSchema<v.ObjectEntries, undefined>): string[] {
  const optional = new Set(['optional', 'nullish', 'nullable']);
  return Object.keys(schema.entries)
    .filter((name) => !optional.has(schema.entries[name]!.type))
    .sort();
}

describe('the calls that the client makes', () => {
  let service: ScriptedService;
  let client: CelestoClient;
  before(async () => {
    service = await ScriptedService.start();
    const credentials = { baseUrl: service.baseUrl, apiKey: 'key', organization: 'org' };
    client = new CelestoClient(new Http(silentLog), () => Promise.resolve(credentials));
  });
  after(() => service.stop());

  for (const [name, [method, path, make]] of Object.entries(calls)) {
    it(`${name} is ${method} ${path}`, async (t) => {
      service.play(answer({}, 418));
      await assert.rejects(make(client));
      const { url, headers, body, ...asked } = service.lastCall;
      const [route, query] = url.split('?') as [string, string | undefined];
      assert.deepEqual(
        [asked.method, route.replace('/ID', '/{computer_id}').replace(/\/8000$/, '/{port}')],
        [method, path],
      );

      const api = documented(t);
      if (!api) return;
      const operation = api.operation(method, path);
      assert.ok(operation, 'the document knows this call');
      const parameters = operation.parameters ?? [];
      for (const name of new URLSearchParams(query).keys())
        assert.ok(
          parameters.some((one) => one.in === 'query' && one.name === name),
          `${name} is a query parameter`,
        );
      if (headers['idempotency-key'])
        assert.ok(parameters.some(({ name }) => name.toLowerCase() === 'idempotency-key'));
      const schema = operation.requestBody?.content?.['application/json']?.schema;
      const known = Object.keys((schema && api.referred(schema).properties) ?? {});
      const unknown = Object.keys((body as object | undefined) ?? {}).filter((name) => !known.includes(name));
      assert.deepEqual(unknown, [], 'all of the body is known');
    });
  }
});

describe('the answers that the client reads', () => {
  for (const [name, schema, required] of [...shapes, ...parts]) {
    it(`${name} must hold ${required.join(', ') || 'nothing'}`, (t) => {
      assert.deepEqual(requiredOf(schema), required);
      const api = documented(t);
      if (!api) return;
      const promised = api.schema(name).required ?? [];
      assert.deepEqual(
        required.filter((field) => !promised.includes(field)),
        [],
        'the service promises each of them',
      );
      const known = Object.keys(api.schema(name).properties ?? {});
      assert.deepEqual(
        Object.keys(schema.entries).filter((field) => !known.includes(field)),
        [],
        'the service knows each field that is read',
      );
    });

    for (const fill of ['least', 'most', 'sparse'] satisfies Fill[]) {
      it(`${name} is read with ${fill} in it`, (t) => {
        const api = documented(t);
        const sample = api ? api.sample(api.schema(name), fill) : ownSamples[name]!;
        const result = v.safeParse(schema, sample);
        assert.deepEqual(
          result.issues?.map((issue) => v.getDotPath(issue)) ?? [],
          [],
          JSON.stringify(sample),
        );
      });
    }
  }

  it('come as events where a command is followed', (t) => {
    const [method, path] = calls.execStream;
    const answer = documented(t)?.operation(method, path)?.responses['200'];
    if (answer) assert.deepEqual(Object.keys(answer.content ?? {}), ['text/event-stream']);
  });

  it('come from the calls that are made', (t) => {
    const api = documented(t);
    const answered = Object.values(calls).filter(([, path]) => !path.endsWith('/exec/stream'));
    const names = answered.map(([method, path]) => {
      const schema = api?.answerOf(method, path);
      return (schema?.items?.$ref ?? schema?.$ref)?.split('/').at(-1);
    });
    const expected = api ? new Set(shapes.map(([name]) => name)) : new Set([undefined]);
    assert.deepEqual(new Set(names), expected);
  });
});

/** The least that is promised, for where there is no document. */
const ownSamples: Record<string, unknown> = {
  ComputerResponse: {
    id: 'i',
    name: 'n',
    status: 's',
    vcpus: 1,
    ram_mb: 512,
    disk_size_mb: 512,
    image: 'x',
    created_at: 'c',
  },
  ComputerListResponse: { computers: [], count: 0 },
  SandboxTemplateResponse: {
    id: 'i',
    display_name: 'n',
    description: 'd',
    default_vcpus: 1,
    default_ram_mb: 512,
    default_disk_size_mb: 512,
  },
  ComputerExecResponse: { exit_code: 0, stdout: '', stderr: '' },
  ComputerBulkDeleteResponse: { deleted: 0 },
  ComputerTerminalSessionResponse: { terminal_id: 't', gateway_url: 'u', token: 't', expires_at: 'e' },
  UserPublic: {
    id: 'i',
    first_name: 'f',
    email: 'e',
    access_suspended: false,
    onboarding_completed: true,
  },
  Organization: { id: 'i', name: 'n', created_at: 'c', updated_at: 'u', billing_status: 'active' },
  SandboxCommandInvocationsResponse: { commands: [], count: 0 },
  ComputerObservabilityResponse: {},
  ComputerPublishedPortResponse: { computer_id: 'i', port: 8000, status: 's' },
  ComputerDisplayConnectionResponse: { gateway_url: 'u', token: 't', expires_at: 'e', mode: 'read_only' },
  ComputerBrowserConnectionResponse: { gateway_url: 'u', token: 't', expires_at: 'e' },
  SandboxSizeResponse: { id: 'i', vcpus: 1, ram_mb: 512, root_disk_mb: 512, hourly_rate_usd: '0.02' },
  BillingSummaryResponse: {
    plan_name: 'n',
    billing_status: 'active',
    concurrent_sandboxes: { included: -1, used: 0, remaining: -1, is_unlimited: true },
    sandbox_hours: {
      included: '-1',
      used: '0.5',
      overage_used: '0',
      remaining: '-1',
      is_unlimited: true,
      overage_allowed: false,
    },
  },
  SandboxCommandInvocationResponse: { command_id: 'i', source: 's', status: 's' },
  ComputerMetricsSummary: {},
  SandboxMetricSampleResponse: { observed_at: 'o' },
  ResourceLimitSummary: { included: 1, used: 0, remaining: 1, is_unlimited: false },
  SandboxHoursUsageSummary: {
    included: '10',
    used: '0',
    overage_used: '0',
    remaining: '10',
    is_unlimited: false,
    overage_allowed: true,
  },
};

describe('the limits that the client keeps', () => {
  it('are those of a create', (t) => {
    const { vcpus, ramMb, diskMb } = wire.createLimits;
    assert.deepEqual(
      [vcpus, ramMb, diskMb],
      [
        { min: 1, max: 16 },
        { min: 512, max: 32_768 },
        { min: 512, max: 20_480 },
      ],
    );
    const properties = documented(t)?.schema('ComputerCreateRequest').properties;
    if (!properties) return;
    const limits = ['vcpus', 'ram_mb', 'disk_size_mb'].map((name) => {
      const whole = properties[name]?.anyOf?.find(({ type }) => type === 'integer');
      return { min: whole?.minimum, max: whole?.maximum };
    });
    assert.deepEqual([vcpus, ramMb, diskMb], limits);
  });

  it('are those of a list', (t) => {
    assert.equal(pageSize, 200);
    const list = documented(t)?.operation('GET', '/v1/computers');
    if (!list) return;
    assert.equal(list.parameters?.find(({ name }) => name === 'limit')?.schema.maximum, pageSize);
  });

  it('are those of a command', (t) => {
    assert.deepEqual(wire.execLimits, { length: 10_000, timeout: { min: 1, max: 300 } });
    const { command, timeout } = documented(t)?.schema('ComputerExecRequest').properties ?? {};
    if (!command || !timeout) return;
    assert.equal(command.maxLength, wire.execLimits.length);
    assert.deepEqual({ min: timeout.minimum, max: timeout.maximum }, wire.execLimits.timeout);
  });

  it('are those of a published port', (t) => {
    const { min, max } = wire.publishLimits;
    assert.deepEqual([min, max], [1024, 65_535]);
    const port = documented(t)?.schema('ComputerPublishedPortCreateRequest').properties?.port;
    if (port) assert.deepEqual([port.minimum, port.maximum], [min, max]);
  });

  it('are those of a bulk delete', (t) => {
    assert.equal(maxBulkDelete, 100);
    const request = documented(t)?.schema('ComputerBulkDeleteRequest');
    if (!request) return;
    assert.equal(request.properties?.computer_ids?.maxItems, maxBulkDelete);
  });

  it('knows every status', (t) => {
    const own =
      'creating deleted deleting error lost pending restorable restoring running starting stopped stopping';
    assert.equal([...knownStatuses].sort().join(' '), own);
    const statuses = documented(t)?.schema('ComputerStatus').enum;
    if (!statuses) return;
    // `pending` is spoken of by the service's own clients, though in no document.
    assert.deepEqual([...statuses, 'pending'].sort(), own.split(' '));
  });
});
