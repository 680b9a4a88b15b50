import type { Clock } from '../base/clock';
import type { Computer } from '../computers/computer';

/** Milliseconds until better transports are tried again. */
const ttlMs = 600_000;

interface CacheEntry {
  /** The index in the order of transports. */
  readonly index: number;
  /** The computer's endpoint at that time. */
  readonly ssh: string | undefined;
  readonly expiresAt: number;
}

/** The transport that each computer was reached by last in this window, for a shell, a command or a port. */
export class TransportCache {
  private readonly entries = new Map<string, CacheEntry>();

  /**
   * @param parent read as well, never written. Background channels report no fallback, so what they find out is kept out
   *   of the cache of terminals, which report each fallback once.
   */
  constructor(
    private readonly clock: Pick<Clock, 'now'>,
    private readonly parent?: TransportCache,
  ) {}

  set({ id, ssh }: Computer, index: number): void {
    this.entries.set(id, { index, ssh, expiresAt: this.clock.now() + ttlMs });
  }

  /** The index that succeeded; undefined once it has expired or the endpoint has changed, as it does on another host. */
  get({ id, ssh }: Computer): number | undefined {
    const entry = this.latest(id);
    return entry && entry.expiresAt > this.clock.now() && entry.ssh === ssh ? entry.index : undefined;
  }

  /** The index that succeeded, expired or not. */
  last(computerId: string): number | undefined {
    return this.latest(computerId)?.index;
  }

  forget(computerId: string): void {
    this.entries.delete(computerId);
  }

  private latest(computerId: string): CacheEntry | undefined {
    const own = this.entries.get(computerId);
    const inherited = this.parent?.latest(computerId);
    return own && (!inherited || own.expiresAt >= inherited.expiresAt) ? own : inherited;
  }
}
