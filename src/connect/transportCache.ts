import type { Computer } from '../computers/computer';
import type { Clock } from '../base/clock';

/** Milliseconds after which a better transport is looked for again. */
const ttlMs = 600_000;

interface CacheEntry {
  readonly index: number;
  readonly ssh: string | undefined;
  readonly until: number;
}

/** How far down the list of transports one had to go to each computer in this window, be it for a shell, a command or a port. */
export class TransportCache {
  private readonly entries = new Map<string, CacheEntry>();

  /**
   * @param told what errands have found out that told it in their terminals; what this one notes is kept apart from that,
   *   so that each fall is told once where a person sees it
   */
  constructor(
    private readonly clock: Pick<Clock, 'now'>,
    private readonly parent?: TransportCache,
  ) {}

  set(computer: Computer, index: number): void {
    this.entries.set(computer.id, { index, ssh: computer.ssh, until: this.clock.now() + ttlMs });
  }

  /** The index of the transport that led there; undefined where that is not known, or may have changed since. */
  get(computer: Computer): number | undefined {
    const found = this.latest(computer.id);
    // With another endpoint, or none any more, it is on another host.
    return found && found.until > this.clock.now() && found.ssh === computer.ssh ? found.index : undefined;
  }

  /** The same, however long ago it was. */
  last(computerId: string): number | undefined {
    return this.latest(computerId)?.index;
  }

  forget(computerId: string): void {
    this.entries.delete(computerId);
  }

  private latest(computerId: string): CacheEntry | undefined {
    const own = this.entries.get(computerId);
    const told = this.parent?.latest(computerId);
    return own && (!told || own.until >= told.until) ? own : told;
  }
}
