/**
 * Facts that an error states about itself, so that callers decide by them instead of listing error classes.
 * An error without them is permanent and rules out every fallback.
 */
export interface RecoveryFacts {
  /** The same attempt may succeed later: the network is down, a server is coming up or overloaded. */
  readonly isTransient: boolean;
  /** Another transport may still reach the computer. False for a wrong host key or a service that does not answer. */
  readonly allowsFallback: boolean;
}

/** True where the same attempt may succeed later. */
export function isTransient(error: unknown): boolean {
  return states(error, 'isTransient');
}

/** True where another transport may still reach the computer. */
export function allowsFallback(error: unknown): boolean {
  return states(error, 'allowsFallback');
}

/** The message of an error, or the thrown value as text. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function states(error: unknown, fact: keyof RecoveryFacts): boolean {
  return error instanceof Error && (error as Partial<RecoveryFacts>)[fact] === true;
}
