import { messageOf } from '../../base/errors';
import { isRecord, type JsonRecord, parseJson } from '../../base/json';
import {
  invalidJsonError,
  maxFileBytes,
  maxLines,
  tooLargeError,
  tooManyLinesError,
} from './savedSessionError';

/** The states in the text of a file. */
export interface SavedStates {
  readonly states: readonly unknown[];
  /** The first line that is no JSON, where there is one state a line. */
  readonly brokenLine: number | undefined;
}

/** A value of a file. */
export interface NestedValue<T = unknown> {
  readonly value: T;
  /** The number of texts that it was taken out of. */
  readonly depth: number;
}

/** Texts within texts that are opened. */
const maxDepth = 2;

/**
 * Parses the text of a file: JSON, or JSON Lines.
 * @throws SavedSessionError
 */
export function parseSavedStates(text: string): SavedStates {
  if (text.length > maxFileBytes) throw tooLargeError();
  try {
    return { states: [parseJson(text)], brokenLine: undefined };
  } catch (error) {
    const states = parseLines(text);
    if (!states) throw invalidJsonError(messageOf(error), error);
    return states;
  }
}

/** Opens a text that holds JSON, and one in it. @returns 'tooDeep' for a text in these; undefined for one without JSON */
export function openText({ value, depth }: NestedValue): NestedValue | 'tooDeep' | undefined {
  let opened = value;
  for (let level = depth; ; level += 1) {
    if (typeof opened !== 'string') return { value: opened, depth: level };
    if (!mayBeJson(opened)) return undefined;
    if (level === maxDepth) return 'tooDeep';
    try {
      opened = parseJson(opened);
    } catch {
      return undefined;
    }
  }
}

/** Opens a record, be it kept as text; undefined for anything else. */
export function openRecord(nested: NestedValue): NestedValue<JsonRecord> | undefined {
  const opened = openText(nested);
  if (typeof opened !== 'object' || !isRecord(opened.value)) return undefined;
  return { value: opened.value, depth: opened.depth };
}

/** True for a text that begins as an object, an array or a text of JSON does. */
export function mayBeJson(text: string): boolean {
  return /^\uFEFF?\s*["[{]/.test(text);
}

/** Reads one state a line. @returns undefined where no line is an object, as in a broken file of a single state */
function parseLines(text: string): SavedStates | undefined {
  const states: unknown[] = [];
  let brokenLine: number | undefined;
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    if (index >= maxLines) {
      if (states.some(isFilled)) throw tooManyLinesError();
      return undefined;
    }
    try {
      states.push(parseJson(line));
    } catch {
      brokenLine ??= index + 1;
    }
  }
  return states.some(isFilled) ? { states, brokenLine } : undefined;
}

function isFilled(value: unknown): boolean {
  return isRecord(value) && Object.keys(value).length > 0;
}
