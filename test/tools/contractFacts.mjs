// CELESTO_OPENAPI=openapi.json node test/tools/contractFacts.mjs OUTPUT
// Reduces an OpenAPI document of the service to the facts that test/emulator/contract/contract.ts describes and reads.
// Names are sorted, so that two versions can be compared. Prose is dropped; anything else that is not known here is an
// error, since a fact could get lost with it.
import { readFileSync, writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';

const schemaPrefix = '#/components/schemas/';
const prose = ['title', 'summary', 'description', 'example', 'examples', 'externalDocs', 'deprecated'];
const grouping = ['tags', 'operationId', 'security'];
const methods = ['get', 'put', 'post', 'delete', 'patch', 'head', 'options'];

class InputError extends Error {}

const same = (value) => value;
const sorted = (values) => values.toSorted();
const onlyTrue = (value) => (value ? true : undefined);

/** Applies a function to each value of an object, whose keys come out sorted. */
function mapValues(object, change) {
  const keys = Object.keys(object).sort();
  return Object.fromEntries(keys.map((key) => [key, change(object[key])]));
}

/**
 * Keeps some keys of an object and drops prose.
 * @param {Record<string, (value: any) => unknown>} kept the reduction of each key's value, in the order of the output
 * @throws {InputError} for a key that is neither
 */
function reduce(object, kept, dropped = []) {
  for (const key of Object.keys(object))
    if (!Object.hasOwn(kept, key) && !prose.includes(key) && !dropped.includes(key) && !key.startsWith('x-'))
      throw new InputError(`"${key}" is not handled: ${JSON.stringify(object).slice(0, 200)}`);
  const keys = Object.keys(kept).filter((key) => object[key] !== undefined);
  return Object.fromEntries(keys.map((key) => [key, kept[key](object[key])]));
}

const schemaKeys = {
  $ref: (ref) => {
    if (!ref.startsWith(schemaPrefix))
      throw new InputError(`The reference ${ref} leads outside of the schemas.`);
    return ref.replace(schemaPrefix, '#/schemas/');
  },
  type: same,
  const: same,
  enum: sorted,
  format: same,
  pattern: same,
  minimum: same,
  maximum: same,
  minLength: same,
  maxLength: same,
  minItems: same,
  maxItems: same,
  default: same,
  anyOf: (schemas) => schemas.map(schemaFacts),
  items: schemaFacts,
  properties: (schemas) => mapValues(schemas, schemaFacts),
  required: sorted,
  additionalProperties: schemaFacts,
};

function schemaFacts(schema) {
  return typeof schema === 'boolean' ? schema : reduce(schema, schemaKeys);
}

const contentFacts = (content) =>
  mapValues(content, (media) => reduce(media, { schema: schemaFacts }).schema ?? {});

const parameterFacts = (parameter) =>
  reduce(parameter, { in: same, name: same, required: onlyTrue, schema: schemaFacts });

const operationKeys = {
  parameters: (parameters) => parameters.map(parameterFacts).sort(byInAndName),
  requestBody: (body) => reduce(body, { required: onlyTrue, content: contentFacts }),
  responses: (responses) =>
    mapValues(responses, (response) => reduce(response, { content: contentFacts }).content ?? {}),
};

const byInAndName = (one, other) => (`${one.in} ${one.name}` < `${other.in} ${other.name}` ? -1 : 1);

/** @returns the calls of all paths as `GET /path` and their facts */
function callFacts(paths) {
  const calls = Object.entries(paths).flatMap(([path, item]) => {
    const operations = reduce(item, Object.fromEntries(methods.map((method) => [method, same])));
    return Object.entries(operations).map(([method, operation]) => [
      `${method.toUpperCase()} ${path}`,
      reduce(operation, operationKeys, grouping),
    ]);
  });
  return mapValues(Object.fromEntries(calls), same);
}

function readDocument(path) {
  if (!path) throw new InputError('Set CELESTO_OPENAPI to the path of an OpenAPI document of the service.');
  const document = parse(read(path), path);
  const { openapi, info, paths, components } = document ?? {};
  if (!/^3\./.test(openapi) || !info?.version || !paths || !components?.schemas)
    throw new InputError(`${path} is not an OpenAPI 3 document with a version, paths and schemas.`);
  return document;
}

function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new InputError(`CELESTO_OPENAPI cannot be read: ${error.message}`);
  }
}

function parse(text, path) {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InputError(`${path} is not JSON: ${error.message}`);
  }
}

async function main() {
  const output = process.argv[2];
  if (!output) throw new InputError('Name the file to write: node test/tools/contractFacts.mjs OUTPUT');
  const { info, paths, components } = readDocument(process.env.CELESTO_OPENAPI);
  const facts = {
    version: info.version,
    calls: callFacts(paths),
    schemas: mapValues(components.schemas, schemaFacts),
  };
  const options = await resolveConfig(import.meta.filename);
  writeFileSync(output, await format(JSON.stringify(facts), { ...options, parser: 'json' }));
}

try {
  await main();
} catch (error) {
  if (!(error instanceof InputError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
