import { randomBytes } from 'node:crypto';

/** A public route to a port of a computer, as the emulator stores it. */
export interface PublishedRoute {
  id: string;
  port: number;
  /** First label of its host name. */
  name: string;
  /** ISO 8601. */
  created: string;
  /** A status that a test has set, until the port is published again; absent: that which follows from the computer. */
  status?: string;
}

/** The status of a route, and whether its address is told. */
export interface RouteState {
  status: string;
  isTold: boolean;
}

export function newRoute(port: number): PublishedRoute {
  const id = randomBytes(6).toString('hex');
  return { id: `route_${id}`, name: `p-${id}`, port, created: new Date().toISOString() };
}

/**
 * The state of a route: suspended while its computer does not run, and published again some time after the start. The
 * address is told from the first time that it was published.
 * @param runningSince ISO 8601; undefined while the computer does not run
 * @param publishMs duration of `publishing`
 */
export function stateOf(
  { created, status }: PublishedRoute,
  runningSince: string | undefined,
  publishMs: number,
): RouteState {
  if (status !== undefined) return { status, isTold: status === 'published' };
  if (runningSince === undefined) return { status: 'suspended', isTold: true };
  const isUp = (since: string): boolean => Date.now() >= Date.parse(since) + publishMs;
  const isPublished = isUp(created) && isUp(runningSince);
  return { status: isPublished ? 'published' : 'publishing', isTold: isPublished || runningSince > created };
}
