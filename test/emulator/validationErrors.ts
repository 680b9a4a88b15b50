import type { FastifyError } from 'fastify';
import { ApiError } from './computer';

/** An invalid value of a request, as pydantic reports it: its kind, where it is, and a sentence. */
export interface ValidationError {
  type: string;
  loc: string[];
  msg: string;
  ctx?: Record<string, unknown>;
}

/** A request whose values are valid each, but not together. */
export class InvalidRequest extends ApiError {
  constructor(readonly errors: ValidationError[]) {
    super(422, 'Validation error');
  }
}

type Violation = NonNullable<FastifyError['validation']>[number];
type Report = Pick<ValidationError, 'type' | 'msg' | 'ctx'> & { field?: string };

/** The reports of pydantic by the keywords of JSON Schema. */
const reports: Record<string, (params: Record<string, unknown>) => Report> = {
  required: ({ missingProperty }) => ({
    type: 'missing',
    msg: 'Field required',
    field: String(missingProperty),
  }),
  additionalProperties: ({ additionalProperty }) => ({
    type: 'extra_forbidden',
    msg: 'Extra inputs are not permitted',
    field: String(additionalProperty),
  }),
  type: ({ type }) => {
    const name = [type].flat().find((name) => name !== 'null');
    return { type: `${String(name)}_type`, msg: `Input should be a valid ${String(name)}` };
  },
  enum: ({ allowedValues }) => {
    const expected = (allowedValues as string[]).map((value) => `'${value}'`).join(' or ');
    return { type: 'enum', msg: `Input should be ${expected}`, ctx: { expected } };
  },
  minLength: ({ limit }) => ({
    type: 'string_too_short',
    msg: `String should have at least ${String(limit)} characters`,
    ctx: { min_length: limit },
  }),
  maxLength: ({ limit }) => ({
    type: 'string_too_long',
    msg: `String should have at most ${String(limit)} characters`,
    ctx: { max_length: limit },
  }),
  minimum: ({ limit }) => ({
    type: 'greater_than_equal',
    msg: `Input should be greater than or equal to ${String(limit)}`,
    ctx: { ge: limit },
  }),
  maximum: ({ limit }) => ({
    type: 'less_than_equal',
    msg: `Input should be less than or equal to ${String(limit)}`,
    ctx: { le: limit },
  }),
};

/** The invalid values of a request in the format of the service; undefined for an error of another kind. */
export function validationErrors(error: FastifyError | ApiError): ValidationError[] | undefined {
  if (error instanceof InvalidRequest) return error.errors;
  if (error instanceof ApiError) return undefined;
  const { validation, validationContext: context = 'body' } = error;
  const location = context === 'querystring' ? 'query' : context === 'params' ? 'path' : context;
  return validation?.map((violation) => validationError(violation, location));
}

function validationError(
  { keyword, instancePath, params, message = '' }: Violation,
  location: string,
): ValidationError {
  const { field, ...report } = reports[keyword]?.(params) ?? { type: keyword, msg: message };
  const path = instancePath.split('/').slice(1);
  return { ...report, loc: [location, ...path, ...(field === undefined ? [] : [field])] };
}
