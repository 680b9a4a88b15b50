import { t } from '@vscode/l10n';
import type { Computer } from '../../model/computer';
import type { Clock } from '../../util/clock';
import type { Road, RoadName } from './road';

/** Milliseconds after which a better road is looked for again. */
const memory = 600_000;

/** What celesto.terminal.transport can say. */
export type Transport = 'auto' | RoadName;

/** The one road that is wanted does not lead to this computer. */
export class NoRoadError extends Error {
  override readonly name = 'NoRoadError';

  constructor(computer: Computer) {
    super(
      t(
        '{0} offers no SSH endpoint. Set celesto.terminal.transport to "auto" to reach it through its terminal gateway.',
        computer.name,
      ),
    );
  }
}

/** The roads there are, the best first, and which of them led to which computer in this window. */
export class Roads<Way extends Pick<Road, 'name' | 'leadsTo'> = Road> {
  private readonly found = new Map<
    string,
    { readonly road: Way; readonly ssh?: string; readonly until: number }
  >();

  constructor(
    private readonly roads: readonly Way[],
    private readonly transport: () => Transport,
    private readonly clock: Pick<Clock, 'now'>,
  ) {}

  /**
   * The roads to try, in this order: those from the one that worked before on, where there is one.
   * @throws NoRoadError
   */
  to(computer: Computer): readonly Way[] {
    const transport = this.transport();
    if (transport !== 'auto') {
      const wanted = this.roads.filter((road) => road.name === transport && road.leadsTo(computer));
      if (wanted.length === 0) throw new NoRoadError(computer);
      return wanted;
    }
    const found = this.found.get(computer.id);
    // With another endpoint, or none any more, it is on another host.
    const holds = found && found.until > this.clock.now() && found.ssh === computer.ssh;
    return holds ? this.roads.slice(this.roads.indexOf(found.road)) : this.roads;
  }

  worked(computer: Computer, road: Way): void {
    this.found.set(computer.id, { road, ssh: computer.ssh, until: this.clock.now() + memory });
  }

  /** The road that led to a computer the last time. */
  ledTo(computerId: string): Way['name'] | undefined {
    return this.found.get(computerId)?.road.name;
  }

  /** A computer that was away may have come back on another host, with other roads to it. */
  forget(computerId: string): void {
    this.found.delete(computerId);
  }
}
