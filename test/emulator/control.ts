import type { Billing, BillingFacts, Size, UsageFacts } from './billing';
import { sizes as usualSizes } from './catalogue';
import type { Commands } from './commands';
import type { Seed, Times, WireComputer } from './computer';
import type { Computers } from './computers';
import type { CustomTemplates, TemplateSeed, WireCustomTemplate } from './customTemplates';
import type { Fault, Faults } from './faults';
import type { Features, Frames } from './features';
import type { Journal, JournalEntry } from './journal';
import type { MetricsSeed, Observability } from './observability';
import type { WireOperation } from './operations';
import type { PlanName } from './plans';
import type { Projects } from './projects';
import type { PublishedPorts } from './publishedPorts';
import { refusal, type RefusalName } from './refusals';
import type { Client } from './terminals/client';
import type { Terminals } from './terminals/terminals';

/** A computer, by its id or its name. */
interface ComputerRef {
  id: string;
}

interface BillingChange {
  sizes?: Size[];
  summary?: Partial<BillingFacts>;
  usage?: Partial<UsageFacts>;
  plan?: PlanName;
  /** Computers that may run at the same time, in place of the plan's. */
  runningLimit?: number;
  refused?: RefusalName | null;
}

/** A terminal of a computer. */
export interface TerminalState {
  id: string;
  isAttached: boolean;
  /** Bytes of output that wait for a client. */
  kept: number;
}

/**
 * Control of the emulator by tests and users, beyond the service's own calls.
 * Over HTTP each call is `POST /_control/NAME` with the argument as JSON body and the API key as bearer.
 */
export interface Control {
  /** Adds a computer in any status. */
  seed(seed: Seed): Promise<WireComputer>;
  /** Adds entries to the list without a machine, in the given statuses by turns (default `stopped`). */
  addFakes(fakes: { count: number; statuses?: string[] }): Promise<void>;
  /** Sets the status of a computer, which stays until a call changes it; its machine follows. */
  setStatus(change: ComputerRef & { status: string; lastError?: string }): Promise<WireComputer>;
  /** Sets `connection.ssh` for every status; null: none; undefined: the real endpoint while running. */
  setSsh(change: ComputerRef & { ssh?: string | null }): Promise<void>;
  /** Simulates the loss of the host: the computer turns `restorable`, then the service restores it. */
  interrupt(which: ComputerRef): Promise<WireComputer>;
  /** The next start, create or restore ends in `error` with this reason. */
  failNextStart(change: ComputerRef & { reason: string }): Promise<void>;
  /** The operations of a computer that calls of the API began, oldest first. */
  operations(which: ComputerRef): Promise<WireOperation[]>;
  /** Sets the status of a published port, such as `error`, until it is published again; default: the real one. */
  setPortStatus(change: ComputerRef & { port: number; status?: string }): Promise<void>;
  setTimes(times: Partial<Times>): Promise<void>;
  setFeatures(features: Partial<Features>): Promise<void>;
  /** Sets the frames of the computer's terminals from the next attach on; default: as in the features. */
  setGatewayFrames(change: ComputerRef & { frames?: Frames }): Promise<void>;

  /** Adds a fault for the next matching requests, upgrades to WebSockets included. */
  addFault(fault: Fault): Promise<void>;
  clearFaults(): Promise<void>;
  /** The received requests, oldest first: all, or those of a method and with a path that matches a regular expression. */
  requests(filter?: { method?: string; path?: string }): Promise<JournalEntry[]>;
  clearRequests(): Promise<void>;

  /** Milliseconds from `running` until sshd listens, from the next start on. */
  delaySshd(change: ComputerRef & { ms: number }): Promise<void>;
  /** Kills the listener, the connections with their processes, or both (default). */
  killSshd(what: ComputerRef & { listener?: boolean; sessions?: boolean }): Promise<void>;
  /** Starts sshd again on the same port. */
  startSshd(which: ComputerRef): Promise<void>;
  /** Replaces the host keys at once. `hidden`: the files in /etc/ssh keep the old ones, as if another machine answered. */
  replaceHostKeys(change: ComputerRef & { hidden?: boolean }): Promise<void>;
  /** Sets, from the next start on, the programs to hide from the computer, and whether its sshd listens. */
  setSystem(change: ComputerRef & { without?: string[]; listens?: boolean }): Promise<void>;

  /** Sets the metrics to report of a computer; undefined: the measured ones. */
  setMetrics(change: ComputerRef & { metrics?: MetricsSeed }): Promise<void>;
  /**
   * Sets the sizes, fields of the billing summary and of the usage overview, the plan, and a refusal of every create and
   * start; those left out have their defaults.
   */
  setBilling(change: BillingChange): Promise<void>;
  /** Refuses the next matching requests, by default all creates and starts, by the name of a refusal. */
  refuse(refused: { name: RefusalName } & Pick<Fault, 'method' | 'path' | 'times'>): Promise<void>;

  /** Adds a template of an organization's own. */
  seedTemplate(seed: TemplateSeed): Promise<WireCustomTemplate>;
  /** Sets the projects besides the default one, by ids that are their names as well. */
  setProjects(change: { further: string[] }): Promise<void>;

  /** Breaks the streams of the computer's commands, which ends the commands. */
  cutStreams(which: ComputerRef): Promise<void>;

  /** The terminals of a computer. */
  terminals(which: ComputerRef): Promise<TerminalState[]>;
  /** Closes all clients of the computer's terminals; 1006 drops the connection. The terminals stay. */
  closeGateway(change: ComputerRef & { code: number; reason?: string }): Promise<void>;
  /** Stops sending to the attached clients, and answering their pings, while the connection stays; or resumes that. */
  silenceGateway(change: ComputerRef & { silent?: boolean }): Promise<void>;
  /** Sends the attached clients a frame of this size; default: 1 MiB and 1 byte. */
  sendFrame(change: ComputerRef & { bytes?: number }): Promise<void>;
  /** Sends the attached clients half a frame and drops the connection. */
  sendHalfFrame(which: ComputerRef): Promise<void>;

  /** The home folder of a computer on this machine. */
  home(which: ComputerRef): Promise<string>;
}

export interface Controlled {
  computers: Computers;
  commands: Commands;
  observability: Observability;
  billing: Billing;
  customTemplates: CustomTemplates;
  projects: Projects;
  terminals: Terminals;
  publishedPorts: PublishedPorts;
  faults: Faults;
  journal: Journal;
  times: Times;
  features: Features;
}

/** The control of an emulator in this process. */
export function createControl(controlled: Controlled): Control {
  const { computers, commands, observability, billing, terminals } = controlled;
  const { publishedPorts, faults, journal, times, features } = controlled;
  const asPromise = <T>(action: () => T): Promise<T> => Promise.resolve().then(action);
  const eachClient = (id: string, action: (client: Client, updateFlow: () => void) => void): Promise<void> =>
    asPromise(() => {
      for (const { client, updateFlow } of terminals.of(computers.get(id)))
        if (client !== undefined) action(client, updateFlow);
    });
  return {
    seed: (seed) => computers.seed(seed),
    addFakes: ({ count, statuses = ['stopped'] }) => asPromise(() => computers.addFakes(count, statuses)),
    setStatus: ({ id, status, lastError }) => computers.get(id).setStatus(status, lastError),
    setSsh: ({ id, ssh }) => asPromise(() => computers.change(id, { ssh })),
    interrupt: ({ id }) => asPromise(() => computers.get(id).interrupt()),
    failNextStart: ({ id, reason }) => asPromise(() => computers.change(id, { failNextStart: reason })),
    operations: ({ id }) => asPromise(() => computers.get(id).operations.all),
    setPortStatus: ({ id, port, status }) =>
      asPromise(() => publishedPorts.setStatus(computers.get(id), port, status)),
    setTimes: (values) => asPromise(() => void Object.assign(times, values)),
    setFeatures: (values) => asPromise(() => void Object.assign(features, values)),
    setGatewayFrames: ({ id, frames }) => asPromise(() => computers.change(id, { gatewayFrames: frames })),

    addFault: (fault) => asPromise(() => faults.add(fault)),
    clearFaults: () => asPromise(() => faults.clear()),
    requests: (filter = {}) => asPromise(() => journal.find(filter)),
    clearRequests: () => asPromise(() => journal.clear()),

    delaySshd: ({ id, ms }) => asPromise(() => computers.change(id, { sshdDelay: ms })),
    killSshd: ({ id, listener = true, sessions = true }) =>
      computers.sandbox(id).killSshd({ listener, sessions }),
    startSshd: ({ id }) => computers.get(id).listen(),
    replaceHostKeys: async ({ id, hidden = false }) => {
      const sandbox = computers.sandbox(id);
      const wasUp = sandbox.isListening;
      await sandbox.replaceHostKeys(hidden);
      if (!wasUp) return;
      await sandbox.killSshd({ listener: true, sessions: false });
      await computers.get(id).listen();
    },
    setSystem: ({ id, ...system }) => asPromise(() => computers.change(id, system)),

    setMetrics: ({ id, metrics }) => asPromise(() => observability.seed(computers.get(id), metrics)),
    setBilling: (change) => asPromise(() => changeBilling(billing, change)),
    refuse: ({ name, method = 'POST', path = '/computers(/[^/]+/start)?$', times }) =>
      asPromise(() => {
        const { status, detail } = refusal(name);
        faults.add({ method, path, ...(times && { times }), answer: { status, body: { detail } } });
      }),

    seedTemplate: (seed) => asPromise(() => controlled.customTemplates.seed(seed)),
    setProjects: ({ further }) => asPromise(() => void Object.assign(controlled.projects, { further })),

    cutStreams: ({ id }) => asPromise(() => commands.cutStreams(computers.get(id))),

    terminals: ({ id }) =>
      asPromise(() =>
        terminals.of(computers.get(id)).map(({ id, client, kept }) => {
          return { id, isAttached: client !== undefined, kept };
        }),
      ),
    closeGateway: ({ id, code, reason }) => eachClient(id, (client) => client.close(code, reason)),
    silenceGateway: ({ id, silent = true }) =>
      eachClient(id, (client, updateFlow) => {
        client.silence(silent);
        updateFlow();
      }),
    sendFrame: ({ id, bytes = 1024 * 1024 + 1 }) => eachClient(id, (client) => client.sendFrame(bytes)),
    sendHalfFrame: ({ id }) => eachClient(id, (client) => client.sendHalfFrame()),

    home: ({ id }) => asPromise(() => computers.sandbox(id).home),
  };
}

function changeBilling(billing: Billing, change: BillingChange): void {
  const { sizes = usualSizes, summary = {}, usage = {}, plan = 'payAsYouGo', refused = null } = change;
  const { runningLimit } = change;
  Object.assign(billing, { sizes, facts: summary, usage, plan, refused, runningLimit });
}

/** The control of an emulator in another process. */
export function connectControl(url: string, apiKey: string): Control {
  const call = async (name: string, argument: unknown): Promise<unknown> => {
    const response = await fetch(new URL(`/_control/${name}`, url), {
      method: 'POST',
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify(argument ?? {}),
    });
    const answer = (await response.json()) as { result?: unknown; detail?: string };
    if (!response.ok) throw new Error(`${name}: ${answer.detail ?? response.statusText}`);
    return answer.result;
  };
  return new Proxy({} as Control, {
    get: (_target, name) => (argument: unknown) => call(String(name), argument),
  });
}
