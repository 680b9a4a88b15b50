import { t } from '@vscode/l10n';
import type { Computer } from '../computers/computer';
import type { Road, RoadName } from './road';
import type { RoadMemory } from './roadMemory';

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

/** The roads there are for one kind of errand, the best first. Those of all kinds go side by side. */
export class Roads<Way extends Pick<Road, 'name' | 'leadsTo'> = Road> {
  constructor(
    private readonly roads: readonly Way[],
    private readonly transport: () => Transport,
    private readonly memory: RoadMemory,
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
    return this.roads.slice(this.index(this.memory.of(computer)));
  }

  worked(computer: Computer, road: Way): void {
    this.memory.keep(computer, this.roads.indexOf(road));
  }

  /** The road that led to a computer the last time. */
  ledTo(computerId: string): Way['name'] | undefined {
    const last = this.memory.last(computerId);
    return last === undefined ? undefined : this.roads[this.index(last)]?.name;
  }

  /** A computer that was away may have come back on another host, with other roads to it. */
  forget(computerId: string): void {
    this.memory.forget(computerId);
  }

  /** There may be fewer roads for this errand than for the one that found the way. */
  private index(found = 0): number {
    return Math.min(found, this.roads.length - 1);
  }
}
