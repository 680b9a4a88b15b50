import { Duplex, type DuplexOptions } from 'node:stream';
import type WebSocket from 'ws';
import type { StreamEncoding } from './remoteSshd';

/** Bytes buffered by the WebSocket above which a write waits until its message is sent. */
const highWatermarkBytes = 1024 * 1024;

/**
 * A terminal session of the gateway, in raw mode, as the byte stream that SSH needs. With the base64 encoding each line
 * of the terminal carries a piece of it.
 */
export class GatewayStream extends Duplex {
  private incompleteLine = '';

  constructor(
    private readonly socket: WebSocket,
    private readonly encoding: StreamEncoding,
    options: DuplexOptions = {},
  ) {
    super({ ...options, allowHalfOpen: false });
    socket.on('message', (message: Buffer) => this.receive(message));
    socket.once('close', () => {
      this.push(null);
      this.destroy();
    });
  }

  /** Called by ssh2, which takes this for a socket. */
  setNoDelay(): this {
    return this;
  }

  override _read(): void {
    this.socket.resume();
  }

  override _write(bytes: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    const message = this.encoding === 'binary' ? bytes : Buffer.from(`${bytes.toString('base64')}\n`);
    const sent = (error?: Error | null): void => done(error);
    // Below the high watermark a write completes at once, so that small packets follow each other without waiting.
    if (this.socket.bufferedAmount > highWatermarkBytes) this.socket.send(message, sent);
    else {
      this.socket.send(message);
      done();
    }
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    if (error) this.socket.terminate();
    else this.socket.close(1000, 'client detached');
    done(error);
  }

  /** Feeds a message into the stream; the handshake hands over what it received beyond its end. */
  receive(message: Buffer): void {
    const bytes = this.encoding === 'binary' ? message : this.decode(message.toString('latin1'));
    if (bytes.length > 0 && !this.push(bytes)) this.socket.pause();
  }

  private decode(text: string): Buffer {
    const lines = (this.incompleteLine + text).split('\n');
    this.incompleteLine = lines.pop() ?? '';
    return Buffer.concat(lines.map((line) => Buffer.from(line, 'base64')));
  }
}
