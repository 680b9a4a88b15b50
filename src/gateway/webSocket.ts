import type WebSocket from 'ws';
import { GatewayError } from './gatewayErrors';

/** Time limit of the opening handshake. */
const handshakeTimeoutMs = 10_000;
/** Limit for one message of a terminal, as in the service's own client. */
const maxTerminalMessageBytes = 1024 * 1024;
/** Interval of pings. The socket is closed where a whole interval brings neither a pong nor a message. */
const pingIntervalMs = 15_000;

/**
 * Opens the WebSocket of a terminal or a display. It honours the proxy settings of VS Code, which patches Node's http and
 * https. The gateway never gets the API key: the token in the address is enough. Resolves with a socket that is paused.
 * @param address from `gatewayAddress`
 * @throws GatewayError, or the signal's reason
 */
export async function openWebSocket(
  address: URL,
  signal: AbortSignal,
  maxMessageBytes = maxTerminalMessageBytes,
): Promise<WebSocket> {
  signal.throwIfAborted();
  const { WebSocket } = await import('ws');
  const socket = new WebSocket(address, {
    perMessageDeflate: false,
    followRedirects: false,
    handshakeTimeout: handshakeTimeoutMs,
    maxPayload: maxMessageBytes,
  });
  const abort = (): void => socket.terminate();
  signal.addEventListener('abort', abort, { once: true });
  try {
    await opened(socket);
    sendPings(socket);
    return socket;
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

function opened(socket: WebSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('open', () => {
      // Keeps messages until the caller, who attaches its listener, resumes. ws does not pause before this.
      socket.pause();
      resolve();
    });
    socket.once('unexpected-response', (request, response) => {
      reject(new GatewayError('refused', response.statusCode));
      request.destroy();
    });
    // This listener is never removed: an 'error' without one would end the extension host. ssh2 and terminals learn of
    // an end by 'close'.
    socket.on('error', (error) => reject(toGatewayError(error)));
  });
}

function toGatewayError(error: Error): GatewayError {
  if (/handshake has timed out/i.test(error.message)) return new GatewayError('silent');
  return new GatewayError('unreachable');
}

/**
 * Pings, since a connection that died silently looks open for a long time. A paused socket is spared: its pongs are not
 * read.
 */
function sendPings(socket: WebSocket): void {
  let answered = true;
  const isAlive = (): void => void (answered = true);
  socket.on('pong', isAlive);
  socket.on('message', isAlive);
  const timer = setInterval(() => {
    if (!answered && !socket.isPaused) socket.terminate();
    answered = socket.isPaused;
    if (socket.readyState === socket.OPEN) socket.ping();
  }, pingIntervalMs);
  socket.once('close', () => clearInterval(timer));
}
