import type { AddressInfo, Server, Socket } from 'node:net';
import { createServer } from 'node:net';
import { pipeline, type Duplex } from 'node:stream';
import type { Disposable } from '../../base/disposable';
import { describeError, type Log } from '../../base/log';

/** A port of this machine alone. Whoever connects to it gets a tunnel of their own. */
export class ProxyServer implements Disposable {
  private readonly closing = new AbortController();

  private constructor(
    private readonly server: Server,
    private readonly dial: (signal: AbortSignal) => Promise<Duplex>,
    private readonly log: Log,
  ) {
    server.on('connection', (socket) => void this.serve(socket));
  }

  /** @param dial opens a tunnel; when that fails, who has connected is hung up on */
  static async open(dial: (signal: AbortSignal) => Promise<Duplex>, log: Log): Promise<ProxyServer> {
    const server = createServer({ noDelay: true });
    const listener = new ProxyServer(server, dial, log);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(0, '127.0.0.1', resolve);
    });
    return listener;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Ends the connections there are, too. */
  dispose(): void {
    this.closing.abort();
    this.server.close();
  }

  private async serve(socket: Socket): Promise<void> {
    const disconnected = new AbortController();
    const signal = AbortSignal.any([disconnected.signal, this.closing.signal]);
    // Who leaves before the tunnel stands needs none; what was sent until then waits.
    socket.once('close', () => disconnected.abort());
    socket.on('error', () => undefined);
    try {
      const tunnel = await this.dial(signal);
      this.closing.signal.addEventListener('abort', () => socket.destroy(), { signal: disconnected.signal });
      pipeline(socket, tunnel, socket, () => tunnel.destroy());
    } catch (error) {
      socket.destroy();
      if (!signal.aborted) this.log.warn(`no tunnel for who connected: ${describeError(error)}`);
    }
  }
}
