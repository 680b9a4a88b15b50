import { ApiError, type WirePublishedPort } from './computer';
import type { Computers } from './computers';
import type { ComputerStateMachine } from './computerStateMachine';
import type { Features } from './features';
import { newRoute, type PublishedRoute } from './publishedRoute';

/** Maximum of published ports of a computer, by the service's guide. */
const maxPublished = 4;
/** Ports of the platform itself: screen and browser. */
const reserved = new Set([5900, 9222]);

/** Public routes to ports of the computers. They stay when a computer stops, suspended until it runs again. */
export class PublishedPorts {
  constructor(
    readonly computers: Computers,
    readonly features: Features,
  ) {}

  of(computer: ComputerStateMachine): WirePublishedPort[] {
    return computer.wire.published_ports;
  }

  /**
   * Publishes a port; one that is published stays as it is, one in a status that a test has set gets well.
   * @throws ApiError 400 for a port of the platform, 409 when the computer does not run, its image supports no public
   * ports, or it has no route left
   */
  publish(computer: ComputerStateMachine, port: number): WirePublishedPort {
    computer.requireRunning('publishes no ports');
    const { published = [], publicPorts = true, wire } = computer.record;
    if (!publicPorts || this.features.templatesWithoutPorts.includes(wire.template_id))
      throw new ApiError(409, 'The image of this computer does not support public ports.');
    if (published.some((route) => route.port === port)) this.setStatus(computer, port, undefined);
    else {
      if (reserved.has(port) || port === computer.record.port)
        throw new ApiError(400, `Port ${port} cannot be published.`);
      if (published.length >= maxPublished)
        throw new ApiError(409, `A computer can have ${maxPublished} published ports. Unpublish one first.`);
      this.computers.change(computer.id, { published: [...published, newRoute(port)] });
    }
    return this.of(computer).find((route) => route.port === port)!;
  }

  /** Sets the status of a route, until its port is published again; undefined: that which follows from the computer. */
  setStatus(computer: ComputerStateMachine, port: number, status: string | undefined): void {
    const set = (route: PublishedRoute): PublishedRoute =>
      route.port === port && route.status !== status ? { ...route, status } : route;
    this.computers.change(computer.id, { published: computer.record.published?.map(set) });
  }

  /** Removes a route. A port without one succeeds as well. */
  unpublish(computer: ComputerStateMachine, port: number): WirePublishedPort {
    const route = this.of(computer).find((route) => route.port === port);
    const { published = [] } = computer.record;
    this.computers.change(computer.id, { published: published.filter((route) => route.port !== port) });
    const unpublished = { id: null, computer_id: computer.id, port, created_at: null, ...route };
    return { ...unpublished, status: 'unpublished', url: null };
  }

  /** Finds a route by its name. */
  find(name: string): WirePublishedPort | undefined {
    for (const computer of this.computers.items()) {
      const route = computer.record.published?.find((route) => route.name === name);
      if (route !== undefined) return this.of(computer).find(({ port }) => port === route.port);
    }
    return undefined;
  }
}
