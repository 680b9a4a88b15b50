import type WebSocket from 'ws';
import type { CelestoClient } from '../api/client';
import type { DisplayMode } from '../api/wire';
import { type Disposable, toDisposable } from '../base/disposable';
import { Emitter } from '../base/emitter';
import { gatewayAddress } from './gatewayAddress';
import { GatewayError } from './gatewayErrors';
import { openWebSocket } from './webSocket';

/** Limit for one message of a display: an uncompressed picture of 2560 × 1600 pixels. */
const maxMessageBytes = 16 * 1024 * 1024;
/** Received bytes that were not acknowledged, above which reading pauses, and below which it goes on. */
const receiveWatermarks = { high: 4 * 1024 * 1024, low: 1024 * 1024 };
/** Unsent bytes above which the connection is given up: the gateway has stopped reading. */
const maxUnsentBytes = 8 * 1024 * 1024;
/** Milliseconds that the gateway may take to answer the end of a connection. */
const closeTimeoutMs = 2_000;

/**
 * Connects to the display of a computer with a grant of its own; each connection needs one.
 * @throws GatewayError, GatewayAddressError, ApiError, or the signal's reason
 */
export async function openDisplayChannel(
  client: Pick<CelestoClient, 'display'>,
  computerId: string,
  mode: DisplayMode,
  signal: AbortSignal,
): Promise<DisplayChannel> {
  const grant = await client.display(computerId, mode, signal);
  const address = gatewayAddress(grant.gateway_url, grant.token);
  return new DisplayChannel(await openWebSocket(address, signal, maxMessageBytes), grant.mode);
}

/** A stream of the RFB protocol to a display, in the mode of its grant. Memory stays bounded in both directions. */
export class DisplayChannel implements Disposable {
  /** Resolves when the connection has ended; with the problem where a new one would end in the same way. */
  readonly closed: Promise<GatewayError | undefined>;
  private readonly received = new Emitter<Uint8Array>();
  private unacknowledgedBytes = 0;

  /** @param socket open and paused; it is read from the first listener of `onBytes` on */
  constructor(
    private readonly socket: WebSocket,
    readonly mode: DisplayMode,
  ) {
    this.closed = new Promise((resolve) => {
      let problem: GatewayError | undefined;
      socket.on('error', (error: NodeJS.ErrnoException) => {
        if (error.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') problem = new GatewayError('oversized');
      });
      socket.once('close', () => resolve(problem));
    });
    // RFB is binary: a text is none of it.
    socket.on('message', (data, isBinary) => {
      if (isBinary) this.receive(data as Buffer);
    });
  }

  /** Reads the stream. Each piece is a copy, so that nothing else of this process's memory goes along with it. */
  onBytes(listener: (bytes: Uint8Array) => void): Disposable {
    const subscription = this.received.event(listener);
    this.socket.resume();
    return toDisposable(() => subscription.dispose());
  }

  /** Tells that received bytes were used. */
  acknowledge(count: number): void {
    this.unacknowledgedBytes = Math.max(0, this.unacknowledgedBytes - count);
    if (this.socket.isPaused && this.unacknowledgedBytes <= receiveWatermarks.low) this.socket.resume();
  }

  send(bytes: Uint8Array): void {
    if (this.socket.readyState !== this.socket.OPEN) return;
    if (this.socket.bufferedAmount > maxUnsentBytes) this.socket.terminate();
    else this.socket.send(bytes);
  }

  /** Ends the connection, after what was sent. */
  dispose(): void {
    this.received.dispose();
    this.socket.resume();
    this.socket.close(1000);
    const timer = setTimeout(() => this.socket.terminate(), closeTimeoutMs);
    void this.closed.then(() => clearTimeout(timer));
  }

  private receive(data: Buffer): void {
    this.unacknowledgedBytes += data.length;
    if (this.unacknowledgedBytes >= receiveWatermarks.high) this.socket.pause();
    this.received.fire(new Uint8Array(data));
  }
}
