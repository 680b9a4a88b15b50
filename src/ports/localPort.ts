import { once } from 'node:events';
import type { Server } from 'node:net';

/** How many ports after the one that is wanted are tried before any will do. */
const tries = 20;

/** Lets a server listen on a port, or where that is taken or not allowed on one near it. */
export async function listenNear(server: Server, address: string, wanted: number): Promise<void> {
  for (const port of candidates(wanted)) {
    try {
      const listening = once(server, 'listening');
      server.listen(port, address);
      await listening;
      return;
    } catch (error) {
      if (!isTaken(error)) throw error;
    }
  }
}

/** Ports below 1024 belong to the system; instead of 80 and 443 people use 8080 and 8443. */
function* candidates(wanted: number): Generator<number> {
  yield wanted;
  const next = wanted < 1024 ? wanted + 8000 : wanted + 1;
  for (let port = next; port < next + tries && port <= 65_535; port += 1) yield port;
  yield 0;
}

function isTaken(error: unknown): boolean {
  return (
    error instanceof Error && 'code' in error && (error.code === 'EADDRINUSE' || error.code === 'EACCES')
  );
}
