import { sizes as usualSizes } from './catalogue';
import type { WireComputer } from './computer';

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

/** Prices of sizes and limits of the plan. */
export class Billing {
  /** The sizes on offer. */
  sizes: Size[] = usualSizes;
  /** Fields of the summary to report in place of the real ones. */
  facts: Partial<BillingFacts> = {};

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
