import * as v from 'valibot';

// The service's answers and requests, as far as they are used here. Unknown fields are ignored; fields that not every
// version of the service sends are optional. The source is the service's OpenAPI document.

const text = v.string();
const optionalText = v.nullish(v.string());
const whole = v.pipe(v.number(), v.integer());
const orNull = v.nullish(text, null);
const numberOrNull = v.nullish(v.number(), null);
/** Money and hours, spelled as text so that nothing is lost: "0.08". */
const decimal = v.pipe(text, v.regex(/^[+-]?(\d+\.?\d*|\.\d+)$/));

/** A route from the internet to a port of a computer. */
export const wirePublishedPort = v.object({
  port: whole,
  /** A plain string on the wire; known are publishing, published, suspended, unpublishing, unpublished, error. */
  status: text,
  /** Public address, reachable without signing in. A web address or null, since it is opened in a browser. */
  url: v.fallback(v.nullish(v.pipe(text, v.check(isWebAddress)), null), null),
  created_at: orNull,
});
export type PublishedPort = v.InferOutput<typeof wirePublishedPort>;

function isWebAddress(address: string): boolean {
  return URL.canParse(address) && /^https?:$/.test(new URL(address).protocol);
}

export const wireComputer = v.object({
  // The id becomes part of paths, keys and names, so it must hold visible characters only.
  id: v.pipe(text, v.regex(/^[\x21-\x7e]+$/)),
  name: text,
  // A plain string on the wire: a status newer than this extension must not break the list.
  status: text,
  vcpus: whole,
  ram_mb: whole,
  disk_size_mb: whole,
  image: v.optional(text, ''),
  created_at: text,
  size_id: optionalText,
  /** Version of the price list that it is billed by. */
  price_version: optionalText,
  /** Maker of the computer: ui, sdk, mcp, or a machine of the service's own (github_ci, template_build). */
  origin: optionalText,
  custom_template_id: optionalText,
  template_id: v.nullish(text, 'scratch'),
  compute_location: v.nullish(v.object({ region: text })),
  network_policy: v.nullish(v.object({ mode: v.nullish(text, 'open') })),
  external_volume_enabled: v.nullish(v.boolean(), false),
  connection: v.nullish(v.object({ ssh: optionalText, access_url: optionalText })),
  // An invalid port must not lose the computer.
  published_ports: v.fallback(
    v.nullish(v.array(wirePublishedPort), () => []),
    () => [],
  ),
  last_error: optionalText,
  stopped_at: optionalText,
  /** Time at which the service deletes the disk of a stopped computer. */
  disk_delete_at: optionalText,
});
export type WireComputer = v.InferOutput<typeof wireComputer>;

/** The answer to a call that changes a computer. No service is known yet that names the operation. */
export const wireChangedComputer = v.object({
  ...wireComputer.entries,
  /** Becomes part of a path. */
  operation_id: v.fallback(v.nullish(v.pipe(text, v.regex(/^[\w-]{1,100}$/))), undefined),
});
export type ChangedComputer = v.InferOutput<typeof wireChangedComputer>;

/** A change of a computer, under way or ended. */
export const wireOperation = v.object({
  /** A plain string here, and in no contract an enum; `failed` is what a failure is called. */
  status: text,
  error: orNull,
  /** Null until it has ended. */
  completed_at: orNull,
});
export type Operation = v.InferOutput<typeof wireOperation>;

/** The list is read in two steps, so that one bad computer does not lose the others. */
export const wireComputerList = v.object({ computers: v.array(v.unknown()), count: whole });

export const wireTemplate = v.object({
  id: text,
  display_name: text,
  description: text,
  default_vcpus: whole,
  default_ram_mb: whole,
  default_disk_size_mb: whole,
  /** Abilities of its computers; seen are terminal, display and browser. */
  capabilities: v.nullish(v.array(text), []),
  experimental: v.nullish(v.boolean(), false),
});
export type Template = v.InferOutput<typeof wireTemplate>;

/** Reason for which the build of a custom template failed: the line of its script, and advice. */
export const wireBuildFailure = v.object({
  line: orNull,
  line_number: numberOrNull,
  exit_code: numberOrNull,
  hint: orNull,
});

/** A template that an organization builds from a script of its own. */
export const wireCustomTemplate = v.object({
  id: text,
  name: text,
  base_template_id: text,
  /** A plain string here; known are queued, building, ready, failed and needs_rebuild. */
  status: text,
  default_vcpus: whole,
  default_ram_mb: whole,
  default_disk_size_mb: whole,
  error: orNull,
  failure: v.nullish(wireBuildFailure, null),
});
export type CustomTemplate = v.InferOutput<typeof wireCustomTemplate>;

/** The list is read in two steps, so that one bad template does not lose the others. */
export const wireCustomTemplates = v.object({ templates: v.array(v.unknown()), count: whole });

/** The log of a template's build, or its news after the first `known_size` bytes. */
export const wireBuildLog = v.object({
  status: text,
  log: v.nullish(text, ''),
  /** Position of `log` in the whole log, in bytes. */
  offset: v.nullish(whole, 0),
  /** True where the service has cut the log. */
  truncated: v.nullish(v.boolean(), false),
  /** Length of the whole log, in bytes. */
  size: v.nullish(whole, 0),
  /** True where the log has not grown since `known_size`. */
  unchanged: v.nullish(v.boolean(), false),
});
export type BuildLog = v.InferOutput<typeof wireBuildLog>;

/** A project of the organization, which groups computers. */
export const wireProject = v.object({ id: text, name: text, is_default: v.nullish(v.boolean(), false) });
export type Project = v.InferOutput<typeof wireProject>;
export const wireProjects = v.object({ data: v.array(wireProject), total: whole });

export const wireExecResult = v.object({
  exit_code: whole,
  stdout: text,
  stderr: text,
  duration_ms: v.nullish(v.number()),
  timed_out: v.nullish(v.boolean(), false),
});
export type ExecResult = v.InferOutput<typeof wireExecResult>;

/** Events of a running command: its start, its output, and last its exit. */
export const wireExecEvent = v.variant('type', [
  v.object({ type: v.literal('started'), command_id: optionalText }),
  v.object({ type: v.picklist(['stdout', 'stderr']), data: text }),
  v.object({
    type: v.literal('exit'),
    exit_code: whole,
    duration_ms: v.nullish(v.number()),
    timed_out: v.nullish(v.boolean(), false),
  }),
]);
export type ExecEvent = v.InferOutput<typeof wireExecEvent>;

/** A command that ran on a computer. The service reports neither its text nor its output. */
export const wireCommand = v.object({
  command_id: text,
  source: text,
  status: text,
  started_at: orNull,
  ended_at: orNull,
  duration_ms: numberOrNull,
  timeout_seconds: numberOrNull,
  exit_code: numberOrNull,
  stdout_bytes: numberOrNull,
  stderr_bytes: numberOrNull,
  error_type: orNull,
});
export type Command = v.InferOutput<typeof wireCommand>;

export const wireCommands = v.object({ commands: v.array(wireCommand), count: whole });

/** Metrics of a computer, each of which may be unknown. `stale`: not current; `partial`: some are missing. */
export const wireMetrics = v.object({
  observed_at: orNull,
  stale: v.nullish(v.boolean(), false),
  partial: v.nullish(v.boolean(), false),
  uptime_seconds: numberOrNull,
  cpu_used_percent: numberOrNull,
  ram_used_mb: numberOrNull,
  ram_total_mb: numberOrNull,
  disk_used_mb: numberOrNull,
  disk_total_mb: numberOrNull,
  network_rx_bytes: numberOrNull,
  network_tx_bytes: numberOrNull,
  disk_read_bytes: numberOrNull,
  disk_write_bytes: numberOrNull,
});
export type Metrics = v.InferOutput<typeof wireMetrics>;

/** Metrics of a computer at one moment. */
export const wireMetricSample = v.object({
  observed_at: text,
  stale: v.nullish(v.boolean(), false),
  partial: v.nullish(v.boolean(), false),
  uptime_seconds: numberOrNull,
  guest_cpu_used_percent: numberOrNull,
  guest_ram_used_mb: numberOrNull,
  guest_ram_total_mb: numberOrNull,
  guest_disk_used_mb: numberOrNull,
  guest_disk_total_mb: numberOrNull,
});
export type MetricSample = v.InferOutput<typeof wireMetricSample>;

export const wireObservability = v.object({
  latest: v.nullish(wireMetrics, null),
  samples: v.nullish(v.array(wireMetricSample), () => []),
});
export type Observability = v.InferOutput<typeof wireObservability>;

/** Time span of the samples. */
export type ObservabilityWindow = '1h' | '24h';

export const wireBulkDelete = v.object({
  deleted: whole,
  deleted_ids: v.nullish(v.array(text), []),
  failed_ids: v.nullish(v.array(text), []),
});
export type BulkDeleteResult = v.InferOutput<typeof wireBulkDelete>;

export const wireUser = v.object({ id: text, email: text, first_name: v.nullish(text, '') });
export type User = v.InferOutput<typeof wireUser>;

export const wireOrganization = v.object({ id: text, name: text });
export type Organization = v.InferOutput<typeof wireOrganization>;

/** Address and token of a durable terminal session. Valid for a short time, and once. */
export const wireTerminal = v.object({
  terminal_id: text,
  gateway_url: text,
  token: text,
  expires_at: text,
});
export type TerminalTicket = v.InferOutput<typeof wireTerminal>;

/** Address and token of a computer's browser (CDP over WebSocket). Valid for a short time, and once. */
export const wireBrowserGrant = v.object({ gateway_url: text, token: text, expires_at: text });
export type BrowserGrant = v.InferOutput<typeof wireBrowserGrant>;

/** Address and token of a computer's display (RFB over WebSocket). Valid for a short time, and once. */
export const wireDisplayGrant = v.object({
  ...wireBrowserGrant.entries,
  mode: v.picklist(['read_only', 'read_write']),
});
export type DisplayGrant = v.InferOutput<typeof wireDisplayGrant>;
export type DisplayMode = DisplayGrant['mode'];

/** A size of computer, with its price in US dollars per hour that it runs. */
export const wireSize = v.object({
  id: text,
  vcpus: whole,
  ram_mb: whole,
  root_disk_mb: whole,
  hourly_rate_usd: decimal,
});
export type Size = v.InferOutput<typeof wireSize>;

/** The state of an organization's account, its computers and its credit. All money is in US dollars. */
export const wireUsageOverview = v.object({
  /**
   * A plain string here; known are none, trial, trial_expired, checkout_pending, paid, payment_failed, prepaid_required
   * and promotional.
   */
  state: text,
  running_count: whole,
  running_limit: whole,
  retained_count: whole,
  month_to_date_estimated_cost_usd: decimal,
  trial_credit_remaining_usd: v.nullish(decimal, null),
  trial_expires_at: orNull,
  prepaid_credit_remaining_usd: v.nullish(decimal, null),
  promotional_credit_remaining_usd: v.nullish(decimal, null),
  promotional_credit_expires_at: orNull,
  micro_small_promotional_credit_remaining_usd: v.nullish(decimal, null),
  micro_small_promotional_credit_expires_at: orNull,
  up_to_standard_promotional_credit_remaining_usd: v.nullish(decimal, null),
  up_to_standard_promotional_credit_expires_at: orNull,
});
export type UsageOverview = v.InferOutput<typeof wireUsageOverview>;

/** A count that the plan limits. -1 stands for unlimited; `is_unlimited` says so as well. */
export const wireResourceLimit = v.object({
  included: whole,
  used: whole,
  remaining: whole,
  is_unlimited: v.boolean(),
});
export type ResourceLimit = v.InferOutput<typeof wireResourceLimit>;

/** Hours that computers may run. "-1" stands for unlimited; `is_unlimited` says so as well. */
export const wireSandboxHours = v.object({
  included: decimal,
  used: decimal,
  overage_used: decimal,
  remaining: decimal,
  is_unlimited: v.boolean(),
  /** True where computers run on, at a price, when no hour remains. */
  overage_allowed: v.boolean(),
  resets_at: orNull,
});
export type SandboxHours = v.InferOutput<typeof wireSandboxHours>;

/** Limits of the organization's plan, and their use. */
export const wireBillingSummary = v.object({
  plan_name: text,
  /** A plain string on the wire; seen are active and depleted. */
  billing_status: text,
  concurrent_sandboxes: wireResourceLimit,
  sandbox_hours: wireSandboxHours,
});
export type BillingSummary = v.InferOutput<typeof wireBillingSummary>;

/** Body of a create. An absent field means the template's default. Units: MB. */
export interface CreateRequest {
  /** Id of a {@link Size}. Sent alone, without CPUs, memory and disk. */
  readonly size_id?: string;
  readonly template_id?: string;
  readonly vcpus?: number;
  readonly ram_mb?: number;
  readonly disk_size_mb?: number;
  readonly network_policy?: { readonly mode: 'open' | 'off' };
  readonly external_volume_enabled?: boolean;
}

/** The service's limits for a create. Sizes in MB. */
export const createLimits = {
  vcpus: { min: 1, max: 16 },
  ramMb: { min: 512, max: 32_768 },
  diskMb: { min: 512, max: 20_480 },
} as const;

/** The service's limits for a command: its length in characters, the time it may take in seconds. */
export const execLimits = { length: 10_000, timeout: { min: 1, max: 300 } } as const;

/** The ports that can be published, and their greatest number at once (which only the service's guide says). */
export const publishLimits = { min: 1024, max: 65_535, count: 4 } as const;
