import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import type { ValidateFunction } from 'ajv';

/** Where the service's OpenAPI file lies: beside the project, or where CELESTO_OPENAPI says. */
const file =
  process.env.CELESTO_OPENAPI ??
  fileURLToPath(new URL('../../../shared/celesto-cloud.openapi.json', import.meta.url));

interface Operation {
  responses: Record<string, { content?: Record<string, { schema: object }> }>;
}

interface Contract {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, { properties?: object; additionalProperties?: unknown }> };
}

/** Why answers cannot be checked against the contract, or undefined when they are. */
export const contractMissing = existsSync(file)
  ? undefined
  : 'The OpenAPI file is not beside the project: answers are not checked against it.';

const contract = contractMissing === undefined ? loadContract() : undefined;
const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats(ajv);
const validators = new Map<object, ValidateFunction>();
if (contract !== undefined) ajv.addSchema(contract, 'contract');

/** A field that the contract does not know is as wrong as a missing one, so that no optional field is misspelt. */
function loadContract(): Contract {
  const loaded = JSON.parse(readFileSync(file, 'utf8')) as Contract;
  for (const schema of Object.values(loaded.components.schemas)) {
    if (schema.properties !== undefined) schema.additionalProperties ??= false;
  }
  return loaded;
}

/**
 * Checks an answer against the contract.
 * @throws when the contract has no such route, or the body is not what it says.
 * Statuses it says nothing of must carry a sentence as `detail`.
 */
export function checkContract(
  method: string,
  route: string,
  answer: { status: number; body: unknown },
): void {
  if (contract === undefined) return;
  const operation = contract.paths[route]?.[method.toLowerCase()];
  if (operation === undefined) throw new Error(`The contract has no ${method} ${route}.`);
  const schema = operation.responses[answer.status]?.content?.['application/json']?.schema;
  if (schema === undefined && answer.status < 400)
    throw new Error(`${method} ${route}: ${answer.status} is not agreed.`);
  const validate = validatorOf(
    schema ?? { required: ['detail'], properties: { detail: { type: 'string' } } },
  );
  if (validate(answer.body)) return;
  throw new Error(
    `${method} ${route} ${answer.status}: ${ajv.errorsText(validate.errors, { dataVar: 'body' })}`,
  );
}

function validatorOf(schema: object): ValidateFunction {
  const known = validators.get(schema);
  if (known !== undefined) return known;
  const whole = JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"contract#/')) as object;
  const compiled = ajv.compile(whole);
  validators.set(schema, compiled);
  return compiled;
}
