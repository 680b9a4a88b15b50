import * as v from 'valibot';
import {
  type BillingSummary,
  type UsageOverview,
  wireBillingSummary,
  wireUsageOverview,
} from '../../../src/api/wire';
import type { Plan } from '../../../src/computers/plan';

/** The plan of a service with usage and credit: an account that pays as it goes, 3 of 10 computers run. */
export function usagePlan(facts: Partial<UsageOverview> = {}): Plan {
  return { kind: 'usage', overview: overviewOf(facts) };
}

/** An answer about the use of the account. */
export function overviewOf(facts: Partial<UsageOverview> = {}): UsageOverview {
  return v.parse(wireUsageOverview, {
    state: 'paid',
    running_count: 3,
    running_limit: 10,
    retained_count: 5,
    month_to_date_estimated_cost_usd: '12.345',
    ...facts,
  });
}

/** The plan of an older service. */
export function limitsPlan(facts: Partial<BillingSummary> = {}): Plan {
  const summary = v.parse(wireBillingSummary, {
    plan_name: 'Pro',
    billing_status: 'active',
    concurrent_sandboxes: { included: 10, used: 3, remaining: 7, is_unlimited: false },
    sandbox_hours: {
      included: '100',
      used: '12.5',
      overage_used: '0',
      remaining: '87.5',
      is_unlimited: false,
      overage_allowed: true,
      resets_at: null,
    },
    ...facts,
  });
  return { kind: 'limits', summary };
}
