import { connect, type Socket } from 'node:net';
import { abortable } from '../../base/abort';
import { SshError, type SshProblem } from '../sshErrors';
import type { Endpoint } from './endpoint';
import { defaultTimeouts } from './timeouts';

/**
 * Opens the TCP connection to an endpoint.
 * @throws SshError, or the signal's reason
 */
export async function openTcpConnection(
  endpoint: Endpoint,
  signal: AbortSignal,
  timeoutMs = defaultTimeouts.dial,
): Promise<Socket> {
  signal.throwIfAborted();
  // ssh2 writes a packet in several pieces. Without TCP_NODELAY all but the first would wait for an acknowledgement:
  // one more round trip for every keystroke.
  const socket = connect({ host: endpoint.host, port: endpoint.port, noDelay: true });
  const timeout = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  try {
    const connected = new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve).once('error', reject);
    });
    await abortable(connected, timeout);
    return socket;
  } catch (error) {
    socket.destroy();
    signal.throwIfAborted();
    throw new SshError(timeout.aborted ? 'unreachable' : socketProblem(error), endpoint, error);
  }
}

/** Classifies a socket error: a starting server refuses or resets; any other error is one of the network. */
export function socketProblem(error: unknown): SshProblem {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ECONNREFUSED' || code === 'ECONNRESET' || code === 'EPIPE'
    ? 'notListening'
    : 'unreachable';
}
