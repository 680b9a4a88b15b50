import * as v from 'valibot';

// What the service speaks, as far as it is used here. Unknown fields are ignored; what its snapshots do not all carry
// is optional. The source is the service's OpenAPI document.

const text = v.string();
const optionalText = v.nullish(v.string());
const whole = v.pipe(v.number(), v.integer());

export const wireComputer = v.object({
  // It becomes a part of paths, keys and names, so nothing invisible may hide in it.
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
  template_id: v.nullish(text, 'scratch'),
  compute_location: v.nullish(v.object({ region: text })),
  network_policy: v.nullish(v.object({ mode: v.nullish(text, 'open') })),
  external_volume_enabled: v.nullish(v.boolean(), false),
  connection: v.nullish(v.object({ ssh: optionalText, access_url: optionalText })),
  last_error: optionalText,
  stopped_at: optionalText,
});
export type WireComputer = v.InferOutput<typeof wireComputer>;

/** The list is read in two steps, so that one bad computer does not lose the others. */
export const wireComputerList = v.object({ computers: v.array(v.unknown()), count: whole });

export const wireTemplate = v.object({
  id: text,
  display_name: text,
  description: text,
  default_vcpus: whole,
  default_ram_mb: whole,
  default_disk_size_mb: whole,
  experimental: v.nullish(v.boolean(), false),
});
export type Template = v.InferOutput<typeof wireTemplate>;

export const wireExecResult = v.object({
  exit_code: whole,
  stdout: text,
  stderr: text,
  timed_out: v.nullish(v.boolean(), false),
});
export type ExecResult = v.InferOutput<typeof wireExecResult>;

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

/** How to reach a durable terminal session: for a short while, and once. */
export const wireTerminal = v.object({
  terminal_id: text,
  gateway_url: text,
  token: text,
  expires_at: text,
});
export type TerminalTicket = v.InferOutput<typeof wireTerminal>;

/** What a create may ask for. Absent means: the template's default. Units: MB. */
export interface CreateRequest {
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
