import { isRecord, type JsonRecord } from '../base/json';
import { printable, truncate } from '../base/text';
import { isRefusalCode, type Refusal } from './refusals';

/** The readable part of an error answer's body. */
export interface ErrorBody {
  /** The service's sentence, and the fields that it rejected. */
  readonly detail?: string | undefined;
  readonly refusal?: Refusal | undefined;
}

/** Characters of a sentence that are kept. */
const maxLength = 400;
/** Rejected fields that are named. */
const maxFields = 5;

/**
 * Reads the body of an error answer. The service's sentence is the text `detail`, else `message`, else `error`, of the
 * answer or of its object `detail`; that object may hold an `error_code` with further facts.
 */
export function readErrorBody(body: string): ErrorBody {
  const answer = fieldsOf(parsed(body));
  if (!answer) return {};
  const inner = fieldsOf(answer.detail) ?? answer;
  const refusal = refusalOf(inner);
  const rejected = fieldErrors(answer.errors) ?? fieldErrors(answer.detail);
  const sentence = sentenceOf(answer) ?? sentenceOf(inner) ?? unknownCode(inner);
  const detail = [sentence, rejected].filter(Boolean).join(': ');
  return { detail: detail === '' ? undefined : truncate(detail, maxLength), refusal };
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function fieldsOf(value: unknown): JsonRecord | undefined {
  return isRecord(value) ? value : undefined;
}

function sentenceOf({ detail, message, error }: JsonRecord): string | undefined {
  return [detail, message, error].find((value) => typeof value === 'string');
}

function refusalOf({ error_code: code, required_scope: scope, running_limit: limit }: JsonRecord) {
  if (!isRefusalCode(code)) return undefined;
  return {
    code,
    requiredScope: typeof scope === 'string' ? truncate(scope, 80) || undefined : undefined,
    runningLimit: Number.isSafeInteger(limit) && (limit as number) >= 0 ? (limit as number) : undefined,
  };
}

/** A code newer than this extension is all that the answer says. */
function unknownCode({ error_code: code }: JsonRecord): string | undefined {
  return typeof code === 'string' && !isRefusalCode(code) ? code.replaceAll('_', ' ') : undefined;
}

function fieldErrors(errors: unknown): string | undefined {
  if (!Array.isArray(errors) || errors.length === 0) return undefined;
  return errors.slice(0, maxFields).map(fieldError).filter(Boolean).join('; ');
}

function fieldError(error: unknown): string {
  const { loc, field, msg, message } = fieldsOf(error) ?? {};
  const path = Array.isArray(loc) ? loc.filter((segment) => segment !== 'body').join('.') : field;
  return printable([path, sentenceOf({ detail: msg, message })].filter(isText).join(' '));
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
