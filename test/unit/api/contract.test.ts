import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import * as v from 'valibot';
import { CelestoClient, createIntent, maxBulkDelete, pageSize } from '../../../src/api/client';
import { Http } from '../../../src/api/http';
import * as wire from '../../../src/api/wire';
import { silentLog } from '../../../src/base/log';
import { knownStatuses } from '../../../src/computers/statusTable';
import {
  type Contract,
  goneInOctober,
  juneContract,
  octoberContract,
  schemaName,
} from '../../emulator/contract/contract';
import { type Fill, sample } from '../support/sample';
import { answer, ScriptedService } from '../support/scriptedService';

// Tables of what the client sends and reads, held against both contracts of the service. By October's: each call,
// query parameter, body field and answer field; each field that must be there; each enum. Limits stand in June's only.
const contracts = [juneContract, octoberContract];

/** Calls of the client that June does not have. A service without them answers 404. */
const newInOctober = [
  'GET /v1/billing/usage-overview',
  'GET /v1/templates',
  'GET /v1/templates/{template_id}/logs',
  'POST /v1/templates/{template_id}/rebuild',
];

/** Query parameters and fields that June does not have. A service without them ignores what is sent and sends nothing. */
const fieldsNewInOctober = ['price_version', 'origin', 'custom_template_id', 'disk_delete_at'];

/** The contracts that have a call: both, or one alone. */
function contractsOf(method: string, path: string): readonly Contract[] {
  if (newInOctober.includes(`${method} ${path}`)) return [octoberContract];
  return goneInOctober.includes(`${method} ${path}`) ? [juneContract] : contracts;
}

/** Schemas that only calls answer with which one of the contracts does not have. */
const schemasGoneInOctober = ['BillingSummaryResponse', 'ResourceLimitSummary', 'SandboxHoursUsageSummary'];
const schemasNewInOctober = [
  'CustomTemplateListResponse',
  'CustomTemplateResponse',
  'CustomTemplateLogsResponse',
  'UsageOverviewResponse',
  'TemplateBuildFailure',
];

/** The contracts that have a schema: both, or one alone. */
function contractsWith(schema: string): readonly Contract[] {
  if (schemasNewInOctober.includes(schema)) return [octoberContract];
  return schemasGoneInOctober.includes(schema) ? [juneContract] : contracts;
}

/** Names that a contract has to know, of those that are used. */
function namesOf(contract: Contract, names: Iterable<string>): string[] {
  return [...names].filter((name) => contract !== juneContract || !fieldsNewInOctober.includes(name));
}

type Make = (client: CelestoClient) => Promise<unknown>;

const anyCreate: Required<wire.CreateRequest> = {
  size_id: 'micro',
  template_id: 'scratch',
  vcpus: 1,
  ram_mb: 512,
  disk_size_mb: 512,
  network_policy: { mode: 'off' },
  external_volume_enabled: true,
};

const calls: Record<keyof CelestoClient, [method: string, path: string, make: Make]> = {
  list: ['GET', '/v1/computers', (client) => client.list(undefined, 'PROJECT')],
  create: ['POST', '/v1/computers', (client) => client.create(createIntent(anyCreate))],
  get: ['GET', '/v1/computers/{computer_id}', (client) => client.get('ID')],
  delete: ['DELETE', '/v1/computers/{computer_id}', (client) => client.delete('ID')],
  start: ['POST', '/v1/computers/{computer_id}/start', (client) => client.start('ID')],
  stop: ['POST', '/v1/computers/{computer_id}/stop', (client) => client.stop('ID')],
  operation: [
    'GET',
    '/v1/computers/{computer_id}/operations/{operation_id}',
    (client) => client.operation('ID', 'OPERATION'),
  ],
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
  usageOverview: ['GET', '/v1/billing/usage-overview', (client) => client.usageOverview()],
  billing: ['GET', '/v1/billing/summary', (client) => client.billing()],
  bulkDelete: ['POST', '/v1/computers/bulk-delete', (client) => client.bulkDelete(['ID'])],
  templates: ['GET', '/v1/computers/templates', (client) => client.templates()],
  customTemplates: ['GET', '/v1/templates', (client) => client.customTemplates()],
  buildLog: ['GET', '/v1/templates/{template_id}/logs', (client) => client.buildLog('TEMPLATE', 7)],
  rebuildTemplate: [
    'POST',
    '/v1/templates/{template_id}/rebuild',
    (client) => client.rebuildTemplate('TEMPLATE'),
  ],
  projects: ['GET', '/v1/projects/', (client) => client.projects()],
  user: ['GET', '/v1/users/info', (client) => client.user()],
  organizations: ['GET', '/v1/organizations/', (client) => client.organizations()],
};

type Shape = [name: string, schema: Parameters<typeof requiredOf>[0], required: string[]];

/** Answers of the calls. */
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
  ['ComputerOperationResponse', wire.wireOperation, ['status']],
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
  ['CustomTemplateListResponse', wire.wireCustomTemplates, ['count', 'templates']],
  [
    'CustomTemplateResponse',
    wire.wireCustomTemplate,
    ['base_template_id', 'default_disk_size_mb', 'default_ram_mb', 'default_vcpus', 'id', 'name', 'status'],
  ],
  ['CustomTemplateLogsResponse', wire.wireBuildLog, ['status']],
  ['ProjectListResponse', wire.wireProjects, ['data', 'total']],
  [
    'UsageOverviewResponse',
    wire.wireUsageOverview,
    ['month_to_date_estimated_cost_usd', 'retained_count', 'running_count', 'running_limit', 'state'],
  ],
  [
    'BillingSummaryResponse',
    wire.wireBillingSummary,
    ['billing_status', 'concurrent_sandboxes', 'plan_name', 'sandbox_hours'],
  ],
];

/** Objects inside of the answers. */
const parts: Shape[] = [
  ['TemplateBuildFailure', wire.wireBuildFailure, []],
  ['ProjectResponse', wire.wireProject, ['id', 'name']],
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
    it(`${name} is ${method} ${path}`, async () => {
      service.play(answer({}, 418));
      await assert.rejects(make(client));
      const { url, headers, body, ...asked } = service.lastCall;
      const [route, query] = url.split('?') as [string, string | undefined];
      assert.deepEqual(
        [
          asked.method,
          route
            .replace('/ID', '/{computer_id}')
            .replace('/TEMPLATE', '/{template_id}')
            .replace('/OPERATION', '/{operation_id}')
            .replace(/\/8000$/, '/{port}'),
        ],
        [method, path],
      );

      for (const contract of contractsOf(method, path)) {
        const { parameters = [], requestBody } = contract.call(method, path);
        for (const name of namesOf(contract, new URLSearchParams(query).keys()))
          assert.ok(
            parameters.some((one) => one.in === 'query' && one.name === name),
            `${name} is a query parameter of ${contract.version}`,
          );
        if (headers['idempotency-key'])
          assert.ok(parameters.some(({ name }) => name.toLowerCase() === 'idempotency-key'));
        const schema = requestBody?.content['application/json'];
        const known = Object.keys((schema && contract.resolve(schema).properties) ?? {});
        const unknown = Object.keys((body as object | undefined) ?? {}).filter(
          (name) => !known.includes(name),
        );
        assert.deepEqual(unknown, [], `all of the body is known to ${contract.version}`);
      }
    });
  }

  for (const [name, [method, path, make]] of Object.entries(calls))
    if (goneInOctober.includes(`${method} ${path}`))
      it(`${name} is not offered where October's contract holds`, async () => {
        service.play(answer({ detail: 'Not Found' }, 404));
        await assert.rejects(make(client), { name: 'ApiError', kind: 'notFound' });
      });

  it('are gone in October where they are listed so, and nowhere else', () => {
    const [june, october] = contracts.map(({ facts }) => Object.keys(facts.calls));
    assert.deepEqual(
      june!.filter((call) => !october!.includes(call)),
      goneInOctober,
    );
  });
});

describe('the answers that the client reads', () => {
  for (const [name, schema, required] of [...shapes, ...parts]) {
    it(`${name} must hold ${required.join(', ') || 'nothing'}`, () => {
      assert.deepEqual(requiredOf(schema), required);
      for (const contract of contractsWith(name)) {
        const promised = contract.schema(name).required ?? [];
        assert.deepEqual(
          required.filter((field) => !promised.includes(field)),
          [],
          `${contract.version} promises each of them`,
        );
        const known = Object.keys(contract.schema(name).properties ?? {});
        assert.deepEqual(
          namesOf(contract, Object.keys(schema.entries)).filter((field) => !known.includes(field)),
          [],
          `${contract.version} knows each field that is read`,
        );
      }
    });

    for (const fill of ['least', 'most', 'sparse'] satisfies Fill[]) {
      it(`${name} is read with ${fill} in it`, () => {
        for (const contract of contractsWith(name)) {
          const body = sample(contract, contract.schema(name), fill);
          const result = v.safeParse(schema, body);
          assert.deepEqual(
            result.issues?.map((issue) => v.getDotPath(issue)) ?? [],
            [],
            `${contract.version}: ${JSON.stringify(body)}`,
          );
        }
      });
    }
  }

  it('come as events where a command is followed', () => {
    const [method, path] = calls.execStream;
    const content = juneContract.call(method, path).responses['200'];
    assert.deepEqual(Object.keys(content ?? {}), ['text/event-stream']);
  });

  for (const contract of contracts)
    it(`come from the calls that are made, by ${contract.version}`, () => {
      const answered = Object.values(calls).filter(
        ([method, path]) => !path.endsWith('/exec/stream') && contractsOf(method, path).includes(contract),
      );
      const names = answered.map(([method, path]) => {
        const schema = contract.answerOf(method, path);
        return schemaName(schema?.items?.$ref ?? schema?.$ref ?? '');
      });
      const expected = shapes.map(([name]) => name).filter((name) => contractsWith(name).includes(contract));
      assert.deepEqual(new Set(names), new Set(expected));
    });

  it('are gone in October where they are listed so, and nowhere else', () => {
    const names = [...shapes, ...parts].map(([name]) => name);
    assert.deepEqual(
      names.filter((name) => !(name in octoberContract.facts.schemas)),
      schemasGoneInOctober,
    );
  });

  it('are new in October where they are listed so, and nowhere else', () => {
    const names = [...shapes, ...parts].map(([name]) => name);
    assert.deepEqual(
      names.filter((name) => !(name in juneContract.facts.schemas)).sort(),
      [...schemasNewInOctober].sort(),
    );
    const [june, october] = contracts.map(({ facts }) => facts.calls);
    const made = Object.values(calls).map(([method, path]) => `${method} ${path}`);
    assert.deepEqual(made.filter((call) => !(call in june!) && call in october!).sort(), newInOctober);
  });
});

describe('the limits that the client keeps', () => {
  it('are those of a create', () => {
    const { vcpus, ramMb, diskMb } = wire.createLimits;
    assert.deepEqual(
      [vcpus, ramMb, diskMb],
      [
        { min: 1, max: 16 },
        { min: 512, max: 32_768 },
        { min: 512, max: 20_480 },
      ],
    );
    const { properties } = juneContract.schema('ComputerCreateRequest');
    const limits = ['vcpus', 'ram_mb', 'disk_size_mb'].map((name) => {
      const whole = properties?.[name]?.anyOf?.find(({ type }) => type === 'integer');
      return { min: whole?.minimum, max: whole?.maximum };
    });
    assert.deepEqual([vcpus, ramMb, diskMb], limits);
  });

  it('are those of a list', () => {
    assert.equal(pageSize, 200);
    const { parameters } = juneContract.call('GET', '/v1/computers');
    assert.equal(parameters?.find(({ name }) => name === 'limit')?.schema.maximum, pageSize);
  });

  it('are those of a command', () => {
    assert.deepEqual(wire.execLimits, { length: 10_000, timeout: { min: 1, max: 300 } });
    const { command, timeout } = juneContract.schema('ComputerExecRequest').properties ?? {};
    assert.equal(command?.maxLength, wire.execLimits.length);
    assert.deepEqual({ min: timeout?.minimum, max: timeout?.maximum }, wire.execLimits.timeout);
  });

  it('are those of a published port', () => {
    const { min, max } = wire.publishLimits;
    assert.deepEqual([min, max], [1024, 65_535]);
    const port = juneContract.schema('ComputerPublishedPortCreateRequest').properties?.port;
    assert.deepEqual([port?.minimum, port?.maximum], [min, max]);
  });

  it('are those of a bulk delete', () => {
    assert.equal(maxBulkDelete, 100);
    const request = juneContract.schema('ComputerBulkDeleteRequest');
    assert.equal(request.properties?.computer_ids?.maxItems, maxBulkDelete);
  });

  it('knows every status', () => {
    const own =
      'creating deleted deleting error lost pending restorable restoring running starting stopped stopping';
    assert.equal([...knownStatuses].sort().join(' '), own);
    // `pending` is spoken of by the service's own clients, though in no document.
    for (const contract of contracts)
      assert.deepEqual([...contract.schema('ComputerStatus').enum!, 'pending'].sort(), own.split(' '));
  });
});
