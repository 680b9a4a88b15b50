import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** JSON Schema 2020-12, as far as contracts use it. `$ref` is always `#/schemas/NAME`. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly format?: string;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly default?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
}

/** Schemas by media type; empty for a response without a body. */
type Content = Readonly<Record<string, Schema>>;

/** The facts of one call; `required` stands only where it is true. */
export interface Call {
  readonly parameters?: readonly {
    readonly in: 'path' | 'query' | 'header';
    readonly name: string;
    readonly required?: true;
    readonly schema: Schema;
  }[];
  readonly requestBody?: { readonly required?: true; readonly content: Content };
  /** By HTTP status. */
  readonly responses: Readonly<Record<string, Content>>;
}

/** The content of a contract's file. */
interface Facts {
  /** Version of the API document or of the client that the facts were read from. */
  readonly version: string;
  /** By method and path template: `GET /v1/computers/{computer_id}`. */
  readonly calls: Readonly<Record<string, Call>>;
  readonly schemas: Readonly<Record<string, Schema>>;
}

/**
 * One version of the service's API: calls with their parameters, bodies and responses, and the schemas these refer to.
 * Each version is a JSON file beside this one, without any prose and with sorted names, so that `diff` compares two.
 * `test/tools/contractFacts.mjs` makes such a file from an OpenAPI document.
 */
export class Contract {
  private constructor(readonly facts: Facts) {}

  /** @param name of the file beside this one, without `.json` */
  static read(name: string): Contract {
    const path = join(import.meta.dirname, `${name}.json`);
    return new Contract(JSON.parse(readFileSync(path, 'utf8')) as Facts);
  }

  get version(): string {
    return this.facts.version;
  }

  /** @throws for a call that this version does not have */
  call(method: string, path: string): Call {
    const call = this.facts.calls[`${method} ${path}`];
    if (!call) throw new Error(`The contract ${this.version} has no ${method} ${path}.`);
    return call;
  }

  /** @throws for a name that this version does not have */
  schema(name: string): Schema {
    const schema = this.facts.schemas[name];
    if (!schema) throw new Error(`The contract ${this.version} has no schema ${name}.`);
    return schema;
  }

  /** Follows `$ref`; of a nullable schema, the one that is not null. */
  resolve(schema: Schema): Schema {
    const other = schema.anyOf?.find(({ type }) => type !== 'null');
    if (other) return this.resolve(other);
    return schema.$ref ? this.schema(schemaName(schema.$ref)) : schema;
  }

  /** The JSON that a call answers with on success. */
  answerOf(method: string, path: string): Schema | undefined {
    const responses = Object.entries(this.call(method, path).responses);
    const [, content] = responses.find(([status]) => status.startsWith('2')) ?? [];
    return content?.['application/json'];
  }
}

/** The name in a `$ref`. */
export function schemaName(ref: string): string {
  return ref.replace('#/schemas/', '');
}

/** Version 2026.6.20 of the service's API document. */
export const juneContract = Contract.read('2026-06');

/**
 * The API as Celesto's own client 0.1.10 (October 2026) calls it: computers, templates, billing, organizations, projects,
 * API keys, users and sign-in. Read from types of its generated code, which hold no limits, lengths and patterns; the
 * type of a path parameter or header is not among them and stands as string, that of a port as integer.
 */
export const octoberContract = Contract.read('2026-10');

/** The versions that the emulator can speak, by the month of each. */
export const contracts = { '2026-06': juneContract, '2026-10': octoberContract };

export type ContractName = keyof typeof contracts;

/** Header in which the emulator says which contract an answer follows. The service itself has no such header. */
export const contractHeader = 'x-emulator-contract';

/**
 * Calls of June that October no longer has. A service without them answers 404, which the client reads as `notFound`:
 * the feature is not offered.
 */
export const goneInOctober: readonly string[] = [
  'GET /v1/billing/summary',
  'GET /v1/billing/usage/sandbox-hours',
  'POST /v1/computers/{computer_id}/exec/stream',
  'POST /v1/computers/{computer_id}/retry-restore',
];
