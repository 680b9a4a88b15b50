import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A JSON schema, as far as the service's document uses it. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxItems?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
}

interface Content {
  readonly content?: Readonly<Record<string, { readonly schema: Schema }>>;
}

interface Operation {
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema: Schema }[];
  readonly requestBody?: Content;
  readonly responses: Readonly<Record<string, Content>>;
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

/** Which answer that a schema allows: the least; all there is; all, but null or the least wherever that may be. */
export type Fill = 'least' | 'most' | 'sparse';

/** The service's own description of itself. */
export class OpenApi {
  private constructor(private readonly document: Document) {}

  /** The OpenAPI file beside the project, if it is there. */
  static beside(): OpenApi | undefined {
    const path = join(__dirname, '../../../../shared/celesto-cloud.openapi.json');
    return existsSync(path) ? new OpenApi(JSON.parse(readFileSync(path, 'utf8')) as Document) : undefined;
  }

  operation(method: string, path: string): Operation | undefined {
    return this.document.paths[path]?.[method.toLowerCase()];
  }

  schema(name: string): Schema {
    const schema = this.document.components.schemas[name];
    if (!schema) throw new Error(`the document has no schema ${name}`);
    return schema;
  }

  /** What a schema refers to, or itself; of a schema that may also be null, what else it may be. */
  referred(schema: Schema): Schema {
    const other = schema.anyOf?.find(({ type }) => type !== 'null');
    if (other) return this.referred(other);
    return schema.$ref ? this.schema(schema.$ref.split('/').at(-1)!) : schema;
  }

  /** What a call answers when it goes well. */
  answerOf(method: string, path: string): Schema | undefined {
    const responses = Object.entries(this.operation(method, path)?.responses ?? {});
    const [, response] = responses.find(([status]) => status.startsWith('2')) ?? [];
    return response?.content?.['application/json']?.schema;
  }

  /** An answer that the schema allows. */
  sample(schema: Schema, fill: Fill): unknown {
    if (schema.$ref) return this.sample(this.referred(schema), fill === 'sparse' ? 'least' : fill);
    if (schema.anyOf) {
      const nullable = schema.anyOf.find(({ type }) => type === 'null');
      return nullable && fill === 'sparse' ? null : this.sample(schema.anyOf[0]!, fill);
    }
    if (schema.const !== undefined) return schema.const;
    if (schema.enum) return schema.enum[0];
    switch (schema.type) {
      case 'object':
        return this.sampleObject(schema, fill);
      case 'array':
        return fill === 'least' ? [] : [this.sample(schema.items ?? {}, fill)];
      case 'string':
        // The only texts of a form of their own are numbers.
        return schema.pattern ? '-1.50' : 'text';
      case 'boolean':
        return false;
      case 'integer':
      case 'number':
        return schema.minimum ?? 1;
      case undefined:
      default:
        return null;
    }
  }

  private sampleObject({ properties = {}, required = [] }: Schema, fill: Fill): Record<string, unknown> {
    const wanted = Object.entries(properties).filter(([name]) => fill !== 'least' || required.includes(name));
    return Object.fromEntries(wanted.map(([name, schema]) => [name, this.sample(schema, fill)]));
  }
}
