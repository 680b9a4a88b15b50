import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { applyUpgradeFault, type Faults, refuseUpgrade } from './faults';
import type { Journal } from './journal';

/** Serves the WebSocket of a client. `raw` is the connection below it. */
export type Serve = (socket: WebSocket, raw: Duplex) => void;

/** A path of the gateway. */
export interface GatewayEndpoint {
  readonly path: string;
  /** Uses up the token in a query. @returns what serves the client; undefined for a token that is not valid */
  redeem(query: Readonly<Record<string, string>>): Serve | undefined;
}

/** The WebSocket gateway, which lets clients with a token through to computers. */
export class Gateway {
  private readonly webSockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: 1024 * 1024,
  });
  private readonly connections = new Set<Duplex>();

  constructor(
    server: Server,
    readonly endpoints: readonly GatewayEndpoint[],
    readonly faults: Faults,
    readonly journal: Journal,
  ) {
    server.on('upgrade', (request: IncomingMessage, connection: Duplex, head: Buffer) => {
      this.connections.add(connection);
      connection.once('close', () => this.connections.delete(connection));
      // A connection with an error is closed; nothing else needs to be done.
      connection.on('error', () => undefined);
      this.upgrade(request, connection, head).catch(() => connection.destroy());
    });
  }

  /** Closes all connections. */
  close(): void {
    for (const connection of this.connections) connection.destroy();
  }

  private async upgrade(request: IncomingMessage, connection: Duplex, head: Buffer): Promise<void> {
    const { pathname: path, searchParams } = new URL(request.url ?? '', 'http://emulator');
    const { headers, method = '' } = request;
    const query = Object.fromEntries(searchParams);
    const entry = this.journal.add({ method, path, query, headers });
    const refuse = (status: number, detail: string): void => {
      entry.status = status;
      refuseUpgrade(connection, { status, body: { detail } });
    };

    const fault = this.faults.take(method, path);
    if (fault !== undefined && (await applyUpgradeFault(fault, connection))) {
      if (fault.answer !== undefined) entry.status = fault.answer.status;
      return;
    }
    const endpoint = this.endpoints.find((candidate) => candidate.path === path);
    const serve = endpoint?.redeem(query);
    if (endpoint === undefined) refuse(404, 'Not Found');
    else if (serve === undefined) refuse(401, 'Invalid or expired token');
    else {
      entry.status = 101;
      this.webSockets.handleUpgrade(request, connection, head, (socket) => serve(socket, connection));
    }
  }
}
