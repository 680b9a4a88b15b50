import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { planFacts } from '../../../src/ui/planFacts';
import { limitsPlan, usagePlan } from '../support/plans';

describe('planFacts', () => {
  const day = (text: string): string => new Date(text).toLocaleDateString(undefined, { dateStyle: 'long' });

  it('tells the state in words, the computers that run of the limit, and the cost of the month', () => {
    assert.deepEqual(planFacts(usagePlan()), [
      ['Plan', 'pay as you go'],
      ['Running computers', '3 of 10'],
      ['This month', 'about $12.35'],
    ]);
  });

  it('lists every credit with its end, limited ones with the sizes that they pay for', () => {
    const plan = usagePlan({
      state: 'trial',
      trial_credit_remaining_usd: '3.2',
      trial_expires_at: '2026-12-03T12:00:00',
      prepaid_credit_remaining_usd: '0',
      promotional_credit_remaining_usd: '20.00',
      promotional_credit_expires_at: '2027-01-01 12:00:00Z',
      micro_small_promotional_credit_remaining_usd: '1',
      micro_small_promotional_credit_expires_at: null,
      up_to_standard_promotional_credit_remaining_usd: '-0.5',
      up_to_standard_promotional_credit_expires_at: 'never',
    });
    assert.deepEqual(planFacts(plan).slice(3), [
      ['Trial credit', `$3.20 left, until ${day('2026-12-03T12:00:00Z')}`],
      ['Prepaid credit', '$0.00 left'],
      ['Promotional credit', `$20.00 left, until ${day('2027-01-01T12:00:00Z')}`],
      ['Promotional credit for Micro and Small', '$1.00 left'],
      ['Promotional credit up to Standard', '-$0.50 left'],
    ]);
  });

  for (const [state, words] of [
    ['none', 'no plan'],
    ['trial', 'trial'],
    ['trial_expired', 'the trial has ended'],
    ['checkout_pending', 'the payment is being processed'],
    ['payment_failed', 'the last payment failed'],
    ['prepaid_required', 'prepaid credit is needed'],
    ['promotional', 'promotional credit'],
    ['under_\u202ereview', 'under review'],
  ] as const)
    it(`tells the state ${state} in words`, () =>
      assert.deepEqual(planFacts(usagePlan({ state }))[0], ['Plan', words]));

  it('names no limit where there is none', () => {
    assert.deepEqual(planFacts(usagePlan({ running_limit: -1 }))[1], ['Running computers', '3']);
  });

  it('tells what older services tell: the name of the plan, and the use of its limits', () => {
    assert.deepEqual(planFacts(limitsPlan()), [
      ['Plan', 'Pro'],
      ['Running computers', '3 of 10'],
      ['Hours used', '12.5 of 100'],
    ]);
    const { summary } = limitsPlan() as Extract<ReturnType<typeof limitsPlan>, { kind: 'limits' }>;
    const unlimited = limitsPlan({
      billing_status: 'depleted',
      concurrent_sandboxes: { included: -1, used: 3, remaining: -1, is_unlimited: true },
      sandbox_hours: { ...summary.sandbox_hours, is_unlimited: true },
    });
    assert.deepEqual(planFacts(unlimited), [
      ['Plan', 'Pro (depleted)'],
      ['Running computers', '3'],
      ['Hours used', '12.5'],
    ]);
  });
});
