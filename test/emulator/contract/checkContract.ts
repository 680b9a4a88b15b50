import type { ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import {
  type Contract,
  contractHeader,
  type ContractName,
  contracts,
  goneInOctober,
  juneContract,
  octoberContract,
  type Schema,
} from './contract';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

/** An error that the contract has no schema for carries a sentence, or an object with a code. */
const errorSchema: Schema = {
  required: ['detail'],
  properties: {
    detail: {
      anyOf: [
        { type: 'string' },
        { type: 'object', required: ['error_code'], properties: { error_code: { type: 'string' } } },
      ],
    },
  },
};

const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats(ajv);
// Dates of the service may have no zone, and count as UTC then.
ajv.addFormat('date-time', addFormats.get('iso-date-time'));
const validateError = ajv.compile(errorSchema);
for (const contract of Object.values(contracts)) ajv.addSchema(closed(contract), contract.version);

/**
 * Checks an answer against the contract that it says it follows; of a call that October no longer has, against June's.
 * @throws when the contract has no such call or status, or the body is not what it says
 */
export function checkContract(method: string, path: string, { status, headers, body }: Answer): void {
  const name = headers.get(contractHeader);
  if (name === null || !(name in contracts))
    throw new Error(`${method} ${path} ${status} names no contract.`);
  const spoken = contracts[name as ContractName];
  const isGone = spoken === octoberContract && goneInOctober.includes(`${method} ${path}`);
  const contract = isGone ? juneContract : spoken;
  const validate = validatorOf(contract, method, path, status);
  if (validate(body)) return;
  const problems = ajv.errorsText(validate.errors, { dataVar: 'body' });
  throw new Error(`${method} ${path} ${status} by the contract ${contract.version}: ${problems}`);
}

function validatorOf(contract: Contract, method: string, path: string, status: number): ValidateFunction {
  const schema = contract.call(method, path).responses[status]?.['application/json'];
  if (schema) return ajv.getSchema(pointer(contract, method, path, status))!;
  if (status >= 400) return validateError;
  throw new Error(`The contract ${contract.version} has no status ${status} of ${method} ${path}.`);
}

/** JSON Pointer (RFC 6901) to the schema of a JSON answer, as a URI fragment. */
function pointer(contract: Contract, method: string, path: string, status: number): string {
  const keys = ['calls', `${method} ${path}`, 'responses', String(status), 'application/json'];
  const escaped = keys.map((key) => encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1')));
  return `${contract.version}#/${escaped.join('/')}`;
}

/** Makes a field that the contract does not name as wrong as a missing one, so that no optional field is misspelt. */
function closed({ facts }: Contract): object {
  const close = (schema: Schema): Schema =>
    schema.properties === undefined ? schema : { additionalProperties: false, ...schema };
  const schemas = Object.entries(facts.schemas).map(([name, schema]) => [name, close(schema)]);
  return { ...facts, schemas: Object.fromEntries(schemas) as Record<string, Schema> };
}
