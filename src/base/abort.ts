/** Makes the error for an input that the user closed: nothing is shown of it. */
export function cancellation(): Error {
  return new DOMException('Cancelled', 'AbortError');
}

/** True for the rejection that an aborted signal causes: the caller changed their mind, nothing went wrong. */
export function isCancellation(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

/** Waits for the promise or the signal, whichever settles first; rejects with the signal's reason. */
export async function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  // The promise may reject after the abort, when no caller handles it any more.
  promise.catch(() => undefined);
  signal.throwIfAborted();
  let onAbort: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason as Error);
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    if (onAbort) signal.removeEventListener('abort', onAbort);
  }
}
