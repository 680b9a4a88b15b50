import { t } from '@vscode/l10n';
import type { Computer } from '../computers/computer';
import type { Transport, TransportName } from './transport';
import type { TransportCache } from './transportCache';

/** What celesto.terminal.transport can say. */
export type TransportSetting = 'auto' | TransportName;

/** The one transport that is wanted does not lead to this computer. */
export class NoTransportError extends Error {
  override readonly name = 'NoTransportError';

  constructor(computer: Computer) {
    super(
      t(
        '{0} offers no SSH endpoint. Set celesto.terminal.transport to "auto" to reach it through its terminal gateway.',
        computer.name,
      ),
    );
  }
}

/** The transports there are for one kind of errand, the best first. Those of all kinds go side by side. */
export class TransportSelector<T extends Pick<Transport, 'name' | 'supports'> = Transport> {
  constructor(
    private readonly transports: readonly T[],
    private readonly setting: () => TransportSetting,
    private readonly cache: TransportCache,
  ) {}

  /**
   * The transports to try, in this order: those from the one that worked before on, where there is one.
   * @throws NoTransportError
   */
  candidates(computer: Computer): readonly T[] {
    const setting = this.setting();
    if (setting !== 'auto') {
      const wanted = this.transports.filter(
        (transport) => transport.name === setting && transport.supports(computer),
      );
      if (wanted.length === 0) throw new NoTransportError(computer);
      return wanted;
    }
    return this.transports.slice(this.index(this.cache.get(computer)));
  }

  recordSuccess(computer: Computer, transport: T): void {
    this.cache.set(computer, this.transports.indexOf(transport));
  }

  /** The transport that led to a computer the last time. */
  lastUsed(computerId: string): T['name'] | undefined {
    const last = this.cache.last(computerId);
    return last === undefined ? undefined : this.transports[this.index(last)]?.name;
  }

  /** A computer that was away may have come back on another host, with other transports to it. */
  forget(computerId: string): void {
    this.cache.forget(computerId);
  }

  /** There may be fewer transports for this errand than for the one that found the way. */
  private index(found = 0): number {
    return Math.min(found, this.transports.length - 1);
  }
}
