import { isApiError } from '../api/apiErrors';
import type { CelestoClient } from '../api/client';
import type { BillingSummary, Command, Observability, ObservabilityWindow, Size } from '../api/wire';
import type { Clock } from '../base/clock';
import { SingleFlight } from '../base/singleFlight';
import type { Computer } from './computer';

/** Milliseconds that an answer is cached. */
const cacheTtl = { prices: 3_600_000, metrics: 5_000 };

/** Answers for one account, and the calls in progress. */
class AnswerCache {
  readonly answers = new Map<string, { readonly answer: unknown; readonly expiresAt: number }>();
  readonly calls = new SingleFlight<unknown, never>();
}

/**
 * Reads what the service reports besides the computers themselves: metrics, prices, past commands, the plan. Resolves
 * to undefined where the service lacks one of these calls, or the key has no permission for it.
 */
export class ServiceReports {
  private cache = new AnswerCache();

  constructor(
    private readonly client: Pick<CelestoClient, 'billing' | 'commands' | 'observability' | 'sizes'>,
    private readonly clock: Pick<Clock, 'now'>,
  ) {}

  /** Metrics of a computer, at most a few seconds old. */
  observability(
    id: string,
    window: ObservabilityWindow,
    signal?: AbortSignal,
  ): Promise<Observability | undefined> {
    return this.cached(
      `${window} ${id}`,
      cacheTtl.metrics,
      (own) => this.client.observability(id, window, own),
      signal,
    );
  }

  /** Commands that ran last on a computer through the service, latest first. */
  commands(id: string, signal?: AbortSignal): Promise<Command[] | undefined> {
    return undefinedIfNotOffered(() => this.client.commands(id, undefined, signal));
  }

  billing(signal?: AbortSignal): Promise<BillingSummary | undefined> {
    return undefinedIfNotOffered(() => this.client.billing(signal));
  }

  /**
   * Adds up the price of computers, in dollars for each hour that they run. Those without a published price count
   * nothing; undefined where none has one.
   */
  async hourlyCost(computers: readonly Computer[], signal?: AbortSignal): Promise<number | undefined> {
    const sizes = await this.cached('sizes', cacheTtl.prices, (own) => this.client.sizes(own), signal);
    const rates = computers
      .map((computer) => priceOf(computer, sizes ?? []))
      .filter((rate) => rate !== undefined);
    return rates.length > 0 ? rates.reduce((sum, rate) => sum + rate, 0) : undefined;
  }

  /** Drops all answers: another account is used. */
  reset(): void {
    this.cache = new AnswerCache();
  }

  /** Callers of the same key share one call, which is aborted when the last of them has left. */
  private async cached<T>(
    key: string,
    ttlMs: number,
    call: (signal: AbortSignal) => Promise<T>,
    signal = new AbortController().signal,
  ): Promise<T | undefined> {
    const { answers, calls } = this.cache;
    const hit = answers.get(key);
    if (hit && hit.expiresAt > this.clock.now()) return hit.answer as T | undefined;
    const run = async (own: AbortSignal): Promise<T | undefined> => {
      const answer = await undefinedIfNotOffered(() => call(own));
      answers.set(key, { answer, expiresAt: this.clock.now() + ttlMs });
      return answer;
    };
    return calls.join(key, run, signal) as Promise<T | undefined>;
  }
}

async function undefinedIfNotOffered<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (isApiError(error, 'notFound', 'forbidden')) return undefined;
    throw error;
  }
}

/** The price of the size that a computer has; one with another disk counts where none has the same. */
function priceOf({ vcpus, ramMb, diskMb }: Computer, sizes: readonly Size[]): number | undefined {
  const matches = sizes.filter((size) => size.vcpus === vcpus && size.ram_mb === ramMb);
  const size = matches.find(({ root_disk_mb }) => root_disk_mb === diskMb) ?? matches[0];
  return size && Number(size.hourly_rate_usd);
}
