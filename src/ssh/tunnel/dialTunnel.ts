import { randomBytes } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { t } from '@vscode/l10n';
import type WebSocket from 'ws';
import type { CelestoClient } from '../../api/client';
import { openTerminalSession } from '../../gateway/terminalSession';
import { abortable } from '../../base/abort';
import { Carrier } from './carrier';
import { NoHelperError, startLine, type HelperPlace } from './helper';

/** Milliseconds from the typed line until the helper says that it is ready. */
const handshakeTimeoutMs = 15_000;
/** How much a terminal may say before the helper does: greetings, a prompt, the echo of the line. */
const maxOutputBytes = 256 * 1024;

/**
 * Opens a terminal session of the computer's gateway, starts the helper in it, and gives the session as a byte stream
 * with an SSH server at its other end.
 * @param place where the helper is, once that is known; what it rejects with is passed on
 * @throws NoHelperError, GatewayError, GatewayAddressError, ApiError, or the signal's reason
 */
export async function dialTunnel(
  client: Pick<CelestoClient, 'terminal'>,
  computerId: string,
  place: Promise<HelperPlace>,
  signal: AbortSignal,
): Promise<Duplex> {
  // Whether the helper is there, and the way to it, are found out at the same time.
  place.catch(() => undefined);
  const { socket } = await openTerminalSession(client, computerId, undefined, signal);
  try {
    return await start(socket, await abortable(place, signal), signal);
  } catch (error) {
    // The shell would live on by itself.
    if (socket.readyState === socket.OPEN) socket.send(Buffer.from(' exit\r'));
    socket.close();
    throw error;
  }
}

async function start(socket: WebSocket, place: HelperPlace, signal: AbortSignal): Promise<Duplex> {
  const timeout = AbortSignal.timeout(handshakeTimeoutMs);
  try {
    return await abortable(new Preamble(socket, place).run(), AbortSignal.any([signal, timeout]));
  } catch (error) {
    signal.throwIfAborted();
    throw timeout.aborted ? new NoHelperError(t('its SSH helper did not start')) : error;
  }
}

/** What is said in the terminal until the SSH server has it for itself. */
class Preamble {
  private readonly mark: readonly [string, string] = [
    randomBytes(8).toString('hex'),
    randomBytes(8).toString('hex'),
  ];
  private heard = '';

  constructor(
    private readonly socket: WebSocket,
    private readonly place: HelperPlace,
  ) {}

  run(): Promise<Duplex> {
    const { socket } = this;
    return new Promise((resolve, reject) => {
      const hear = (message: Buffer, binary: boolean): void => {
        try {
          const stream = this.hear(message, binary);
          if (!stream) return;
          socket.off('message', hear);
          resolve(stream);
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      };
      socket.on('message', hear);
      socket.once('close', () => reject(new NoHelperError(t('its terminal closed at once'))));
      socket.resume();
      socket.send(Buffer.from(startLine(this.place, this.mark)));
    });
  }

  /** The kind of message that the mark comes in tells what the gateway can carry. */
  private hear(message: Buffer, binary: boolean): Duplex | undefined {
    this.heard += message.toString('latin1');
    if (this.heard.length > maxOutputBytes) throw new NoHelperError(t('its terminal says something else'));
    // The echo of the line holds the two halves apart.
    if (this.after(this.mark.join('')) === undefined) return undefined;
    if (binary) {
      this.socket.send(Buffer.from('binary\n'));
      return new Carrier(this.socket, 'binary');
    }
    return this.relayed();
  }

  private asked = false;

  private relayed(): Duplex | undefined {
    if (!this.asked) this.socket.send(Buffer.from('base64\n'));
    this.asked = true;
    const said = this.after(this.mark.join(''));
    if (said?.startsWith('none\n'))
      throw new NoHelperError(t('its gateway carries only text, and it has no relay'));
    if (!said?.startsWith('relay\n')) return undefined;
    const carrier = new Carrier(this.socket, 'base64');
    carrier.receive(Buffer.from(said.slice('relay\n'.length), 'latin1'));
    return carrier;
  }

  /** What was heard behind a line; undefined while the line is not complete. */
  private after(line: string): string | undefined {
    const index = this.heard.indexOf(`${line}\n`);
    return index < 0 ? undefined : this.heard.slice(index + line.length + 1);
  }
}
