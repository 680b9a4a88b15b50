import { createServer } from 'node:net';

/**
 * Where the ports of computers begin, and those for the tests themselves: what a test keeps for later must not be
 * given to a computer meanwhile. All lie below the ports that systems hand out for outgoing connections, so that a
 * stopped computer's port stays free.
 */
export const forComputers = 20_000;
const forTests = 25_000;
const count = 5_000;

/** Whether a server could listen there now. */
export function isFree(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, address, () => server.close(() => resolve(true)));
  });
}

/** A port that nothing listens on and that is not among `taken`. */
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
