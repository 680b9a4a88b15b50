import type { AddressInfo, Server, Socket } from 'node:net';
import { createServer } from 'node:net';
import { type Duplex, pipeline } from 'node:stream';
import type { Disposable } from '../../base/disposable';
import { describeError, type Log } from '../../base/log';

/** Listens on a port of the loopback address, and connects each client to a tunnel of its own. */
export class ProxyServer implements Disposable {
  private readonly closing = new AbortController();

  private constructor(
    private readonly server: Server,
    private readonly dial: (signal: AbortSignal) => Promise<Duplex>,
    private readonly log: Log,
  ) {
    server.on('connection', (socket) => void this.serve(socket));
  }

  /** @param dial opens a tunnel; where it fails, the client is disconnected */
  static async open(dial: (signal: AbortSignal) => Promise<Duplex>, log: Log): Promise<ProxyServer> {
    const server = createServer({ noDelay: true });
    const proxy = new ProxyServer(server, dial, log);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(0, '127.0.0.1', resolve);
    });
    return proxy;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Ends the open connections, too. */
  dispose(): void {
    this.closing.abort();
    this.server.close();
  }

  private async serve(socket: Socket): Promise<void> {
    const disconnected = new AbortController();
    const signal = AbortSignal.any([disconnected.signal, this.closing.signal]);
    // A client that disconnects first needs no tunnel. Its data waits in the socket until the tunnel is open.
    socket.once('close', () => disconnected.abort());
    socket.on('error', () => undefined);
    try {
      const tunnel = await this.dial(signal);
      this.closing.signal.addEventListener('abort', () => socket.destroy(), { signal: disconnected.signal });
      pipeline(socket, tunnel, socket, () => tunnel.destroy());
    } catch (error) {
      socket.destroy();
      if (!signal.aborted) this.log.warn(`no tunnel for a client of the proxy: ${describeError(error)}`);
    }
  }
}
