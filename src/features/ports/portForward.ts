import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { PortChannel } from '../../connect/sshChannels';
import type { Disposable } from '../../base/disposable';
import { bindExactPort, bindFreePort } from './bindLocalPort';

/** The only address that is listened on: nobody but this machine gets in. */
export const loopbackAddress = '127.0.0.1';

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
const trafficIntervalMs = 1_000;

/**
 * A port of this machine that leads to a port of a computer. Each connection gets a channel of its own when it comes, so
 * that a line that was lost meanwhile is mended by the next one.
 */
export class PortForward implements Disposable {
  private server: Server | undefined;
  private listening: Promise<void> | undefined;
  private readonly sockets = new Set<Socket>();
  private readonly ended = new AbortController();
  private closedTraffic = { received: 0, sent: 0 };
  private trafficTimer: NodeJS.Timeout | undefined;
  private lastError: unknown;

  constructor(
    readonly computer: { readonly id: string; readonly name: string },
    /** The port on the computer. */
    readonly port: number,
    /** The port here that is asked for. */
    private requested: number,
    private readonly dial: Dial,
    private readonly onChange: () => void,
  ) {}

  /** The port here that it is to have: the one that it had last, where it had one. */
  get preferredPort(): number {
    return this.requested;
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
      received: all.reduce((sum, { bytesWritten }) => sum + bytesWritten, this.closedTraffic.received),
      sent: all.reduce((sum, { bytesRead }) => sum + bytesRead, this.closedTraffic.sent),
    };
  }

  /** Why the latest connection did not get to the computer; undefined where it did. */
  get error(): unknown {
    return this.lastError;
  }

  /** Listens on the port that is wanted, or on the next that is free. Once is enough. */
  listen(): Promise<void> {
    return this.listenWith(bindFreePort);
  }

  /**
   * Listens on the port that is wanted, and on no other.
   * @throws LocalPortError
   */
  listenExactly(): Promise<void> {
    return this.listenWith(bindExactPort);
  }

  /** Listens no more, until it is asked to again; what is connected is cut off. */
  stopListening(): void {
    this.requested = this.localPort ?? this.requested;
    this.server?.close();
    this.server = undefined;
    this.listening = undefined;
    for (const socket of this.sockets) socket.destroy();
    this.notify();
  }

  dispose(): void {
    this.ended.abort();
    this.stopListening();
  }

  private async listenWith(way: typeof bindFreePort): Promise<void> {
    this.ended.signal.throwIfAborted();
    this.listening ??= this.startServer(way);
    await this.listening;
  }

  private async startServer(way: typeof bindFreePort): Promise<void> {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.accept(socket));
    this.server = server;
    try {
      await way(server, loopbackAddress, this.preferredPort);
    } catch (error) {
      this.stopListening();
      throw error;
    }
    // It may have been told to rest meanwhile.
    if (this.server !== server) server.close();
    this.onChange();
  }

  private accept(socket: Socket): void {
    this.sockets.add(socket);
    // What goes wrong with a socket shows as its 'close'.
    socket.on('error', () => undefined);
    const gone = new AbortController();
    socket.once('close', () => {
      gone.abort();
      this.sockets.delete(socket);
      this.closedTraffic.received += socket.bytesWritten;
      this.closedTraffic.sent += socket.bytesRead;
      this.notify();
    });
    this.notify();
    const signal = AbortSignal.any([gone.signal, this.ended.signal]);
    this.dial(this.computer.id, this.port, signal).then(
      (channel) => this.connect(socket, channel),
      (error: unknown) => {
        if (!signal.aborted) this.lastError = error;
        socket.resetAndDestroy();
      },
    );
  }

  private connect(socket: Socket, { stream, broke }: PortChannel): void {
    this.lastError = undefined;
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
    for (const side of [socket, stream]) side.on('data', () => this.notifySoon());
    socket.pipe(stream);
    stream.pipe(socket, { end: false });
  }

  private notifySoon(): void {
    this.trafficTimer ??= setTimeout(() => this.notify(), trafficIntervalMs).unref();
  }

  private notify(): void {
    clearTimeout(this.trafficTimer);
    this.trafficTimer = undefined;
    if (!this.ended.signal.aborted) this.onChange();
  }
}
