import { isRecord, type JsonRecord } from '../../base/json';
import type { Candidate } from './candidate';
import { camelCase } from './jsonFields';
import { candidatesOfRun, candidatesOfSandbox, isRunState, isSandboxOfRun } from './runState';
import { nestedTextError, tooManyValuesError } from './savedSessionError';
import { mayBeJson, type NestedValue, openText } from './savedStateText';
import { isOptions, isState, readState } from './sessionState';

/** Fields with what people, models and tools wrote, or with the content of the computer: a session there is only quoted. */
const quotingFields: ReadonlySet<string> = new Set(
  [
    ...['context', 'input', 'original_input', 'pending_input', 'prompt', 'instructions', 'arguments'],
    ...['items', 'new_items', 'generated_items', 'session_items', 'input_items', 'messages', 'history'],
    ...['model_responses', 'last_model_response', 'last_processed_response', 'response', 'responses'],
    ...['output', 'final_output', 'output_text', 'tool_output', 'tool_calls', 'current_step'],
    ...['manifest', 'environment', 'env'],
  ].flatMap((name) => [name, camelCase(name)]),
);
/** Values of a file that are searched: far more than states have, and few enough for a second or two. */
const maxValues = 200_000;
/** The values that a text which may be JSON counts as: it is parsed. */
const valuesOfText = 10;
/** Roles of the messages of a conversation. */
const messageRoles = /^(?:user|assistant|system|developer|tool|function)$/;
/** Types of the items of a conversation. */
const itemTypes =
  /^(?:message|reasoning|text|(?:input|output)_text|\w+_(?:item|call|call_output|call_result))$/;

/**
 * Collects all candidates of the states of a file, in its order. Searches without recursion: a file may be nested deeper
 * than the stack.
 * @throws SavedSessionError for more values than states have
 */
export function candidatesIn(states: readonly unknown[]): readonly Candidate[] {
  const candidates: Candidate[] = [];
  const pending: NestedValue[] = states.map((value) => ({ value, depth: 0 })).toReversed();
  let count = 0;
  for (let next = pending.pop(); next; next = pending.pop()) {
    count += typeof next.value === 'string' ? valuesOfText : 1;
    if (count > maxValues) throw tooManyValuesError();
    const opened = openText(next);
    if (opened === 'tooDeep') candidates.push({ rank: 'options', outcome: nestedTextError });
    if (typeof opened !== 'object') continue;
    const { value, depth } = opened;
    const found = isRecord(value) ? candidatesOf(value, depth) : undefined;
    if (found) for (const candidate of found) candidates.push(candidate);
    else for (const child of childrenOf(value).toReversed()) pending.push({ value: child, depth });
  }
  return candidates;
}

/** Reads a record that is one of a kind; undefined for any other, whose children are searched. */
function candidatesOf(record: JsonRecord, depth: number): readonly Candidate[] | undefined {
  if (isRunState(record)) return candidatesOfRun(record, depth);
  if (isSandboxOfRun(record)) return candidatesOfSandbox(record, depth);
  if (isState(record))
    return [{ rank: isOptions(record) ? 'options' : 'other', outcome: readState(record, { depth }) }];
  return isItem(record) ? [] : undefined;
}

/** Lists the values in a value that may hold a session. */
function childrenOf(value: unknown): readonly unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.filter(mayHoldSession);
  const record = value as JsonRecord;
  const names = Object.keys(record).filter((name) => !quotingFields.has(name));
  return names.map((name) => record[name]).filter(mayHoldSession);
}

function mayHoldSession(value: unknown): boolean {
  return typeof value === 'string' ? mayBeJson(value) : typeof value === 'object' && value !== null;
}

/** Recognizes an item of a conversation: a message, a call of a tool, or its output. */
function isItem({ role, type }: JsonRecord): boolean {
  const matches = (value: unknown, pattern: RegExp): boolean =>
    typeof value === 'string' && pattern.test(value);
  return matches(role, messageRoles) || matches(type, itemTypes);
}
