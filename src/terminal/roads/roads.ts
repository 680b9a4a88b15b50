import { t } from '@vscode/l10n';
import type { Computer } from '../../model/computer';
import type { Road, RoadName } from './road';

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
export class Roads {
  private readonly found = new Map<string, Road>();

  constructor(
    private readonly roads: readonly Road[],
    private readonly transport: () => Transport,
  ) {}

  /**
   * The roads to try, in this order: those from the one that worked before on, where there is one.
   * @throws NoRoadError
   */
  to(computer: Computer): readonly Road[] {
    const transport = this.transport();
    if (transport !== 'auto') {
      const wanted = this.roads.filter((road) => road.name === transport && road.leadsTo(computer));
      if (wanted.length === 0) throw new NoRoadError(computer);
      return wanted;
    }
    const found = this.found.get(computer.id);
    return found?.leadsTo(computer) ? this.roads.slice(this.roads.indexOf(found)) : this.roads;
  }

  worked(computer: Computer, road: Road): void {
    this.found.set(computer.id, road);
  }

  /** A computer that was away may have come back on another host, with other roads to it. */
  forget(computerId: string): void {
    this.found.delete(computerId);
  }
}
