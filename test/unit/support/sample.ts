import type { Contract, Schema } from '../../emulator/contract/contract';

/** An answer that a schema allows: the least; all there is; all, but null or the least wherever that may be. */
export type Fill = 'least' | 'most' | 'sparse';

const decimal = '-1.50';

/** Makes an answer that the schema allows. */
export function sample(contract: Contract, schema: Schema, fill: Fill): unknown {
  if (schema.$ref) return sample(contract, contract.resolve(schema), fill === 'sparse' ? 'least' : fill);
  if (schema.anyOf) {
    const nullable = schema.anyOf.find(({ type }) => type === 'null');
    return nullable && fill === 'sparse' ? null : sample(contract, schema.anyOf[0]!, fill);
  }
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  switch (schema.type) {
    case 'object':
      return sampleObject(contract, schema, fill);
    case 'array':
      return fill === 'least' ? [] : [sample(contract, schema.items ?? {}, fill)];
    case 'string':
      // The only pattern in answers is that of decimal numbers.
      return schema.pattern ? decimal : 'text';
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

function sampleObject(
  contract: Contract,
  { properties = {}, required = [] }: Schema,
  fill: Fill,
): Record<string, unknown> {
  const wanted = Object.entries(properties).filter(([name]) => fill !== 'least' || required.includes(name));
  // Amounts are decimal numbers also in a contract that has no patterns.
  const value = (name: string, schema: Schema): unknown =>
    name.endsWith('_usd') ? decimal : sample(contract, schema, fill);
  return Object.fromEntries(wanted.map(([name, schema]) => [name, value(name, schema)]));
}
