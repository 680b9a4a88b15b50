import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { after } from 'node:test';

/** A server that is no SSH server, or a poor one, and remembers what it was sent. */
export class BrokenServer {
  received = Buffer.alloc(0);
  connections = 0;
  private readonly open = new Set<Socket>();

  private constructor(private readonly server: Server) {}

  /**
   * @param greet what it does with each connection
   * @param address the port of the loopback address, or the path of a socket
   */
  static async start(greet: (socket: Socket) => void, address: number | string = 0): Promise<BrokenServer> {
    const server = createServer();
    const brokenServer = new BrokenServer(server);
    server.on('connection', (socket) => brokenServer.accept(socket, greet));
    await new Promise<void>((resolve) =>
      server.listen(
        typeof address === 'string' ? { path: address } : { port: address, host: '127.0.0.1' },
        resolve,
      ),
    );
    after(() => brokenServer.stop());
    return brokenServer;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get endpoint(): string {
    return `ohm@127.0.0.1:${this.port}`;
  }

  /** Number of open connections. */
  get openConnections(): number {
    return this.open.size;
  }

  async stop(): Promise<void> {
    for (const socket of this.open) socket.destroy();
    if (this.server.listening) await new Promise((resolve) => this.server.close(resolve));
  }

  private accept(socket: Socket, greet: (socket: Socket) => void): void {
    this.connections += 1;
    this.open.add(socket);
    socket.on('close', () => this.open.delete(socket));
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => (this.received = Buffer.concat([this.received, bytes])));
    greet(socket);
  }
}
