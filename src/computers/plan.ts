import type { BillingSummary, UsageOverview } from '../api/wire';
import { parseDate } from '../base/date';

/** The plan of the account: its use and its credit, or from older services its limits alone. */
export type Plan =
  | { readonly kind: 'usage'; readonly overview: UsageOverview }
  | { readonly kind: 'limits'; readonly summary: BillingSummary };

/** Computers that run, and the greatest number that may run at the same time. */
export interface Slots {
  readonly running: number;
  readonly limit: number;
}

/** Undefined where the plan limits nothing. */
export function slotsOf(plan: Plan): Slots | undefined {
  if (plan.kind === 'usage') {
    const { running_count: running, running_limit: limit } = plan.overview;
    return limit < 0 ? undefined : { running, limit };
  }
  const { used, included, is_unlimited: isUnlimited } = plan.summary.concurrent_sandboxes;
  return isUnlimited ? undefined : { running: used, limit: included };
}

export type CreditKind = 'trial' | 'prepaid' | 'promotional' | 'promotionalToSmall' | 'promotionalToStandard';

/** Credit in US dollars; `until` is its end, where it has one. */
export interface Credit {
  readonly kind: CreditKind;
  readonly usd: number;
  readonly until: Date | undefined;
}

/** Lists the credits of an account that has any, used up or not. */
export function creditsOf(overview: UsageOverview): Credit[] {
  const rows: [CreditKind, string | null, string | null][] = [
    ['trial', overview.trial_credit_remaining_usd, overview.trial_expires_at],
    ['prepaid', overview.prepaid_credit_remaining_usd, null],
    ['promotional', overview.promotional_credit_remaining_usd, overview.promotional_credit_expires_at],
    [
      'promotionalToSmall',
      overview.micro_small_promotional_credit_remaining_usd,
      overview.micro_small_promotional_credit_expires_at,
    ],
    [
      'promotionalToStandard',
      overview.up_to_standard_promotional_credit_remaining_usd,
      overview.up_to_standard_promotional_credit_expires_at,
    ],
  ];
  return rows.flatMap(([kind, remaining, end]) =>
    remaining === null
      ? []
      : [{ kind, usd: Number(remaining), until: end === null ? undefined : parseDate(end) }],
  );
}
