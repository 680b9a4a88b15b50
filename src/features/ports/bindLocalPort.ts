import { once } from 'node:events';
import type { Server } from 'node:net';
import { t } from '@vscode/l10n';

/** How many ports after the one that is wanted are tried before any will do. */
const attemptsNearby = 20;

/** A port of this machine that cannot be had. `message` is a sentence for a person. */
export class LocalPortError extends Error {
  override readonly name = 'LocalPortError';
}

/**
 * Lets a server listen on a port and on no other.
 * @throws LocalPortError where it is taken or not allowed
 */
export async function bindExactPort(server: Server, address: string, port: number): Promise<void> {
  try {
    await listen(server, address, port);
  } catch (error) {
    if (!isTaken(error)) throw error;
    throw new LocalPortError(
      t('Port {0} of this machine is taken, or not allowed. Choose another one.', port),
      {
        cause: error,
      },
    );
  }
}

/** Lets a server listen on a port, or where that is taken or not allowed on one near it. */
export async function bindFreePort(server: Server, address: string, wanted: number): Promise<void> {
  for (const port of candidates(wanted)) {
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

/** Ports below 1024 belong to the system; instead of 80 and 443 people use 8080 and 8443. */
function* candidates(wanted: number): Generator<number> {
  yield wanted;
  const next = wanted < 1024 ? wanted + 8000 : wanted + 1;
  for (let port = next; port < next + attemptsNearby && port <= 65_535; port += 1) yield port;
  yield 0;
}

function isTaken(error: unknown): boolean {
  return (
    error instanceof Error && 'code' in error && (error.code === 'EADDRINUSE' || error.code === 'EACCES')
  );
}
