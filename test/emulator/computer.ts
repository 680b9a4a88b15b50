import type { Frames } from './features';
import type { PublishedRoute } from './publishedRoute';

/** A computer as the service's answers contain it. */
export interface WireComputer extends Partial<OctoberFields> {
  id: string;
  name: string;
  status: string;
  size_id: string | null;
  price_version: string | null;
  vcpus: number;
  ram_mb: number;
  disk_size_mb: number;
  image: string;
  compute_location: { provider: string; region: string; country_code: string | null };
  template_id: string;
  template_version: string | null;
  network_policy: { mode: 'open' | 'off' };
  external_volume_enabled: boolean;
  connection: { ssh: string | null; access_url: string | null } | null;
  published_ports: WirePublishedPort[];
  metrics: null;
  last_error: string | null;
  created_at: string;
  stopped_at: string | null;
}

/** Fields that only the contract of October has. */
export interface OctoberFields {
  origin: Origin;
  custom_template_id: string | null;
  /** Time at which the disk of a stopped computer is deleted; null while it is not stopped. */
  disk_delete_at: string | null;
}

/** Makers of computers. The last two are the service itself, for its own machines. */
export const origins = ['ui', 'sdk', 'mcp', 'github_ci', 'template_build'] as const;
export type Origin = (typeof origins)[number];

/** A public route to a port of a computer, as answers contain it. */
export interface WirePublishedPort {
  id: string | null;
  computer_id: string;
  port: number;
  url: string | null;
  status: string;
  created_at: string | null;
}

/** A computer as the emulator stores it, in memory and on disk. */
export interface ComputerRecord {
  wire: Omit<WireComputer, 'connection' | 'published_ports' | 'disk_delete_at'>;
  organization: string;
  /** Id of a project; absent: the organization's default project. */
  project?: string;
  /** `disk_delete_at` until the next start; absent: 30 days after the stop. */
  diskDeleteAt?: string;
  /** The port of its sshd, which it keeps. */
  port: number | null;
  /** `connection.ssh` in every status; undefined: the real endpoint while running. */
  ssh?: string | null;
  /** True when the control has set its status, which stays until a call changes it. */
  held: boolean;
  /** True for an entry of the list without a machine. */
  fake: boolean;
  /** Milliseconds from `running` until sshd listens. */
  sshdDelay: number;
  /** The next start ends in `error` with this reason. */
  failNextStart?: string;
  /** Names of programs that are hidden from it. Without `sshd` nothing listens either. */
  without?: string[];
  /** False: its sshd does not listen. Default true. */
  listens?: boolean;
  /** Frames that its terminals send; default: as in the emulator's features. */
  gatewayFrames?: Frames;
  /** Time at which it came to run (ISO 8601); absent while it does not. */
  runningSince?: string;
  /** Its published ports. */
  published?: PublishedRoute[];
  /** False: its image supports no public ports. Default true. */
  publicPorts?: boolean;
}

/** Properties of a computer that is added to the emulator. */
export interface Seed {
  /** Default: a generated name. */
  name?: string;
  /** Any status, also one that the service does not have; default `running`. It stays until a call changes it. */
  status?: string;
  lastError?: string;
  template?: string;
  /** Id of a custom template of the organization that it was made from. */
  customTemplate?: string;
  /** Id of a size, or CPU and memory, which need be no size; default: the template's. */
  size?: string;
  vcpus?: number;
  ramMb?: number;
  /** Version of the prices that it is billed by; default: the current one. */
  priceVersion?: string;
  /** Default `sdk`. */
  origin?: Origin;
  /** Id of an organization; default: the first one. */
  organization?: string;
  /** Id of a project; default: the organization's default project. */
  project?: string;
  /** `disk_delete_at` while it is stopped (ISO 8601); default: 30 days after the stop. */
  diskDeleteAt?: string;
  /** `connection.ssh` in every status, null for none; default: the real endpoint while running. */
  ssh?: string | null;
  /** False: the program sshd is hidden from it. */
  sshd?: boolean;
  /** Further programs that are hidden from it; needs namespaces. */
  without?: string[];
  /** False: its sshd does not listen, so it has no endpoint. */
  listens?: boolean;
  gatewayFrames?: Frames;
  /** Ports that are published; suspended while it does not run. */
  published?: number[];
  /** False: its image supports no public ports. */
  publicPorts?: boolean;
}

/** Body of a create call. */
export interface CreateRequest {
  size_id?: string | null;
  vcpus?: number | null;
  ram_mb?: number | null;
  disk_size_mb?: number | null;
  image?: string;
  template_id?: string | null;
  template_version?: string | null;
  network_policy?: { mode?: 'open' | 'off' };
  external_volume_enabled?: boolean;
}

/** Durations, ms. */
export interface Times {
  create: number;
  start: number;
  stop: number;
  delete: number;
  /** Duration of `publishing` before a port is `published`. */
  publish: number;
  /** Time that a deleted computer stays listed, as `deleted`. */
  deletedKept: number;
  /** Time that an interrupted computer is `restorable` before the service restores it by itself. */
  restorePickup: number;
  restore: number;
  /** Duration of the build of a custom template. */
  build: number;
}

/** Roughly those of the service. */
export const defaultTimes: Times = {
  create: 2000,
  start: 1500,
  stop: 1000,
  delete: 500,
  publish: 500,
  deletedKept: 5000,
  restorePickup: 3000,
  restore: 2000,
  build: 3000,
};

/** As fast as possible. */
export const noTimes: Times = {
  create: 0,
  start: 0,
  stop: 0,
  delete: 0,
  publish: 0,
  deletedKept: 0,
  restorePickup: 0,
  restore: 0,
  build: 0,
};

/** An error of the service for programs: a code, and facts that belong to it. */
export type ErrorObject = { error_code: string } & Record<string, unknown>;

/** An error answer of the service, as an HTTPException of FastAPI: its detail is a sentence or an object. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly detail: string | ErrorObject,
  ) {
    super(typeof detail === 'string' ? detail : detail.error_code);
  }
}
