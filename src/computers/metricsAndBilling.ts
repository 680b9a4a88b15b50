import type { CelestoClient } from '../api/client';
import { isApiError } from '../api/errors';
import type { BillingSummary, Command, Observability, ObservabilityWindow, Size } from '../api/wire';
import type { Clock } from '../base/clock';
import { SingleFlight } from '../base/singleFlight';
import type { Computer } from './computer';

/** Milliseconds that an answer is good for. */
const goodFor = { prices: 3_600_000, metrics: 5_000 };

/** What one account was told, and is just asking. */
class Memory {
  readonly answers = new Map<string, { readonly answer: unknown; readonly until: number }>();
  readonly asking = new SingleFlight<unknown, never>();
}

/**
 * What the service tells besides the computers themselves: how they do, what they cost, what ran on them, what the plan
 * allows. A service without one of these calls, or a key that may not make it, just has no answer.
 */
export class MetricsAndBilling {
  private memory = new Memory();

  constructor(
    private readonly client: Pick<CelestoClient, 'billing' | 'commands' | 'observability' | 'sizes'>,
    private readonly clock: Pick<Clock, 'now'>,
  ) {}

  /** How a computer does; at most some seconds old. */
  observability(
    id: string,
    window: ObservabilityWindow,
    signal?: AbortSignal,
  ): Promise<Observability | undefined> {
    return this.remember(
      `${window} ${id}`,
      goodFor.metrics,
      (own) => this.client.observability(id, window, own),
      signal,
    );
  }

  /** The last commands that ran on a computer through the service, the latest first. */
  commands(id: string, signal?: AbortSignal): Promise<Command[] | undefined> {
    return whereOffered(() => this.client.commands(id, undefined, signal));
  }

  billing(signal?: AbortSignal): Promise<BillingSummary | undefined> {
    return whereOffered(() => this.client.billing(signal));
  }

  /** Dollars for each hour that these computers run; those without a known price count nothing. Undefined where none is known. */
  async hourlyCost(computers: readonly Computer[], signal?: AbortSignal): Promise<number | undefined> {
    const sizes = await this.remember('sizes', goodFor.prices, (own) => this.client.sizes(own), signal);
    const rates = computers.map((computer) => priceOf(computer, sizes ?? []));
    const known = rates.filter((rate) => rate !== undefined);
    return known.length > 0 ? known.reduce((sum, rate) => sum + rate, 0) : undefined;
  }

  /** Another account has other answers. */
  reset(): void {
    this.memory = new Memory();
  }

  /** Those who ask for the same share one call, which goes on until the last of them has left. */
  private async remember<T>(
    key: string,
    milliseconds: number,
    ask: (signal: AbortSignal) => Promise<T>,
    signal = new AbortController().signal,
  ): Promise<T | undefined> {
    const { answers, asking } = this.memory;
    const known = answers.get(key);
    if (known && known.until > this.clock.now()) return known.answer as T | undefined;
    const run = async (own: AbortSignal): Promise<T | undefined> => {
      const answer = await whereOffered(() => ask(own));
      answers.set(key, { answer, until: this.clock.now() + milliseconds });
      return answer;
    };
    return asking.join(key, run, signal) as Promise<T | undefined>;
  }
}

async function whereOffered<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (isApiError(error, 'notFound', 'forbidden')) return undefined;
    throw error;
  }
}

function priceOf({ vcpus, ramMb, diskMb }: Computer, sizes: readonly Size[]): number | undefined {
  const fitting = sizes.filter((size) => size.vcpus === vcpus && size.ram_mb === ramMb);
  const size = fitting.find(({ root_disk_mb }) => root_disk_mb === diskMb) ?? fitting[0];
  return size && Number(size.hourly_rate_usd);
}
