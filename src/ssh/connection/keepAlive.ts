import type { Client } from 'ssh2';

// ssh2 asks by itself now and then whether the other side is still there, but has no way to ask at once. It keeps the
// question with its protocol object, and a queue of those who wait for answers to global requests: both are used here
// as ssh2 itself uses them. Where they do not look as expected, nothing is asked, and the regular question must do.
interface KeepAliveInternals {
  readonly _protocol?: { ping?: () => void };
  readonly _callbacks?: (() => void)[];
}

/** Asks the server for a sign of life (RFC 4254, section 4: it must answer, if only that it does not know the question). */
export function sendKeepAlive(client: Client, onAnswer: () => void): boolean {
  const { _protocol: protocol, _callbacks: pending } = client as unknown as KeepAliveInternals;
  if (typeof protocol?.ping !== 'function' || !Array.isArray(pending)) return false;
  pending.push(onAnswer);
  protocol.ping();
  return true;
}
