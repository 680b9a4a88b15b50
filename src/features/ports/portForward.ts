import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { Disposable } from '../../base/disposable';
import type { PortChannel } from '../../connect/sshChannels';
import { bindExactPort, bindFreePort } from './bindLocalPort';

/** The only address that forwards listen on: other machines cannot connect. */
export const loopbackAddress = '127.0.0.1';

/** Opens a stream to a port of a computer. @throws as `SshChannels.openPort` */
export type Dial = (computerId: string, port: number, signal: AbortSignal) => Promise<PortChannel>;

/** The traffic of a forward since it was created. */
export interface Traffic {
  /** Connections that are open. */
  readonly connections: number;
  /** Bytes from the computer. */
  readonly received: number;
  /** Bytes to the computer. */
  readonly sent: number;
}

/** Milliseconds between change events while bytes pass. */
const trafficIntervalMs = 1_000;

/**
 * A local port that forwards to a port of a computer. Each connection opens an SSH channel of its own when it is accepted,
 * so a lost SSH connection is replaced by the next one.
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
    /** The remote port. */
    readonly port: number,
    private requestedPort: number,
    private readonly dial: Dial,
    private readonly onChange: () => void,
  ) {}

  /** The local port to bind: the latest one, else the requested one. */
  get preferredPort(): number {
    return this.requestedPort;
  }

  /** The bound local port; undefined while it does not listen. */
  get localPort(): number | undefined {
    const address = this.server?.listening ? (this.server.address() as AddressInfo) : undefined;
    return address?.port;
  }

  get traffic(): Traffic {
    const sockets = [...this.sockets];
    return {
      connections: sockets.length,
      received: sockets.reduce((sum, { bytesWritten }) => sum + bytesWritten, this.closedTraffic.received),
      sent: sockets.reduce((sum, { bytesRead }) => sum + bytesRead, this.closedTraffic.sent),
    };
  }

  /** The error of the latest connection; undefined where it reached the computer. */
  get error(): unknown {
    return this.lastError;
  }

  /** Listens on the preferred port, or on a free one near it. Does nothing while it listens. */
  listen(): Promise<void> {
    return this.listenWith(bindFreePort);
  }

  /**
   * Listens on the preferred port only.
   * @throws LocalPortError
   */
  listenExactly(): Promise<void> {
    return this.listenWith(bindExactPort);
  }

  /** Stops listening and destroys the connections. `listen` starts again. */
  stopListening(): void {
    this.requestedPort = this.localPort ?? this.requestedPort;
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

  private async listenWith(bind: typeof bindFreePort): Promise<void> {
    this.ended.signal.throwIfAborted();
    this.listening ??= this.startServer(bind);
    await this.listening;
  }

  private async startServer(bind: typeof bindFreePort): Promise<void> {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.accept(socket));
    this.server = server;
    try {
      await bind(server, loopbackAddress, this.preferredPort);
    } catch (error) {
      this.stopListening();
      throw error;
    }
    // stopListening may have been called meanwhile.
    if (this.server !== server) server.close();
    this.onChange();
  }

  private accept(socket: Socket): void {
    this.sockets.add(socket);
    // Every error is followed by 'close'.
    socket.on('error', () => undefined);
    const closed = new AbortController();
    socket.once('close', () => {
      closed.abort();
      this.sockets.delete(socket);
      this.closedTraffic.received += socket.bytesWritten;
      this.closedTraffic.sent += socket.bytesRead;
      this.notify();
    });
    this.notify();
    const signal = AbortSignal.any([closed.signal, this.ended.signal]);
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
    // A broken connection must not look like the end of the data. ssh2 emits 'end' for both, and reports the break a
    // moment later.
    const finish = (): void => {
      if (broke()) socket.resetAndDestroy();
      else socket.end();
    };
    stream.once('end', () => setImmediate(finish));
    // Nothing takes the local data any more. Unread, it would hide the end of it, and the socket would never close.
    stream.once('close', () => setImmediate(() => (finish(), socket.resume())));
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
