import { randomBytes } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { t } from '@vscode/l10n';
import type WebSocket from 'ws';
import type { CelestoClient } from '../../api/client';
import { abortable } from '../../base/abort';
import { openGatewayTerminal } from '../../gateway/gatewayTerminal';
import { GatewayStream } from './gatewayStream';
import { type RemoteSshdLocation, startCommand, TunnelUnavailableError } from './remoteSshd';

/** Time limit from the typed command to the ready marker of the sshd. */
const handshakeTimeoutMs = 15_000;
/** Limit for the output before the ready marker: greetings, a prompt, the echo of the command. */
const maxOutputBytes = 256 * 1024;

/**
 * Opens a terminal session of the computer's gateway, starts the sshd in it, and resolves with the session as the byte
 * stream to that sshd.
 * @param location the files of the sshd, once they are installed; its rejection is passed on
 * @throws TunnelUnavailableError, GatewayError, GatewayAddressError, ApiError, or the signal's reason
 */
export async function dialTunnel(
  client: Pick<CelestoClient, 'terminal'>,
  computerId: string,
  location: Promise<RemoteSshdLocation>,
  signal: AbortSignal,
): Promise<Duplex> {
  // The sshd is installed while the session opens.
  location.catch(() => undefined);
  const { socket } = await openGatewayTerminal(client, computerId, undefined, signal);
  try {
    return await startRemoteSshd(socket, await abortable(location, signal), signal);
  } catch (error) {
    // The shell would outlive the session.
    if (socket.readyState === socket.OPEN) socket.send(Buffer.from(' exit\r'));
    socket.resume();
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

/** Handshake in the terminal: the start command is typed, the sshd prints its ready marker, the encoding is agreed on. */
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
      const onMessage = (message: Buffer, binary: boolean): void => {
        try {
          const stream = this.receive(message, binary);
          if (!stream) return;
          socket.off('message', onMessage);
          resolve(stream);
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      };
      socket.on('message', onMessage);
      socket.once('close', () => reject(new TunnelUnavailableError(t('its terminal closed at once'))));
      socket.resume();
      socket.send(Buffer.from(startCommand(this.location, this.readyMarker)));
    });
  }

  /** A ready marker in a binary message shows that the gateway carries bytes; in a text message, that it carries text. */
  private receive(message: Buffer, binary: boolean): Duplex | undefined {
    this.received += message.toString('latin1');
    if (this.received.length > maxOutputBytes)
      throw new TunnelUnavailableError(t('its terminal showed unexpected output'));
    // In the echo of the command a blank separates the two halves of the marker.
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
    const answer = this.receivedAfter(this.readyMarker.join(''));
    if (answer?.startsWith('none\n'))
      throw new TunnelUnavailableError(
        t('its gateway carries only text, and it has neither Python nor Perl'),
      );
    if (!answer?.startsWith('relay\n')) return undefined;
    const stream = new GatewayStream(this.socket, 'base64');
    stream.receive(Buffer.from(answer.slice('relay\n'.length), 'latin1'));
    return stream;
  }

  /** Returns the output after a complete line; undefined before that line. */
  private receivedAfter(line: string): string | undefined {
    const index = this.received.indexOf(`${line}\n`);
    return index < 0 ? undefined : this.received.slice(index + line.length + 1);
  }
}
