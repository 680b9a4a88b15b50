/** What is written for people who look for the cause of something. */
export interface Log {
  trace(message: string): void;
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

const secrets: readonly [RegExp, string][] = [
  [/\b(Bearer|Basic)\s+[\w.~+/=-]+/gi, '$1 ***'],
  [/([?&](?:token|key|api_key|access_token)=)[^&\s"']+/gi, '$1***'],
  [/("(?:token|api_key|apiKey|access_token|password|passphrase)"\s*:\s*")(?:[^"\\]|\\.)*/gi, '$1***'],
  [/\bcelesto_sk_[\w-]+/g, 'celesto_sk_***'],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z ]*PRIVATE KEY-----|$)/g, '(private key)'],
];

/** Takes out what looks like a secret: bearer tokens, tokens in URLs and JSON, API keys, private keys. */
export function redact(text: string): string {
  return secrets.reduce((clean, [pattern, replacement]) => clean.replace(pattern, replacement), text);
}

/** What takes secrets out of a text: those known by `known`, and what looks like one. */
export function redactor(known: () => readonly string[]): (text: string) => string {
  return (text) => {
    // The longest first, and before the patterns: what is replaced in part is no longer found.
    const longestFirst = known()
      .filter((secret) => secret.length > 0)
      .sort((a, b) => b.length - a.length);
    return redact(longestFirst.reduce((clean, secret) => clean.replaceAll(secret, '***'), text));
  };
}

/** Wraps a log so that no secret reaches it: neither what looks like one, nor those known by `known`. */
export function redactingLog(log: Log, known: () => readonly string[] = () => []): Log {
  const clean = redactor(known);
  return {
    trace: (message) => log.trace(clean(message)),
    debug: (message) => log.debug(clean(message)),
    info: (message) => log.info(clean(message)),
    warn: (message) => log.warn(clean(message)),
    error: (message) => log.error(clean(message)),
  };
}

/** One line that says what an error is, its causes included; for the log. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const causes = error instanceof AggregateError ? [...(error.errors as unknown[])] : [];
  if (error.cause !== undefined) causes.push(error.cause);
  return [`${error.name}: ${error.message}`, ...causes.map(describeError)].join(' ← ');
}

/** A log that keeps nothing. */
export const silentLog: Log = {
  trace: () => undefined,
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
