import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';

const script = join(import.meta.dirname, '..', '..', 'tools', 'contractFacts.mjs');

const size = {
  title: 'A size',
  description: 'The shape of a computer.',
  'x-note': 'Prose, too.',
  type: 'object',
  properties: {
    // Fields may be named like keywords.
    title: { type: 'string', title: 'Title', example: 'Small' },
    description: { anyOf: [{ type: 'string', maxLength: 80 }, { type: 'null' }] },
    cpus: { type: 'integer', minimum: 1, maximum: 16, default: 2, description: 'How many.' },
    kind: { type: 'string', enum: ['small', 'large'] },
    made_at: { type: 'string', format: 'date-time' },
  },
  required: ['title', 'kind'],
};

const openApi = {
  openapi: '3.1.0',
  info: { title: 'A service', version: '1.2', description: 'Prose.' },
  servers: [{ url: 'http://127.0.0.1' }],
  paths: {
    '/sizes/{id}': {
      get: {
        summary: 'One size',
        operationId: 'get_size',
        tags: ['sizes'],
        parameters: [
          { name: 'limit', in: 'query', required: false, description: 'How many.', schema: { maximum: 9 } },
          { name: 'id', in: 'path', required: true, schema: { type: 'string', title: 'Id' } },
        ],
        responses: {
          '204': { description: 'Nothing' },
          '200': {
            description: 'A size',
            content: { 'application/json': { schema: { $ref: '#/components/schemas/Size' } } },
          },
        },
      },
      put: {
        requestBody: {
          required: true,
          content: { 'application/json': { schema: { type: 'array', items: size }, example: [] } },
        },
        responses: {},
      },
    },
  },
  components: { schemas: { Size: size } },
};

const sizeFacts = {
  type: 'object',
  properties: {
    cpus: { type: 'integer', minimum: 1, maximum: 16, default: 2 },
    description: { anyOf: [{ type: 'string', maxLength: 80 }, { type: 'null' }] },
    kind: { type: 'string', enum: ['large', 'small'] },
    made_at: { type: 'string', format: 'date-time' },
    title: { type: 'string' },
  },
  required: ['kind', 'title'],
};

const facts = {
  version: '1.2',
  calls: {
    'GET /sizes/{id}': {
      parameters: [
        { in: 'path', name: 'id', required: true, schema: { type: 'string' } },
        { in: 'query', name: 'limit', schema: { maximum: 9 } },
      ],
      responses: { '200': { 'application/json': { $ref: '#/schemas/Size' } }, '204': {} },
    },
    'PUT /sizes/{id}': {
      requestBody: { required: true, content: { 'application/json': { type: 'array', items: sizeFacts } } },
      responses: {},
    },
  },
  schemas: { Size: sizeFacts },
};

describe('contractFacts', () => {
  const folder = mkdtempSync(join(tmpdir(), 'celesto-contract-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const document = join(folder, 'openapi.json');
  const output = join(folder, 'facts.json');

  /** Runs the script on a document, which may be a text that is none. */
  function run(content: unknown, env: NodeJS.ProcessEnv = { CELESTO_OPENAPI: document }, args = [output]) {
    writeFileSync(document, typeof content === 'string' ? content : JSON.stringify(content));
    return spawnSync(process.execPath, [script, ...args], {
      encoding: 'utf8',
      env: { ...process.env, CELESTO_OPENAPI: undefined, ...env },
    });
  }

  it('keeps facts, sorted by name, and drops prose', () => {
    const { status, stderr } = run(openApi);
    assert.deepEqual([status, stderr], [0, '']);
    assert.deepEqual(JSON.parse(readFileSync(output, 'utf8')), facts);
  });

  it('writes the same bytes again, whatever the order of the document', () => {
    run(openApi);
    const first = readFileSync(output, 'utf8');
    rmSync(output);
    const properties = Object.fromEntries(Object.entries(size.properties).reverse());
    const sizeSchema = { properties, required: size.required.toReversed(), type: 'object' };
    run({
      components: { schemas: { Size: sizeSchema } },
      paths: openApi.paths,
      info: openApi.info,
      openapi: '3.1.0',
    });
    assert.equal(readFileSync(output, 'utf8'), first);
  });

  const refusals: [what: string, ran: () => ReturnType<typeof run>, message: RegExp][] = [
    ['without CELESTO_OPENAPI', () => run(openApi, {}), /^Set CELESTO_OPENAPI to the path/],
    ['without an output', () => run(openApi, undefined, []), /^Name the file to write/],
    [
      'a file that is not there',
      () => run('', { CELESTO_OPENAPI: join(folder, 'none.json') }),
      /cannot be read: ENOENT/,
    ],
    ['a text that is not JSON', () => run('openapi: 3.1.0'), /openapi\.json is not JSON/],
    ['JSON that is not OpenAPI', () => run({ paths: {} }), /is not an OpenAPI 3 document/],
    ['OpenAPI 2', () => run({ ...openApi, openapi: undefined, swagger: '2.0' }), /is not an OpenAPI 3/],
    ['null', () => run('null'), /is not an OpenAPI 3 document/],
    [
      'a keyword that would get lost',
      () => run({ ...openApi, components: { schemas: { Size: { oneOf: [size] } } } }),
      /^"oneOf" is not handled/,
    ],
    [
      'a reference to anything but a schema',
      () => run({ ...openApi, components: { schemas: { Size: { $ref: '#/components/headers/Size' } } } }),
      /leads outside of the schemas/,
    ],
  ];
  for (const [what, ran, message] of refusals)
    it(`refuses ${what}, in one line`, () => {
      rmSync(output, { force: true });
      const { status, stderr } = ran();
      assert.deepEqual([status, stderr.trim().split('\n').length], [1, 1], stderr);
      assert.match(stderr, message);
      assert.throws(() => readFileSync(output), /ENOENT/, 'nothing is written');
    });
});
