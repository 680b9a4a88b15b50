/** An object of a JSON text. */
export type JsonRecord = Readonly<Record<string, unknown>>;

/** True for an object of JSON: no array, and not null. */
export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Parses JSON with or without a byte order mark before it. @throws SyntaxError */
export function parseJson(text: string): unknown {
  return JSON.parse(text.replace(/^\uFEFF/, ''));
}
