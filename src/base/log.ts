/** The log that users and maintainers read to find the cause of a problem. */
export interface Log {
  trace(message: string): void;
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

const secretPatterns: readonly [RegExp, string][] = [
  [/\b(Bearer|Basic)\s+[\w.~+/=-]+/gi, '$1 ***'],
  [/([?&](?:token|key|api_key|access_token)=)[^&\s"']+/gi, '$1***'],
  [/("(?:token|api_key|apiKey|access_token|password|passphrase)"\s*:\s*")(?:[^"\\]|\\.)*/gi, '$1***'],
  [/\bcelesto_sk_[\w-]+/g, 'celesto_sk_***'],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z ]*PRIVATE KEY-----|$)/g, '(private key)'],
];

/** Masks everything that looks like a secret: bearer tokens, tokens in URLs and JSON, API keys, private keys. */
export function redact(text: string): string {
  return secretPatterns.reduce((clean, [pattern, replacement]) => clean.replace(pattern, replacement), text);
}

/** Makes a function that masks the given secrets, and everything that looks like one. */
export function redactor(secrets: () => readonly string[]): (text: string) => string {
  return (text) => {
    // Longest first, and before the patterns: a secret that is masked in part is not found any more.
    const longestFirst = secrets()
      .filter((secret) => secret.length > 0)
      .sort((a, b) => b.length - a.length);
    return redact(longestFirst.reduce((clean, secret) => clean.replaceAll(secret, '***'), text));
  };
}

/** Wraps a log so that no secret reaches it: neither those given nor what looks like one. */
export function redactingLog(log: Log, secrets: () => readonly string[] = () => []): Log {
  const clean = redactor(secrets);
  return {
    trace: (message) => log.trace(clean(message)),
    debug: (message) => log.debug(clean(message)),
    info: (message) => log.info(clean(message)),
    warn: (message) => log.warn(clean(message)),
    error: (message) => log.error(clean(message)),
  };
}

/** Describes an error and its causes in one line of the log. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const causes = error instanceof AggregateError ? [...(error.errors as unknown[])] : [];
  if (error.cause !== undefined) causes.push(error.cause);
  return [`${error.name}: ${error.message}`, ...causes.map(describeError)].join(' ← ');
}

/** Discards everything. */
export const silentLog: Log = {
  trace: () => undefined,
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
