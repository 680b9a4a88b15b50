import { randomBytes } from 'node:crypto';
import { ApiError, type PublishedRoute, type WirePublishedPort } from './computer';
import type { Computers } from './computers';
import type { ComputerStateMachine } from './computerStateMachine';

/** How many ports of a computer can be published at once, as the service's guide says. */
const most = 4;
/** The platform's own: screen and browser. */
const reserved = new Set([5900, 9222]);

/** The routes from the internet to ports of the computers. They stay when a computer stops. */
export class PublishedPorts {
  constructor(readonly computers: Computers) {}

  of(life: ComputerStateMachine): WirePublishedPort[] {
    return life.wire.published_ports;
  }

  /**
   * Publishes a port; one that is published stays as it is.
   * @throws ApiError 400 for a port of the platform, 409 when the computer does not run or has no route left
   */
  publish(life: ComputerStateMachine, port: number): WirePublishedPort {
    life.running('publishes no ports');
    const { published = [] } = life.record;
    if (!published.some((route) => route.port === port)) {
      if (reserved.has(port) || port === life.record.port)
        throw new ApiError(400, `Port ${port} cannot be published.`);
      if (published.length >= most)
        throw new ApiError(409, `A computer can have ${most} published ports. Unpublish one first.`);
      this.computers.change(life.id, { published: [...published, newRoute(port)] });
    }
    return this.of(life).find((route) => route.port === port)!;
  }

  /** Takes a route away; one that is not there is none the less gone. */
  unpublish(life: ComputerStateMachine, port: number): WirePublishedPort {
    const route = this.of(life).find((one) => one.port === port);
    const { published = [] } = life.record;
    this.computers.change(life.id, { published: published.filter((one) => one.port !== port) });
    const gone = { id: null, computer_id: life.id, port, created_at: null, ...route };
    return { ...gone, status: 'unpublished', url: null };
  }

  /** Where the route of a name leads. */
  find(name: string): { life: ComputerStateMachine; port: number } | undefined {
    for (const life of this.computers.lives()) {
      const route = life.record.published?.find((one) => one.name === name);
      if (route !== undefined) return { life, port: route.port };
    }
    return undefined;
  }
}

function newRoute(port: number): PublishedRoute {
  const id = randomBytes(6).toString('hex');
  return { id: `route_${id}`, name: `p-${id}`, port, created: new Date().toISOString() };
}
