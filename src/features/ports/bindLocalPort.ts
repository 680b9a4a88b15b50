import { once } from 'node:events';
import type { Server } from 'node:net';
import { t } from '@vscode/l10n';

/** The number of ports after the preferred one that are tried before the system assigns one. */
const nearbyPorts = 20;

/** A local port that cannot be bound. `message` is a sentence for the user. */
export class LocalPortError extends Error {
  override readonly name = 'LocalPortError';
}

/**
 * Binds a server to a local port.
 * @throws LocalPortError where the port is taken or not allowed
 */
export async function bindExactPort(server: Server, address: string, port: number): Promise<void> {
  try {
    await listen(server, address, port);
  } catch (error) {
    if (!isTaken(error)) throw error;
    throw new LocalPortError(t('Local port {0} is in use, or not allowed. Choose another one.', port), {
      cause: error,
    });
  }
}

/** Binds a server to a local port, or where that is taken or not allowed, to a free one near it. */
export async function bindFreePort(server: Server, address: string, preferred: number): Promise<void> {
  for (const port of candidates(preferred)) {
    try {
      await listen(server, address, port);
      return;
    } catch (error) {
      if (!isTaken(error)) throw error;
    }
  }
}

async function listen(server: Server, address: string, port: number): Promise<void> {
  const listening = once(server, 'listening');
  server.listen(port, address);
  await listening;
}

/** Ports below 1024 are privileged; by convention 8080 and 8443 stand in for 80 and 443. The last one, 0, is any. */
function* candidates(preferred: number): Generator<number> {
  yield preferred;
  const next = preferred < 1024 ? preferred + 8000 : preferred + 1;
  for (let port = next; port < next + nearbyPorts && port <= 65_535; port += 1) yield port;
  yield 0;
}

function isTaken(error: unknown): boolean {
  return (
    error instanceof Error && 'code' in error && (error.code === 'EADDRINUSE' || error.code === 'EACCES')
  );
}
