import { t } from '@vscode/l10n';
import type { Computer } from '../computers/computer';
import type { Transport, TransportName } from './transport';
import type { TransportCache } from './transportCache';

/**
 * The order in which transports are tried: SSH over TCP costs the fewest round trips, SSH through the gateway has the
 * same features, a plain session of the gateway needs no SSH server. Any other transport comes last.
 */
export const transportOrder: readonly string[] = ['ssh', 'tunnel', 'gateway'] satisfies TransportName[];

/** Values of the setting celesto.terminal.transport; commands have transports of their own besides. */
export type TransportSetting<Name extends string = TransportName> = 'auto' | Name;

/** The only transport that the setting allows does not support this computer. */
export class NoTransportError extends Error {
  override readonly name = 'NoTransportError';

  constructor(computer: Computer) {
    super(
      t(
        '{0} has no SSH endpoint. Set celesto.terminal.transport to "auto" to reach it through its terminal gateway.',
        computer.name,
      ),
    );
  }
}

/** Selects the transports to try for one kind of session. Other kinds have selectors of their own. */
export class TransportSelector<T extends Pick<Transport, 'name' | 'supports'> = Transport> {
  private readonly transports: readonly T[];

  /** @param setting the transport to use, by its name; `auto` tries all in {@link transportOrder} */
  constructor(
    transports: readonly T[],
    private readonly setting: () => string,
    private readonly cache: TransportCache,
  ) {
    this.transports = [...transports].sort((a, b) => rankOf(a) - rankOf(b));
  }

  /**
   * Returns the transports to try, in order, from the one that succeeded before on.
   * @throws NoTransportError
   */
  candidates(computer: Computer): readonly T[] {
    const setting = this.setting();
    if (setting === 'auto') return this.transports.slice(this.clamp(this.cache.get(computer)));
    const supported = this.transports.filter(
      (transport) => transport.name === setting && transport.supports(computer),
    );
    if (supported.length === 0) throw new NoTransportError(computer);
    return supported;
  }

  recordSuccess(computer: Computer, transport: T): void {
    this.cache.set(computer, this.transports.indexOf(transport));
  }

  /** The transport that connected to a computer last. */
  lastUsed(computerId: string): T['name'] | undefined {
    const index = this.cache.last(computerId);
    return index === undefined ? undefined : this.transports[this.clamp(index)]?.name;
  }

  /** Starts over with the first transport: a computer that was away may be on another host. */
  forget(computerId: string): void {
    this.cache.forget(computerId);
  }

  /** The cache is shared, and this kind of session may have fewer transports than the one that wrote the index. */
  private clamp(index = 0): number {
    return Math.min(index, this.transports.length - 1);
  }
}

function rankOf({ name }: Pick<Transport, 'name'>): number {
  const rank = transportOrder.indexOf(name);
  return rank < 0 ? transportOrder.length : rank;
}
