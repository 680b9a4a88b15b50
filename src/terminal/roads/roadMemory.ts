import type { Computer } from '../../model/computer';
import type { Clock } from '../../util/clock';

/** Milliseconds after which a better road is looked for again. */
const span = 600_000;

/** How far down the list of roads one had to go to each computer in this window, be it for a shell, a command or a port. */
export class RoadMemory {
  private readonly found = new Map<
    string,
    { readonly index: number; readonly ssh: string | undefined; readonly until: number }
  >();

  constructor(private readonly clock: Pick<Clock, 'now'>) {}

  keep(computer: Computer, index: number): void {
    this.found.set(computer.id, { index, ssh: computer.ssh, until: this.clock.now() + span });
  }

  /** The index of the road that led there; undefined where that is not known, or may have changed since. */
  of(computer: Computer): number | undefined {
    const found = this.found.get(computer.id);
    // With another endpoint, or none any more, it is on another host.
    return found && found.until > this.clock.now() && found.ssh === computer.ssh ? found.index : undefined;
  }

  /** The same, however long ago it was. */
  last(computerId: string): number | undefined {
    return this.found.get(computerId)?.index;
  }

  forget(computerId: string): void {
    this.found.delete(computerId);
  }
}
