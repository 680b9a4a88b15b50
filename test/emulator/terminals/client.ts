import type { Duplex } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import type { WebSocket } from 'ws';
import type { Frames } from '../features';

/** Unsent bytes above which a client is full, and below which it no longer is. */
const highWatermark = 1024 * 1024;
const lowWatermark = 256 * 1024;

/** A client that is attached to a terminal by a WebSocket, with the faults that can be injected into it. */
export class Client {
  /** Decodes text frames; one for the whole stream, for characters split across frames. */
  private readonly decoder: StringDecoder | undefined;
  private unsentBytes = 0;
  private isFull = false;
  private isSilent = false;
  private isPaused = false;

  /** @param raw the connection below the WebSocket */
  constructor(
    readonly socket: WebSocket,
    readonly raw: Duplex,
    frames: Frames,
  ) {
    this.decoder = frames === 'text' ? new StringDecoder('utf8') : undefined;
    // An error, such as a message that is too large, closes the connection.
    socket.on('error', () => undefined);
  }

  get isOpen(): boolean {
    return this.socket.readyState === this.socket.OPEN;
  }

  /** True while nothing more should be sent. */
  get isBlocked(): boolean {
    return this.isFull || this.isSilent;
  }

  /** Sends output of the terminal. @param onBlockedChanged called when `isBlocked` changes */
  send(bytes: Buffer, onBlockedChanged: () => void): void {
    const message = this.decoder?.write(bytes) ?? bytes;
    if (message.length === 0) return;
    this.count(bytes.length, onBlockedChanged);
    this.socket.send(message, () => this.count(-bytes.length, onBlockedChanged));
  }

  /** Pauses or resumes reading from the client. */
  pause(isPaused: boolean): void {
    this.isPaused = isPaused;
    this.updateReading();
  }

  close(code: number, reason = ''): void {
    // 1006 is never sent: it stands for a lost connection (RFC 6455 section 7.4.1).
    if (code === 1006 || this.isSilent) {
      this.socket.terminate();
    } else {
      this.pause(false);
      this.socket.close(code, reason);
    }
  }

  // --- Faults

  /** Stops sending, and answering pings, while the connection stays open. */
  silence(isSilent: boolean): void {
    this.isSilent = isSilent;
    this.updateReading();
  }

  /** Sends a frame of this size. */
  sendFrame(bytes: number): void {
    this.socket.send(Buffer.alloc(bytes, 'x'));
  }

  /** Sends the head of a binary frame of 1000 bytes and 500 of them, and closes the connection. */
  sendHalfFrame(): void {
    const half = Buffer.concat([Buffer.from([0x82, 126, 1000 >> 8, 1000 & 255]), Buffer.alloc(500, 'x')]);
    this.raw.end(half, () => this.raw.destroy());
  }

  private count(bytes: number, onBlockedChanged: () => void): void {
    this.unsentBytes += bytes;
    const isFull = this.unsentBytes > (this.isFull ? lowWatermark : highWatermark);
    if (isFull === this.isFull) return;
    this.isFull = isFull;
    onBlockedChanged();
  }

  private updateReading(): void {
    const isPaused = this.isPaused || this.isSilent;
    if (!this.isOpen || isPaused === this.socket.isPaused) return;
    if (isPaused) this.socket.pause();
    else this.socket.resume();
  }
}
