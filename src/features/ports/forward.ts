import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { PortChannel } from '../../connect/sshChannels';
import type { Disposable } from '../../base/disposable';
import { listenAt, listenNear } from './localPort';

/** The only address that is listened on: nobody but this machine gets in. */
export const localAddress = '127.0.0.1';

/** Opens a stream to a port of a computer. Rejects with what stands in the way, or with the signal's reason. */
export type Dial = (computerId: string, port: number, signal: AbortSignal) => Promise<PortChannel>;

/** What goes, and went, through a forward. */
export interface Traffic {
  /** Connections that are open now. */
  readonly connections: number;
  /** Bytes from the computer. */
  readonly received: number;
  /** Bytes to the computer. */
  readonly sent: number;
}

/** Milliseconds between words about bytes that pass. */
const wordEvery = 1_000;

/**
 * A port of this machine that leads to a port of a computer. Each connection gets a channel of its own when it comes, so
 * that a line that was lost meanwhile is mended by the next one.
 */
export class Forward implements Disposable {
  private server: Server | undefined;
  private listening: Promise<void> | undefined;
  private readonly sockets = new Set<Socket>();
  private readonly end = new AbortController();
  private past = { received: 0, sent: 0 };
  private word: NodeJS.Timeout | undefined;
  private failure: unknown;

  constructor(
    readonly computer: { readonly id: string; readonly name: string },
    /** The port on the computer. */
    readonly port: number,
    /** The port here that is asked for. */
    private asked: number,
    private readonly dial: Dial,
    private readonly changed: () => void,
  ) {}

  /** The port here that it is to have: the one that it had last, where it had one. */
  get wanted(): number {
    return this.asked;
  }

  /** The port here; undefined while nothing is listened on. */
  get localPort(): number | undefined {
    const address = this.server?.listening ? (this.server.address() as AddressInfo) : undefined;
    return address?.port;
  }

  get traffic(): Traffic {
    const all = [...this.sockets];
    return {
      connections: all.length,
      received: all.reduce((sum, { bytesWritten }) => sum + bytesWritten, this.past.received),
      sent: all.reduce((sum, { bytesRead }) => sum + bytesRead, this.past.sent),
    };
  }

  /** Why the latest connection did not get to the computer; undefined where it did. */
  get problem(): unknown {
    return this.failure;
  }

  /** Listens on the port that is wanted, or on the next that is free. Once is enough. */
  listen(): Promise<void> {
    return this.listenBy(listenNear);
  }

  /**
   * Listens on the port that is wanted, and on no other.
   * @throws LocalPortError
   */
  listenThere(): Promise<void> {
    return this.listenBy(listenAt);
  }

  /** Listens no more, until it is asked to again; what is connected is cut off. */
  rest(): void {
    this.asked = this.localPort ?? this.asked;
    this.server?.close();
    this.server = undefined;
    this.listening = undefined;
    for (const socket of this.sockets) socket.destroy();
    this.tell();
  }

  dispose(): void {
    this.end.abort();
    this.rest();
  }

  private async listenBy(way: typeof listenNear): Promise<void> {
    this.end.signal.throwIfAborted();
    this.listening ??= this.begin(way);
    await this.listening;
  }

  private async begin(way: typeof listenNear): Promise<void> {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.accept(socket));
    this.server = server;
    try {
      await way(server, localAddress, this.wanted);
    } catch (error) {
      this.rest();
      throw error;
    }
    // It may have been told to rest meanwhile.
    if (this.server !== server) server.close();
    this.changed();
  }

  private accept(socket: Socket): void {
    this.sockets.add(socket);
    // What goes wrong with a socket shows as its 'close'.
    socket.on('error', () => undefined);
    const gone = new AbortController();
    socket.once('close', () => {
      gone.abort();
      this.sockets.delete(socket);
      this.past.received += socket.bytesWritten;
      this.past.sent += socket.bytesRead;
      this.tell();
    });
    this.tell();
    const signal = AbortSignal.any([gone.signal, this.end.signal]);
    this.dial(this.computer.id, this.port, signal).then(
      (channel) => this.join(socket, channel),
      (error: unknown) => {
        if (!signal.aborted) this.failure = error;
        socket.resetAndDestroy();
      },
    );
  }

  private join(socket: Socket, { stream, broke }: PortChannel): void {
    this.failure = undefined;
    stream.on('error', () => undefined);
    if (socket.destroyed) stream.destroy();
    socket.once('close', () => stream.destroy());
    // A line that broke must not look like the end of what was sent. ssh2 tells both the same way, and the break a moment later.
    const ended = (): void => {
      if (broke()) socket.resetAndDestroy();
      else socket.end();
    };
    stream.once('end', () => setImmediate(ended));
    // What is still sent then has no way to go; unread, it would hide the end of it, and the socket would stay for good.
    stream.once('close', () => setImmediate(() => (ended(), socket.resume())));
    for (const side of [socket, stream]) side.on('data', () => this.tellSoon());
    socket.pipe(stream);
    stream.pipe(socket, { end: false });
  }

  private tellSoon(): void {
    this.word ??= setTimeout(() => this.tell(), wordEvery).unref();
  }

  private tell(): void {
    clearTimeout(this.word);
    this.word = undefined;
    if (!this.end.signal.aborted) this.changed();
  }
}
