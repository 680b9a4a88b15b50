import type { Duplex } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import type { WebSocket } from 'ws';
import type { Frames } from '../computer';

/** Bytes on their way to a client: above the one it is full, below the other it is so no more. */
const high = 1024 * 1024;
const low = 256 * 1024;

/** Whoever is attached to a terminal: its WebSocket, and how it can be spoilt. */
export class Client {
  /** As text: one decoder for the whole stream, for characters that lie across frames. */
  private readonly decoder: StringDecoder | undefined;
  private underWay = 0;
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
    // What is wrong with a connection, such as a message too large, closes it.
    socket.on('error', () => undefined);
  }

  get isOpen(): boolean {
    return this.socket.readyState === this.socket.OPEN;
  }

  /** Whether nothing more should be sent for now. */
  get takesNothing(): boolean {
    return this.isFull || this.isSilent;
  }

  /** Sends output of the terminal. `changed` is called when that changes whether it takes more. */
  send(bytes: Buffer, changed: () => void): void {
    const message = this.decoder?.write(bytes) ?? bytes;
    if (message.length === 0) return;
    this.count(bytes.length, changed);
    this.socket.send(message, () => this.count(-bytes.length, changed));
  }

  /** Stops, or goes on, to read what the client sends. */
  pause(isPaused: boolean): void {
    this.isPaused = isPaused;
    this.readOrNot();
  }

  close(code: number, reason = ''): void {
    // Nobody hears a 1006: it is what one calls a connection that was lost.
    if (code === 1006 || this.isSilent) {
      this.socket.terminate();
    } else {
      this.pause(false);
      this.socket.close(code, reason);
    }
  }

  // --- Faults

  /** Neither sends nor answers, also no pings, while the connection stays. */
  silence(isSilent: boolean): void {
    this.isSilent = isSilent;
    this.readOrNot();
  }

  /** Sends a frame of so many bytes. */
  sendFrame(bytes: number): void {
    this.socket.send(Buffer.alloc(bytes, 'x'));
  }

  /** Sends the head of a binary frame of 1000 bytes and 500 of them, and closes the connection. */
  sendHalfFrame(): void {
    const half = Buffer.concat([Buffer.from([0x82, 126, 1000 >> 8, 1000 & 255]), Buffer.alloc(500, 'x')]);
    this.raw.end(half, () => this.raw.destroy());
  }

  private count(bytes: number, changed: () => void): void {
    this.underWay += bytes;
    const isFull = this.underWay > (this.isFull ? low : high);
    if (isFull === this.isFull) return;
    this.isFull = isFull;
    changed();
  }

  private readOrNot(): void {
    const waits = this.isPaused || this.isSilent;
    if (!this.isOpen || waits === this.socket.isPaused) return;
    if (waits) this.socket.pause();
    else this.socket.resume();
  }
}
