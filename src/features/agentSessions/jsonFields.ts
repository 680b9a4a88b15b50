import type { JsonRecord } from '../../base/json';

/** Spells a field of Python's as JavaScript does. */
export function camelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase());
}

/** Reads a field in Python's spelling, which is given, or in JavaScript's; undefined where it is missing or null. */
export function fieldOf(record: JsonRecord, name: string): unknown {
  return record[name] ?? record[camelCase(name)] ?? undefined;
}

/** Reads a field that is to be a text with something in it. */
export function textOf(record: JsonRecord, name: string): string | undefined {
  const value = fieldOf(record, name);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** True where the record has a field in either spelling, be it null. */
export function hasField(record: JsonRecord, name: string): boolean {
  return Object.hasOwn(record, name) || Object.hasOwn(record, camelCase(name));
}
