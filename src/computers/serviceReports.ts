import { isApiError } from '../api/apiErrors';
import { type CelestoClient, priceVersion } from '../api/client';
import type {
  BillingSummary,
  Command,
  Observability,
  ObservabilityWindow,
  Project,
  Size,
  UsageOverview,
} from '../api/wire';
import type { Clock } from '../base/clock';
import { SingleFlight } from '../base/singleFlight';
import type { Computer } from './computer';
import { hourlyRateOf } from './offeredSizes';
import type { Plan } from './plan';

/** Milliseconds that an answer is cached. */
const cacheTtl = { sizes: 3_600_000, projects: 60_000, usage: 300_000, metrics: 5_000 };

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
    private readonly client: Pick<
      CelestoClient,
      'billing' | 'commands' | 'observability' | 'projects' | 'sizes' | 'usageOverview'
    >,
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

  /** The plan of the account, at most five minutes old. */
  async plan(signal?: AbortSignal): Promise<Plan | undefined> {
    const overview = await this.usageOverview(signal);
    if (overview) return { kind: 'usage', overview };
    const summary = await this.billing(signal);
    return summary && { kind: 'limits', summary };
  }

  /** The account's state, use and credit, at most five minutes old. */
  usageOverview(signal?: AbortSignal): Promise<UsageOverview | undefined> {
    return this.cached('usage', cacheTtl.usage, (own) => this.client.usageOverview(own), signal);
  }

  /** The limits of the plan, by the call of older services, at most five minutes old. */
  private billing(signal?: AbortSignal): Promise<BillingSummary | undefined> {
    return this.cached('limits', cacheTtl.usage, (own) => this.client.billing(own), signal);
  }

  /** The projects of the organization, at most a minute old. */
  projects(signal?: AbortSignal): Promise<Project[] | undefined> {
    return this.cached('projects', cacheTtl.projects, (own) => this.client.projects(own), signal);
  }

  /** The sizes of computers with their prices, at most an hour old. Empty or undefined where the service has none. */
  sizes(signal?: AbortSignal): Promise<Size[] | undefined> {
    return this.cached('sizes', cacheTtl.sizes, (own) => this.client.sizes(own), signal);
  }

  /**
   * Adds up the price of computers, in dollars for each hour that they run. Those without a published price count
   * nothing; undefined where none has one.
   */
  async hourlyCost(computers: readonly Computer[], signal?: AbortSignal): Promise<number | undefined> {
    const sizes = (await this.sizes(signal)) ?? [];
    const rates = computers.map((computer) => priceOf(computer, sizes)).filter((rate) => rate !== undefined);
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

/**
 * The price of a computer: of its size by id, else of a size with the same CPUs and memory, best with the same disk.
 * None where it is billed by another price list.
 */
function priceOf(computer: Computer, sizes: readonly Size[]): number | undefined {
  if (computer.priceVersion !== undefined && computer.priceVersion !== priceVersion) return undefined;
  const named = sizes.find(({ id }) => id === computer.sizeId);
  const matches = sizes.filter((size) => size.vcpus === computer.vcpus && size.ram_mb === computer.ramMb);
  const size = named ?? matches.find(({ root_disk_mb }) => root_disk_mb === computer.diskMb) ?? matches[0];
  return size && hourlyRateOf(size);
}
