import { sizes as usualSizes } from './catalogue';
import type { WireComputer } from './computer';
import { checkPlan, countRetained, countRunning, type Plan, type PlanName, plans } from './plans';
import { refusal, type RefusalName } from './refusals';

export type Size = (typeof usualSizes)[number];

/** Fields of a billing summary that a test can set. Hours are decimal texts; -1 is unlimited. */
export interface BillingFacts {
  plan_id: string;
  plan_name: string;
  billing_status: string;
  sandbox_hours: {
    included: string;
    used: string;
    overage_used: string;
    remaining: string;
    is_unlimited: boolean;
    overage_allowed: boolean;
    resets_at: string | null;
  };
  concurrent_sandboxes: Limit;
}

interface Limit {
  included: number;
  used: number;
  remaining: number;
  is_unlimited: boolean;
}

/** Fields of a usage overview that a test can set. Money in US dollars as text; dates in ISO 8601. */
export interface UsageFacts {
  available: boolean;
  state: string;
  trial_credit_remaining_usd: string | null;
  trial_expires_at: string | null;
  running_count: number;
  running_limit: number;
  retained_count: number;
  month_started_at: string;
  month_to_date_estimated_cost_usd: string;
  usage_by_size: { size_id: string; checkpointed_seconds: number; estimated_cost_usd: string }[];
  prepaid_credit_remaining_usd: string | null;
  promotional_credit_remaining_usd: string | null;
  promotional_credit_expires_at: string | null;
  micro_small_promotional_credit_remaining_usd: string | null;
  micro_small_promotional_credit_expires_at: string | null;
  up_to_standard_promotional_credit_remaining_usd: string | null;
  up_to_standard_promotional_credit_expires_at: string | null;
}

/** The sizes with their prices, the plan with its limits, and the use of it. */
export class Billing {
  /** The sizes on offer. */
  sizes: Size[] = usualSizes;
  /** Fields of the summary to report in place of the real ones. */
  facts: Partial<BillingFacts> = {};
  plan: PlanName = 'payAsYouGo';
  /** Computers that may run at the same time, in place of the plan's. */
  runningLimit: number | undefined;
  /** Fields of the usage overview to report in place of the real ones. */
  usage: Partial<UsageFacts> = {};
  /** The refusal of every create and start, as for an account that has to pay first. */
  refused: RefusalName | null = null;

  /**
   * Refuses what the plan does not allow.
   * @param computer id of the computer to start
   * @throws ApiError 402, 403 or 429
   */
  check(
    action: 'create' | 'start',
    sizeId: string | null,
    computers: WireComputer[],
    computer?: string,
  ): void {
    if (this.refused !== null) throw refusal(this.refused);
    const others = computers.filter(({ id }) => id !== computer);
    checkPlan(this.limits, action, sizeId, others);
  }

  private get limits(): Plan {
    const plan = plans[this.plan];
    return { ...plan, runningLimit: this.runningLimit ?? plan.runningLimit };
  }

  /** The state of the account, and its use by an organization with these computers. */
  overview(computers: WireComputer[]): UsageFacts {
    const { state, runningLimit } = this.limits;
    const isTrial = state === 'trial';
    const isPromotional = state === 'promotional';
    const hours = computers.map(({ size_id }) => this.sizes.find(({ id }) => id === size_id));
    const used = hours.filter((size) => size !== undefined);
    return {
      available: true,
      state,
      trial_credit_remaining_usd: isTrial ? '4.20' : null,
      trial_expires_at: isTrial ? daysAhead(21) : null,
      running_count: countRunning(computers),
      running_limit: runningLimit,
      retained_count: countRetained(computers),
      month_started_at: startOfMonth(0),
      // As if each computer had run for an hour.
      month_to_date_estimated_cost_usd: sumOf(used),
      usage_by_size: used.map(({ id, hourly_rate_usd }) => ({
        size_id: id,
        checkpointed_seconds: 3600,
        estimated_cost_usd: hourly_rate_usd,
      })),
      prepaid_credit_remaining_usd: null,
      promotional_credit_remaining_usd: isPromotional ? '12.50' : null,
      promotional_credit_expires_at: isPromotional ? daysAhead(60) : null,
      micro_small_promotional_credit_remaining_usd: null,
      micro_small_promotional_credit_expires_at: null,
      up_to_standard_promotional_credit_remaining_usd: null,
      up_to_standard_promotional_credit_expires_at: null,
      ...this.usage,
    };
  }

  /** The plan's use by an organization with these computers. The plan has 10 computers at a time and 100 hours. */
  summary(computers: WireComputer[]) {
    const running = computers.filter(({ status }) => status === 'running').length;
    const none = limitOf(1, 0);
    return {
      plan_id: 'pro',
      plan_name: 'Pro',
      billing_status: 'active',
      entitlements: {
        sandbox_hours: { included: '100', unlimited: false, overage: null },
        concurrent_sandboxes: { max: 10 },
        flexible_sandbox_sizes: { enabled: true },
        managed_runtimes: { enabled: false },
        openclaw_instances: { max: 1 },
        hermes_instances: { max: 1 },
      },
      sandbox_hours: {
        included: '100',
        used: '12.5',
        overage_used: '0',
        remaining: '87.5',
        is_unlimited: false,
        overage_allowed: false,
        resets_at: endOfMonth(),
      },
      concurrent_sandboxes: limitOf(10, running),
      runs: usage(1000, 20),
      tool_calls: usage(5000, 130),
      openclaw_instances: none,
      hermes_instances: none,
      ...this.facts,
    };
  }
}

function sumOf(sizes: readonly Size[]): string {
  return sizes.reduce((sum, { hourly_rate_usd }) => sum + Number(hourly_rate_usd), 0).toFixed(2);
}

function daysAhead(days: number): string {
  return new Date(Date.now() + days * 86_400_000).toISOString();
}

function limitOf(included: number, used: number): Limit {
  return { included, used, remaining: Math.max(0, included - used), is_unlimited: false };
}

function usage(included: number, used: number) {
  const period = { period_start: startOfMonth(0), period_end: endOfMonth() };
  return { ...limitOf(included, used), overage_used: 0, ...period };
}

function startOfMonth(ahead: number): string {
  const now = new Date();
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + ahead)).toISOString();
}

function endOfMonth(): string {
  return startOfMonth(1);
}
