import { createServer } from 'node:net';

/**
 * First ports of two ranges: for computers, and for the tests themselves, so that a port that a test keeps for later is not
 * given to a computer. Both lie below the ephemeral ports of the system, so that a stopped computer's port stays free.
 */
export const forComputers = 20_000;
const forTests = 25_000;
const count = 5_000;

/** @returns true if a server could listen there now */
export function isFree(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, address, () => server.close(() => resolve(true)));
  });
}

/** Finds a port without a listener that is not among `taken`. */
export async function freePort(
  address: string,
  taken: Set<number | null>,
  first = forTests,
): Promise<number> {
  for (;;) {
    const port = first + Math.floor(Math.random() * count);
    if (!taken.has(port) && (await isFree(address, port))) return port;
  }
}
