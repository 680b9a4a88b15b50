import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { applyUpgradeFault, type Faults, refuseUpgrade } from '../faults';
import type { Journal } from '../journal';
import { Client } from './client';
import type { Terminals } from './terminals';

/** Path of the gateway; the query has the terminal's id and the token. */
export const gatewayPath = '/gateway/terminal';

/** The WebSocket gateway, which attaches clients with a token to terminals. */
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
    readonly terminals: Terminals,
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
    const terminal = this.terminals.redeem(query.terminal_id ?? '', query.token ?? '');
    if (path !== gatewayPath) refuse(404, 'Not Found');
    else if (terminal === undefined) refuse(401, 'Invalid or expired token');
    else {
      entry.status = 101;
      this.webSockets.handleUpgrade(request, connection, head, (socket) => {
        terminal.attach(new Client(socket, connection, this.terminals.framesOf(terminal)));
      });
    }
  }
}
