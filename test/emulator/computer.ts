/** A computer as the service's answers carry it. */
export interface WireComputer {
  id: string;
  name: string;
  status: string;
  size_id: string | null;
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

/** A route from the internet to a port of a computer, as answers carry it. */
export interface WirePublishedPort {
  id: string | null;
  computer_id: string;
  port: number;
  url: string | null;
  status: string;
  created_at: string | null;
}

/** The same, as the emulator keeps it. */
export interface PublishedRoute {
  id: string;
  port: number;
  /** What its address begins with. */
  name: string;
  /** ISO 8601. */
  created: string;
}

/** A computer as the emulator keeps it, in memory and on disk. */
export interface ComputerRecord {
  wire: Omit<WireComputer, 'connection' | 'published_ports'>;
  organization: string;
  /** The port of its sshd, its own for life. */
  port: number | null;
  /** What `connection.ssh` says whatever the status; without it, the true endpoint while running. */
  ssh?: string | null;
  /** Put into its status by hand: stays there until a call moves it. */
  held: boolean;
  /** Has no machine behind it: an entry of the list and no more. */
  fake: boolean;
  /** ms after `running` until sshd comes up. */
  sshdDelay: number;
  /** The next start ends in `error` with this reason. */
  failNextStart?: string;
  /** Names of programs that are not to be found on it. Without `sshd` nothing listens either. */
  without?: string[];
  /** Whether its sshd listens; true unless given. */
  listens?: boolean;
  /** What its terminals send; as the emulator's features say unless given. */
  gatewayFrames?: Frames;
  /** Its published ports. */
  published?: PublishedRoute[];
}

/** What can be said of a computer that is put into the emulator from outside. */
export interface Seed {
  /** A generated one unless given. */
  name?: string;
  /** Any status, also one the service does not have; `running` unless given. It stays until a call changes it. */
  status?: string;
  lastError?: string;
  template?: string;
  vcpus?: number;
  ramMb?: number;
  /** Id of an organization; the first one's unless given. */
  organization?: string;
  /** A text for `connection.ssh` in every status, or null for none; the true endpoint while running unless given. */
  ssh?: string | null;
  /** False: the program sshd is not to be found on it. */
  sshd?: boolean;
  /** Programs, besides, that are not to be found on it; needs namespaces. */
  without?: string[];
  /** False: its sshd listens nowhere, so it has no endpoint. */
  listens?: boolean;
  gatewayFrames?: Frames;
}

/** The kind of WebSocket frames that carry what a terminal shows. */
export type Frames = 'binary' | 'text';

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

/** How long things take, ms. */
export interface Times {
  create: number;
  start: number;
  stop: number;
  delete: number;
  /** How long a port is `publishing` before it is `published`. */
  publish: number;
  /** How long a deleted computer is still there, as `deleted`. */
  deletedKept: number;
  /** How long an interrupted computer waits, `restorable`, until the service restores it by itself. */
  restorePickup: number;
  restore: number;
}

/** About the service's own. */
export const defaultTimes: Times = {
  create: 2000,
  start: 1500,
  stop: 1000,
  delete: 500,
  publish: 500,
  deletedKept: 5000,
  restorePickup: 3000,
  restore: 2000,
};

/** As fast as the machine can. */
export const noTimes: Times = {
  create: 0,
  start: 0,
  stop: 0,
  delete: 0,
  publish: 0,
  deletedKept: 0,
  restorePickup: 0,
  restore: 0,
};

/** Where the service's published descriptions differ, and what only a test wants. */
export interface Features {
  /** The route retry-restore, which the older description has and the newer has not. */
  retryRestore: boolean;
  /** The routes that a service may be without. */
  execStream: boolean;
  commands: boolean;
  observability: boolean;
  publishedPorts: boolean;
  display: boolean;
  browser: boolean;
  billingSizes: boolean;
  billingSummary: boolean;
  /** List every computer whatever limit is asked for. */
  ignoreListLimit: boolean;
  /** What terminals send. As text, bytes that are not UTF-8 are replaced, as a careless service does. */
  gatewayFrames: Frames;
  /** What to answer in place of the terminal gateway's URL, with the id for `{terminal_id}`; null: the truth. */
  gatewayUrl: string | null;
  /** How long a terminal's token is good, ms; at 0 it is made out of date. */
  tokenLife: number;
}

/** The service as it is taken to be. */
export const defaultFeatures: Features = {
  retryRestore: false,
  execStream: true,
  commands: true,
  observability: true,
  publishedPorts: true,
  display: true,
  browser: true,
  billingSizes: true,
  billingSummary: true,
  ignoreListLimit: false,
  gatewayFrames: 'binary',
  gatewayUrl: null,
  tokenLife: 30_000,
};

/** An answer other than success: what FastAPI calls an HTTPException. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    detail: string,
  ) {
    super(detail);
  }
}
