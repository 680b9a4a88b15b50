import { t } from '@vscode/l10n';
import type { BillingSummary, UsageOverview } from '../api/wire';
import { truncate } from '../base/text';
import { type Credit, type CreditKind, creditsOf, type Plan, slotsOf } from '../computers/plan';
import type { Fact } from './computerFacts';
import { formatDay } from './formatDay';

/** Characters shown of texts that the service sends. */
const maxLength = { plan: 60, state: 40 };

/** Lists the facts of a plan: its state, the computers that run, the cost of the month, the credit that is left. */
export function planFacts(plan: Plan): Fact[] {
  return plan.kind === 'usage'
    ? [[t('Plan'), stateLabel(plan.overview)], runningFact(plan), ...usageFacts(plan.overview)]
    : [[t('Plan'), nameOf(plan.summary)], runningFact(plan), hoursFact(plan.summary)];
}

/** The facts of a plan as text, one a line. */
export function planLines(plan: Plan): string[] {
  return planFacts(plan).map(([label, value]) => `${label}: ${value}`);
}

/** Names a kind of credit in the middle of a sentence. */
export function creditName(kind: CreditKind): string {
  const names: Readonly<Record<CreditKind, string>> = {
    trial: t('trial credit'),
    prepaid: t('prepaid credit'),
    promotional: t('promotional credit'),
    promotionalToSmall: t('promotional credit for Micro and Small'),
    promotionalToStandard: t('promotional credit up to Standard'),
  };
  return names[kind];
}

function stateLabel({ state }: UsageOverview): string {
  const labels = new Map([
    ['none', t('no plan')],
    ['trial', t('trial')],
    ['trial_expired', t('the trial has ended')],
    ['checkout_pending', t('the payment is being processed')],
    ['paid', t('pay as you go')],
    ['payment_failed', t('the last payment failed')],
    ['prepaid_required', t('prepaid credit is needed')],
    ['promotional', t('promotional credit')],
  ]);
  return labels.get(state) ?? truncate(state.replaceAll('_', ' '), maxLength.state);
}

function runningFact(plan: Plan): Fact {
  const slots = slotsOf(plan);
  const running =
    plan.kind === 'usage' ? plan.overview.running_count : plan.summary.concurrent_sandboxes.used;
  return [t('Running computers'), slots ? t('{0} of {1}', running, slots.limit) : String(running)];
}

function usageFacts(overview: UsageOverview): Fact[] {
  const cost = formatMoney(Number(overview.month_to_date_estimated_cost_usd));
  return [[t('This month'), t('about {0}', cost)], ...creditsOf(overview).map(creditFact)];
}

function creditFact({ kind, usd, until }: Credit): Fact {
  const labels: Readonly<Record<CreditKind, string>> = {
    trial: t('Trial credit'),
    prepaid: t('Prepaid credit'),
    promotional: t('Promotional credit'),
    promotionalToSmall: t('Promotional credit for Micro and Small'),
    promotionalToStandard: t('Promotional credit up to Standard'),
  };
  const money = formatMoney(usd);
  return [labels[kind], until ? t('{0} left, until {1}', money, formatDay(until)) : t('{0} left', money)];
}

function nameOf({ plan_name, billing_status }: BillingSummary): string {
  const plan = truncate(plan_name, maxLength.plan);
  return billing_status === 'active' ? plan : `${plan} (${truncate(billing_status, maxLength.state)})`;
}

function hoursFact({ sandbox_hours: hours }: BillingSummary): Fact {
  return [t('Hours used'), hours.is_unlimited ? hours.used : t('{0} of {1}', hours.used, hours.included)];
}

/** Formats dollars and cents. */
function formatMoney(usd: number): string {
  return usd < 0 ? `-$${(-usd).toFixed(2)}` : `$${usd.toFixed(2)}`;
}
