import { randomBytes } from 'node:crypto';
import { ApiError, type PublishedRoute, type WirePublishedPort } from './computer';
import type { Computers } from './computers';
import type { ComputerStateMachine } from './computerStateMachine';

/** Maximum of published ports of a computer, by the service's guide. */
const maxPublished = 4;
/** Ports of the platform itself: screen and browser. */
const reserved = new Set([5900, 9222]);

/** Public routes to ports of the computers. They stay when a computer stops. */
export class PublishedPorts {
  constructor(readonly computers: Computers) {}

  of(computer: ComputerStateMachine): WirePublishedPort[] {
    return computer.wire.published_ports;
  }

  /**
   * Publishes a port; one that is published stays as it is.
   * @throws ApiError 400 for a port of the platform, 409 when the computer does not run or has no route left
   */
  publish(computer: ComputerStateMachine, port: number): WirePublishedPort {
    computer.requireRunning('publishes no ports');
    const { published = [] } = computer.record;
    if (!published.some((route) => route.port === port)) {
      if (reserved.has(port) || port === computer.record.port)
        throw new ApiError(400, `Port ${port} cannot be published.`);
      if (published.length >= maxPublished)
        throw new ApiError(409, `A computer can have ${maxPublished} published ports. Unpublish one first.`);
      this.computers.change(computer.id, { published: [...published, newRoute(port)] });
    }
    return this.of(computer).find((route) => route.port === port)!;
  }

  /** Removes a route. A port without one succeeds as well. */
  unpublish(computer: ComputerStateMachine, port: number): WirePublishedPort {
    const route = this.of(computer).find((route) => route.port === port);
    const { published = [] } = computer.record;
    this.computers.change(computer.id, { published: published.filter((route) => route.port !== port) });
    const unpublished = { id: null, computer_id: computer.id, port, created_at: null, ...route };
    return { ...unpublished, status: 'unpublished', url: null };
  }

  /** Finds the computer and port of a route by its name. */
  find(name: string): { computer: ComputerStateMachine; port: number } | undefined {
    for (const computer of this.computers.items()) {
      const route = computer.record.published?.find((route) => route.name === name);
      if (route !== undefined) return { computer, port: route.port };
    }
    return undefined;
  }
}

function newRoute(port: number): PublishedRoute {
  const id = randomBytes(6).toString('hex');
  return { id: `route_${id}`, name: `p-${id}`, port, created: new Date().toISOString() };
}
