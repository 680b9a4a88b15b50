import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { Billing } from './billing';
import { Commands } from './commands';
import { defaultTimes, type Seed, type Times } from './computer';
import { Computers } from './computers';
import { type Control, createControl } from './control';
import { CustomTemplates } from './customTemplates';
import { Displays } from './displays';
import { Faults } from './faults';
import { defaultFeatures, type Features } from './features';
import { Gateway } from './gateway';
import { Journal } from './journal';
import { Observability } from './observability';
import { Projects } from './projects';
import { publicUrl, servePublicRoutes } from './publicRoutes';
import { PublishedPorts } from './publishedPorts';
import { accountRoutes } from './routes/account';
import { billingRoutes } from './routes/billing';
import { commandRoutes } from './routes/commands';
import { computerRoutes } from './routes/computers';
import { controlRoutes } from './routes/control';
import { customTemplateRoutes } from './routes/customTemplates';
import { desktopRoutes } from './routes/desktop';
import { observabilityRoutes } from './routes/observability';
import { projectRoutes } from './routes/projects';
import { publishedPortRoutes } from './routes/publishedPorts';
import { terminalRoutes } from './routes/terminals';
import { chooseSandbox, type Isolation } from './sandbox/sandbox';
import { createServer } from './server';
import { StateFile } from './state';
import { Terminals } from './terminals/terminals';

export interface EmulatorOptions {
  /** Folder of the state, which is restored from an earlier run. Not on an overlay file system. */
  dir: string;
  /** Port of the REST API; default: a free one. */
  port?: number;
  /** Default: the key of the earlier run, or a new one. */
  apiKey?: string;
  /** Milliseconds, in place of `defaultTimes`. */
  times?: Partial<Times>;
  features?: Partial<Features>;
  /** Address that the API and every sshd listen on; default 127.0.0.1. */
  listenAddress?: string;
  /** Address in `connection.ssh`; default: `listenAddress`. */
  advertiseAddress?: string;
  /** Isolation of computers; default `auto`: namespaces where possible. */
  isolation?: Isolation | 'auto';
  /** Computers to create in a new folder. */
  seed?: Seed[];
  log?: (line: string) => void;
}

export interface Emulator {
  /** Base URL of the service, without `/v1`. */
  readonly url: string;
  readonly apiKey: string;
  readonly isolation: Isolation;
  readonly control: Control;
  readonly computers: Computers;
  /** Stops the service and its computers. The state stays in the folder. */
  stop(): Promise<void>;
}

/**
 * Starts the emulated Celesto service on this machine.
 * @throws if the address is in use, there is no OpenSSH server, or the requested isolation is not possible
 */
export async function startEmulator(options: EmulatorOptions): Promise<Emulator> {
  const log = options.log ?? (() => undefined);
  const folder = resolve(options.dir);
  const listenAddress = options.listenAddress ?? '127.0.0.1';
  const state = new StateFile(folder);
  const saved = state.load();
  const sandboxes = chooseSandbox(folder, options.isolation ?? 'auto');
  if (sandboxes.isolation === 'plain') {
    log(
      `Computers are plain home folders of this user, without a system of their own (${sandboxes.reason ?? ''}).`,
    );
  }
  const apiKey = options.apiKey ?? saved?.apiKey ?? `celesto_sk_${randomBytes(16).toString('hex')}`;
  const times = { ...defaultTimes, ...options.times };
  const features = { ...defaultFeatures, ...options.features };
  const faults = new Faults();
  const journal = new Journal();
  const advertiseAddress = options.advertiseAddress ?? listenAddress;
  const createSandbox = sandboxes.create;
  const billing = new Billing();
  const customTemplates = new CustomTemplates(times);
  const projects = new Projects();
  const computers = new Computers({
    folder,
    state,
    apiKey,
    times,
    features,
    createSandbox,
    billing,
    customTemplates,
    listenAddress,
    advertiseAddress,
    publicUrl: (name) => publicUrl(name, portOf(server)),
    log,
  });
  const publishedPorts = new PublishedPorts(computers, features);
  const terminals = new Terminals(features);
  const displays = new Displays(features);
  const commands = new Commands();
  const observability = new Observability();
  const control = createControl({
    computers,
    commands,
    observability,
    billing,
    customTemplates,
    projects,
    terminals,
    publishedPorts,
    faults,
    journal,
    times,
    features,
  });

  const server = createServer(apiKey, features, faults, journal);
  accountRoutes(server, apiKey);
  billingRoutes(server, computers, billing, features);
  customTemplateRoutes(server, customTemplates, features);
  projectRoutes(server, projects);
  computerRoutes(server, computers, features);
  commandRoutes(server, computers, commands, features);
  observabilityRoutes(server, computers, observability, features);
  desktopRoutes(server, computers, displays, features);
  publishedPortRoutes(server, computers, publishedPorts, features);
  terminalRoutes(server, computers, terminals, features);
  controlRoutes(server, control);
  servePublicRoutes(server.server, publishedPorts);
  const gateway = new Gateway(server.server, [terminals, displays], faults, journal);
  await server.listen({ host: listenAddress, port: options.port ?? 0 });
  const stop = async (): Promise<void> => {
    gateway.close();
    await server.close();
    await computers.close();
    await state.saved();
  };
  try {
    if (saved !== undefined) await computers.load(saved);
    else await Promise.all((options.seed ?? []).map((seed) => computers.seed(seed)));
  } catch (error) {
    await stop();
    throw error;
  }
  const host = listenAddress.includes(':') ? `[${listenAddress}]` : listenAddress;
  return {
    url: `http://${host}:${portOf(server)}`,
    apiKey,
    isolation: sandboxes.isolation,
    control,
    computers,
    stop,
  };
}

function portOf({ server }: FastifyInstance): number {
  return (server.address() as AddressInfo).port;
}
