import { ApiError } from './computer';

/** An error answer of the service for a call that it understands and does not carry out. */
interface Refusal {
  status: number;
  /** The facts beside the code; a text where the service has no code for it. */
  detail: Record<string, unknown> | string;
}

/** Every refusal that the service's client 0.1.10 knows, and those that come as a sentence. Limits are examples. */
export const refusals = {
  trial_expired: { status: 402, detail: {} },
  trial_credit_depleted: { status: 402, detail: {} },
  prepaid_credit_depleted: { status: 402, detail: {} },
  trial_not_started: { status: 402, detail: {} },
  usage_subscription_required: { status: 402, detail: {} },
  prepaid_credit_required: { status: 402, detail: {} },
  payment_failed: { status: 402, detail: {} },
  payment_pending: { status: 402, detail: {} },
  api_key_scope_required: { status: 403, detail: { required_scope: 'computers:exec' } },
  organization_access_denied: { status: 403, detail: {} },
  api_key_endpoint_not_allowed: { status: 403, detail: {} },
  trial_micro_only: { status: 403, detail: {} },
  promotional_size_not_allowed: { status: 403, detail: {} },
  trial_retained_sandbox_limit_reached: { status: 429, detail: {} },
  concurrency_limit_reached: { status: 429, detail: { running_limit: 10 } },
  mcp_key: { status: 403, detail: 'These scoped credentials may only be used with MCP.' },
  account_suspended: { status: 403, detail: 'This account is suspended.' },
  organization_denied: { status: 403, detail: 'Access to this organization was denied.' },
  permission_required: { status: 403, detail: 'The permission computers.write is required.' },
} satisfies Record<string, Refusal>;

export type RefusalName = keyof typeof refusals;

/** Makes the error of a refusal. @param facts replace those of the table */
export function refusal(name: RefusalName, facts: Record<string, unknown> = {}): ApiError {
  const { status, detail }: Refusal = refusals[name];
  return new ApiError(
    status,
    typeof detail === 'string' ? detail : { error_code: name, ...detail, ...facts },
  );
}
