import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Disposable } from '../../../src/base/disposable';
import { formatEndpoint, parseEndpoint } from '../../../src/ssh/connection/endpoint';

/** One connection through the proxy. */
interface ProxiedConnection {
  readonly sockets: readonly [client: Socket, server: Socket];
  /** Source port, as the server sees it. */
  port: number | undefined;
  /** Round trips on the way to what has been delivered last to the client, and to the server. */
  readonly depth: { client: number; server: number };
}

/**
 * A TCP proxy before an SSH server: it adds latency, counts connections and round trips, and can be cut. A round trip is
 * counted where one is necessary: data sent after the delivery of an answer is one deeper than its question.
 */
export class TcpProxy implements Disposable {
  readonly proxied: ProxiedConnection[] = [];
  private server: Server | undefined;

  private constructor(
    private readonly target: { readonly host: string; readonly port: number },
    /** Milliseconds in each direction. */
    private readonly delay: number,
  ) {}

  /** @param endpoint as a computer names it */
  static async to(endpoint: string, delay = 0): Promise<TcpProxy> {
    const proxy = new TcpProxy(parseEndpoint(endpoint), delay);
    const server = createServer((client) => proxy.accept(client));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    proxy.server = server;
    return proxy;
  }

  /** Endpoint of the proxy. */
  endpoint(user: string): string {
    return formatEndpoint({ user, host: '127.0.0.1', port: (this.server!.address() as AddressInfo).port });
  }

  /** Number of connections so far. */
  get connections(): number {
    return this.proxied.length;
  }

  /** Round trips to what the client has received last over its latest connection, the TCP handshake included. */
  get roundTrips(): number {
    return 1 + (this.proxied.at(-1)?.depth.client ?? 0);
  }

  /** Cuts every connection there is, as a network does that goes away: nobody says goodbye. */
  cut(): void {
    for (const { sockets } of this.proxied) for (const socket of sockets) socket.resetAndDestroy();
  }

  /** Delivers nothing any more, in neither direction, over the connections there are. No error is sent. */
  freeze(): void {
    for (const { sockets } of this.proxied) for (const socket of sockets) socket.pause();
  }

  dispose(): void {
    for (const { sockets } of this.proxied) for (const socket of sockets) socket.destroy();
    this.server?.close();
  }

  private accept(client: Socket): void {
    const server = connect({ ...this.target, noDelay: true });
    client.setNoDelay(true);
    const wire: ProxiedConnection = {
      sockets: [client, server],
      port: undefined,
      depth: { client: 0, server: 0 },
    };
    server.once('connect', () => (wire.port = server.localPort));
    this.proxied.push(wire);
    this.forward(client, server, () => {
      const { depth } = wire;
      const sent = depth.client;
      return () => (depth.server = Math.max(depth.server, sent));
    });
    this.forward(server, client, () => {
      const { depth } = wire;
      const sent = depth.server + 1;
      return () => (depth.client = Math.max(depth.client, sent));
    });
  }

  private forward(from: Socket, to: Socket, sent: () => () => void): void {
    let last: Promise<void> = Promise.resolve();
    const later = (deliver: () => void): void => {
      const arrival = this.delay === 0 ? Promise.resolve() : sleep(this.delay);
      last = Promise.all([last, arrival]).then(deliver);
    };
    from.on('data', (bytes: Buffer) => {
      const delivered = sent();
      later(() => {
        delivered();
        to.write(bytes);
      });
    });
    from.on('end', () => later(() => to.end()));
    from.on('close', () => later(() => to.destroy()));
    // An error at one end reaches the other one as its 'close'.
    from.on('error', () => undefined);
  }
}
