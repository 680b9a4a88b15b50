import type { Client } from 'ssh2';

/** Milliseconds between keep-alives on a connection. */
export const keepAliveIntervalMs = 10_000;
/** Keep-alives in a row without an answer, after which a connection ends. */
export const maxUnansweredKeepAlives = 3;
/** Milliseconds until the answer to a keep-alive that is sent at once. */
export const probeTimeoutMs = 5_000;

// ssh2 sends keep-alives at an interval, but has no method to send one at once. Its protocol object has the message, and
// the client a queue of callbacks for answers to global requests: both are used here as ssh2 itself uses them. Where they
// are not of the expected shape nothing is sent, and the regular keep-alive must do.
interface KeepAliveInternals {
  readonly _protocol?: { ping?: () => void };
  readonly _callbacks?: (() => void)[];
}

/**
 * Sends a keep-alive: a global request, which a server must answer even where it does not know it (RFC 4254, section 4).
 * @returns false where ssh2 does not let it be sent
 */
export function sendKeepAlive(client: Client, onAnswer: () => void): boolean {
  const { _protocol: protocol, _callbacks: pending } = client as unknown as KeepAliveInternals;
  if (typeof protocol?.ping !== 'function' || !Array.isArray(pending)) return false;
  pending.push(onAnswer);
  protocol.ping();
  return true;
}
