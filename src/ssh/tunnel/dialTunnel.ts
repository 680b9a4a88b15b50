import { randomBytes } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { t } from '@vscode/l10n';
import type WebSocket from 'ws';
import type { CelestoClient } from '../../api/client';
import { openTerminalSession } from '../../gateway/terminalSession';
import { abortable } from '../../base/abort';
import { GatewayStream } from './gatewayStream';
import { TunnelUnavailableError, startCommand, type RemoteSshdLocation } from './remoteSshd';

/** Milliseconds from the typed line until the helper says that it is ready. */
const handshakeTimeoutMs = 15_000;
/** How much a terminal may say before the helper does: greetings, a prompt, the echo of the line. */
const maxOutputBytes = 256 * 1024;

/**
 * Opens a terminal session of the computer's gateway, starts the helper in it, and gives the session as a byte stream
 * with an SSH server at its other end.
 * @param location where the helper is, once that is known; what it rejects with is passed on
 * @throws NoHelperError, GatewayError, GatewayAddressError, ApiError, or the signal's reason
 */
export async function dialTunnel(
  client: Pick<CelestoClient, 'terminal'>,
  computerId: string,
  location: Promise<RemoteSshdLocation>,
  signal: AbortSignal,
): Promise<Duplex> {
  // Whether the helper is there, and the way to it, are found out at the same time.
  location.catch(() => undefined);
  const { socket } = await openTerminalSession(client, computerId, undefined, signal);
  try {
    return await startRemoteSshd(socket, await abortable(location, signal), signal);
  } catch (error) {
    // The shell would live on by itself.
    if (socket.readyState === socket.OPEN) socket.send(Buffer.from(' exit\r'));
    socket.close();
    throw error;
  }
}

async function startRemoteSshd(
  socket: WebSocket,
  location: RemoteSshdLocation,
  signal: AbortSignal,
): Promise<Duplex> {
  const timeout = AbortSignal.timeout(handshakeTimeoutMs);
  try {
    return await abortable(new TunnelHandshake(socket, location).run(), AbortSignal.any([signal, timeout]));
  } catch (error) {
    signal.throwIfAborted();
    throw timeout.aborted ? new TunnelUnavailableError(t('its SSH helper did not start')) : error;
  }
}

/** What is said in the terminal until the SSH server has it for itself. */
class TunnelHandshake {
  private readonly readyMarker: readonly [string, string] = [
    randomBytes(8).toString('hex'),
    randomBytes(8).toString('hex'),
  ];
  private received = '';

  constructor(
    private readonly socket: WebSocket,
    private readonly location: RemoteSshdLocation,
  ) {}

  run(): Promise<Duplex> {
    const { socket } = this;
    return new Promise((resolve, reject) => {
      const hear = (message: Buffer, binary: boolean): void => {
        try {
          const stream = this.receive(message, binary);
          if (!stream) return;
          socket.off('message', hear);
          resolve(stream);
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      };
      socket.on('message', hear);
      socket.once('close', () => reject(new TunnelUnavailableError(t('its terminal closed at once'))));
      socket.resume();
      socket.send(Buffer.from(startCommand(this.location, this.readyMarker)));
    });
  }

  /** The kind of message that the mark comes in tells what the gateway can carry. */
  private receive(message: Buffer, binary: boolean): Duplex | undefined {
    this.received += message.toString('latin1');
    if (this.received.length > maxOutputBytes)
      throw new TunnelUnavailableError(t('its terminal says something else'));
    // The echo of the line holds the two halves apart.
    if (this.receivedAfter(this.readyMarker.join('')) === undefined) return undefined;
    if (binary) {
      this.socket.send(Buffer.from('binary\n'));
      return new GatewayStream(this.socket, 'binary');
    }
    return this.negotiateRelay();
  }

  private relayRequested = false;

  private negotiateRelay(): Duplex | undefined {
    if (!this.relayRequested) this.socket.send(Buffer.from('base64\n'));
    this.relayRequested = true;
    const said = this.receivedAfter(this.readyMarker.join(''));
    if (said?.startsWith('none\n'))
      throw new TunnelUnavailableError(t('its gateway carries only text, and it has no relay'));
    if (!said?.startsWith('relay\n')) return undefined;
    const carrier = new GatewayStream(this.socket, 'base64');
    carrier.receive(Buffer.from(said.slice('relay\n'.length), 'latin1'));
    return carrier;
  }

  /** What was heard behind a line; undefined while the line is not complete. */
  private receivedAfter(line: string): string | undefined {
    const index = this.received.indexOf(`${line}\n`);
    return index < 0 ? undefined : this.received.slice(index + line.length + 1);
  }
}
