import type WebSocket from 'ws';
import { GatewayError } from './errors';

/** Milliseconds the opening handshake may take, and bytes one message may have (as the service's own client has it). */
const limits = { open: 10_000, message: 1024 * 1024 };
/** Milliseconds between looks whether the other end is still there; two without an answer and it is not. */
const pingIntervalMs = 15_000;

/**
 * Opens the WebSocket of a terminal session. It honours the proxy settings of VS Code, which adjusts Node's own http
 * and https. The API key never goes there: the token in the address is all it gets.
 * @param address from `gatewayAddress`
 * @throws GatewayError, or the signal's reason
 */
export async function openWebSocket(address: URL, signal: AbortSignal): Promise<WebSocket> {
  signal.throwIfAborted();
  const { WebSocket } = await import('ws');
  const socket = new WebSocket(address, {
    perMessageDeflate: false,
    followRedirects: false,
    handshakeTimeout: limits.open,
    maxPayload: limits.message,
  });
  // Nothing may be lost between the opening and the first listener.
  socket.pause();
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
    socket.once('open', () => resolve());
    socket.once('unexpected-response', (request, response) => {
      reject(new GatewayError('refused', response.statusCode));
      request.destroy();
    });
    // Stays for good: an 'error' without a listener would end the extension host. What ssh2 or a terminal has to know
    // of it, they learn from 'close'.
    socket.on('error', (error) => reject(toGatewayError(error)));
  });
}

function toGatewayError(error: Error): GatewayError {
  if (/handshake has timed out/i.test(error.message)) return new GatewayError('silent');
  return new GatewayError('unreachable');
}

/** A line that went dead without a word looks alive for a long time: ask. One that is held back here cannot answer. */
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
