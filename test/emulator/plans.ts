import type { WireComputer } from './computer';
import { refusal, type RefusalName } from './refusals';

/** A plan: the sizes that it allows, and the computers that it runs and keeps. */
export interface Plan {
  /** State of the account in the usage overview. */
  readonly state: 'trial' | 'paid' | 'promotional';
  /** Ids of the sizes that it allows; undefined: all. */
  readonly sizes?: readonly string[];
  /** The refusal of another size. */
  readonly otherSize?: RefusalName;
  /** Computers that may run at the same time. */
  readonly runningLimit: number;
  /** Computers that may exist; undefined: any number. */
  readonly retainedLimit?: number;
}

/** The plans of the service, as far as they are known. */
export const plans = {
  trial: {
    state: 'trial',
    sizes: ['micro'],
    otherSize: 'trial_micro_only',
    runningLimit: 1,
    retainedLimit: 1,
  },
  payAsYouGo: { state: 'paid', runningLimit: 10 },
  promotional: {
    state: 'promotional',
    sizes: ['micro', 'small', 'standard'],
    otherSize: 'promotional_size_not_allowed',
    runningLimit: 10,
  },
} satisfies Record<string, Plan>;

export type PlanName = keyof typeof plans;

/** Statuses in which a computer holds none of the running ones' slots. */
const idleStatuses = ['stopped', 'restorable', 'error', 'lost', 'deleting', 'deleted'];

/** The computers that hold a slot. */
export function countRunning(computers: readonly WireComputer[]): number {
  return computers.filter(({ status }) => !idleStatuses.includes(status)).length;
}

/** The computers that exist, running or not. */
export function countRetained(computers: readonly WireComputer[]): number {
  return computers.filter(({ status }) => status !== 'deleting' && status !== 'deleted').length;
}

/**
 * Refuses a computer that a plan does not allow: to create it, or to start one that exists.
 * @param sizeId id of its size; null for none of the table
 * @param others the organization's computers without this one
 * @throws ApiError 403 for its size, 429 for want of a slot
 */
export function checkPlan(
  plan: Plan,
  action: 'create' | 'start',
  sizeId: string | null,
  others: readonly WireComputer[],
): void {
  const { sizes, otherSize, runningLimit, retainedLimit = Infinity } = plan;
  if (sizes && otherSize && !sizes.includes(sizeId ?? '')) throw refusal(otherSize);
  if (action === 'create' && countRetained(others) >= retainedLimit)
    throw refusal('trial_retained_sandbox_limit_reached');
  if (countRunning(others) >= runningLimit)
    throw refusal('concurrency_limit_reached', { running_limit: runningLimit });
}
