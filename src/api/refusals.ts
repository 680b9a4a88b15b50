import { t } from '@vscode/l10n';

/**
 * Reasons for which the service refuses a call that is well-formed: the `error_code` of its answers (as its client 0.1.10
 * knows them), and names of our own for the refusals that it only words.
 */
export type RefusalCode = keyof typeof refusals;

/** The next step that a refusal leaves to the user. */
export type NextStep =
  /** Stop or delete a running computer. */
  | 'freeSlot'
  /** Delete a computer, stopped ones included. */
  | 'deleteComputer'
  /** Take the size {@link microSizeId}. */
  | 'useMicroSize'
  /** Take another size. */
  | 'chooseSize'
  /** Open the billing settings of the account. */
  | 'manageBilling'
  /** Open the API keys of the account. */
  | 'manageKeys'
  | 'switchOrganization'
  /** Nothing to be done from here. */
  | 'none';

/** Facts that an answer adds to its code. */
export interface Refusal {
  readonly code: RefusalCode;
  /** The scope that the API key lacks. */
  readonly requiredScope?: string | undefined;
  /** The number of computers that the plan runs at once. */
  readonly runningLimit?: number | undefined;
}

/** Id of the only size that a trial may use. */
export const microSizeId = 'micro';

interface RefusalRow {
  /** `planLimit`: the plan, its credit or its limits; `forbidden`: the key, the organization or the account. */
  readonly kind: 'planLimit' | 'forbidden';
  readonly nextStep: NextStep;
  readonly message: (refusal: Refusal) => string;
}

/** The one table of refusals. */
const refusals = {
  trial_expired: plan('manageBilling', () => t('Your trial has ended. Add a payment method to go on.')),
  trial_credit_depleted: plan('manageBilling', () =>
    t('The credit of your trial is used up. Add a payment method to go on.'),
  ),
  prepaid_credit_depleted: plan('manageBilling', () =>
    t('Your prepaid credit is used up. Add credit to go on.'),
  ),
  trial_not_started: plan('manageBilling', () =>
    t('Your trial has not started yet. Start it in the billing settings.'),
  ),
  usage_subscription_required: plan('manageBilling', () =>
    t('Your account has no plan for that. Choose one in the billing settings.'),
  ),
  prepaid_credit_required: plan('manageBilling', () => t('That needs prepaid credit. Add credit to go on.')),
  payment_failed: plan('manageBilling', () =>
    t('Your last payment failed. Update the payment method to go on.'),
  ),
  payment_pending: plan('manageBilling', () =>
    t('Your payment is still being processed. Try again when it is confirmed.'),
  ),
  trial_micro_only: plan('useMicroSize', () => t('The trial allows only the size Micro.')),
  promotional_size_not_allowed: plan('chooseSize', () =>
    t('Your promotional credit does not cover this size. Select a smaller one.'),
  ),
  trial_retained_sandbox_limit_reached: plan('deleteComputer', () =>
    t('The trial keeps no further computer, running or stopped. Delete one to create another.'),
  ),
  concurrency_limit_reached: plan('freeSlot', ({ runningLimit }) => noSlotMessage(runningLimit)),
  api_key_scope_required: key('manageKeys', ({ requiredScope }) =>
    requiredScope === undefined
      ? t('This API key lacks a scope for that. Create a key with it.')
      : t('This API key lacks the scope {0}. Create a key with it.', requiredScope),
  ),
  api_key_endpoint_not_allowed: key('none', () =>
    t('Celesto does not allow that with an API key. Do it at celesto.ai.'),
  ),
  organization_access_denied: key('switchOrganization', () =>
    t('You have no access to this organization. Switch to another one.'),
  ),
  account_suspended: key('none', () => t('This account is suspended. Contact the support of Celesto.')),
  mcp_key: key('manageKeys', () => t('This API key is for MCP clients only. Create one for computers.')),
  permission_required: key('none', () =>
    t('You do not have permission to do that. An administrator of the organization can grant it.'),
  ),
} satisfies Record<string, RefusalRow>;

/** Words by which a 403 without a code is recognized; their wording is the service's and may change. */
const wordings: readonly (readonly [RegExp, RefusalCode])[] = [
  [/\bsuspended\b/i, 'account_suspended'],
  [/\bmcp\b/i, 'mcp_key'],
  [/\baccess\b.*\borgani[sz]ation\b|\borgani[sz]ation\b.*\b(access|denied)\b/i, 'organization_access_denied'],
  [/\bpermissions?\b/i, 'permission_required'],
];

export function isRefusalCode(code: unknown): code is RefusalCode {
  return typeof code === 'string' && Object.hasOwn(refusals, code);
}

/** Recognizes the refusal of a 403 that only words its reason. */
export function refusalFromWording(sentence: string): Refusal | undefined {
  const [, code] = wordings.find(([pattern]) => pattern.test(sentence)) ?? [];
  return code && { code };
}

export function refusalKind({ code }: Refusal): RefusalRow['kind'] {
  return refusals[code].kind;
}

export function refusalMessage(refusal: Refusal): string {
  return refusals[refusal.code].message(refusal);
}

/** The next step after a refusal, for the action that an error message offers. */
export function nextStepOf({ code }: Refusal): NextStep {
  return refusals[code].nextStep;
}

function noSlotMessage(limit: number | undefined): string {
  if (limit === undefined) return t('Your plan runs no further computer now. Stop or delete one first.');
  if (limit === 1)
    return t('The only computer that your plan runs at a time is in use. Stop or delete it first.');
  return t('All {0} computers that your plan runs at a time are in use. Stop or delete one first.', limit);
}

function plan(nextStep: NextStep, message: RefusalRow['message']): RefusalRow {
  return { kind: 'planLimit', nextStep, message };
}

function key(nextStep: NextStep, message: RefusalRow['message']): RefusalRow {
  return { kind: 'forbidden', nextStep, message };
}
