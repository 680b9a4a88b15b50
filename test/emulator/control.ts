import type { Billing, BillingFacts, Size } from './billing';
import { sizes as usualSizes } from './catalogue';
import type { Commands } from './commands';
import type { Features, Frames, Seed, Times, WireComputer } from './computer';
import type { Computers } from './computers';
import type { Fault, Faults } from './faults';
import type { Journal, JournalEntry } from './journal';
import type { MetricsSeed, Observability } from './observability';
import type { Client } from './terminals/client';
import type { Terminals } from './terminals/terminals';

/** What every call about one computer names: its id or its name. */
interface Which {
  id: string;
}

/** A terminal of a computer. */
export interface TerminalState {
  id: string;
  isAttached: boolean;
  /** Bytes of output that wait for somebody to attach. */
  kept: number;
}

/**
 * What a test, or a person trying things, can do to the emulator beyond the service's own calls.
 * Over HTTP each is `POST /_control/NAME` with the argument as JSON body and the API key as bearer.
 */
export interface Control {
  /** Adds a computer in any status. */
  seed(seed: Seed): Promise<WireComputer>;
  /** Adds entries to the list that have no machine, in the statuses given by turns (`stopped` unless given). */
  addFakes(fakes: { count: number; statuses?: string[] }): Promise<void>;
  /** Puts a computer into a status, where it stays until a call moves it; its machine follows. */
  setStatus(change: Which & { status: string; lastError?: string }): Promise<WireComputer>;
  /** A text for `connection.ssh` in every status, null for none, left out for the true endpoint while running. */
  setSsh(change: Which & { ssh?: string | null }): Promise<void>;
  /** Takes the host away: the computer turns restorable, then the service restores it. */
  interrupt(which: Which): Promise<WireComputer>;
  /** The next start, create or restore ends in `error` with this reason. */
  failNextStart(change: Which & { reason: string }): Promise<void>;
  setTimes(times: Partial<Times>): Promise<void>;
  setFeatures(features: Partial<Features>): Promise<void>;
  /** What the computer's terminals send from the next attaching on; left out, as the features say. */
  setGatewayFrames(change: Which & { frames?: Frames }): Promise<void>;

  /** Spoils the next requests that fit, also those that want to become WebSockets. */
  addFault(fault: Fault): Promise<void>;
  clearFaults(): Promise<void>;
  /** The requests received, oldest first, all or those of a method and whose path fits a regular expression. */
  requests(filter?: { method?: string; path?: string }): Promise<JournalEntry[]>;
  clearRequests(): Promise<void>;

  /** From the next start on sshd comes up this many ms after the computer is `running`. */
  delaySshd(change: Which & { ms: number }): Promise<void>;
  /** Ends what accepts connections, the connections with what they run, or both; both unless said. */
  killSshd(what: Which & { listener?: boolean; sessions?: boolean }): Promise<void>;
  /** Starts sshd again on the same port. */
  startSshd(which: Which): Promise<void>;
  /** New host keys at once. `hidden`: the files in /etc/ssh keep the old ones, as if another machine answered. */
  replaceHostKeys(change: Which & { hidden?: boolean }): Promise<void>;
  /** From the next start on: the programs that the computer is without, and whether its sshd listens. */
  setSystem(change: Which & { without?: string[]; listens?: boolean }): Promise<void>;

  /** What the computer is said to be doing, in place of what is seen; without it, the truth again. */
  setMetrics(change: Which & { metrics?: MetricsSeed }): Promise<void>;
  /** What sizes cost, and what the summary says in place of the truth; what is left out is as usual. */
  setBilling(change: { sizes?: Size[]; summary?: Partial<BillingFacts> }): Promise<void>;

  /** Breaks the streams of commands of the computer in the middle, and ends the commands. */
  cutStreams(which: Which): Promise<void>;

  /** The terminals of a computer. */
  terminals(which: Which): Promise<TerminalState[]>;
  /** Closes whoever is attached to a terminal of the computer; 1006 drops the connection. The terminals live on. */
  closeGateway(change: Which & { code: number; reason?: string }): Promise<void>;
  /** Says nothing more to whoever is attached just now, nor answers pings, while the connection stays; or ends that. */
  silenceGateway(change: Which & { silent?: boolean }): Promise<void>;
  /** Sends whoever is attached a frame of so many bytes; one more than 1 MiB unless given. */
  sendFrame(change: Which & { bytes?: number }): Promise<void>;
  /** Sends whoever is attached half a frame and drops the connection. */
  sendHalfFrame(which: Which): Promise<void>;

  /** The home folder of a computer on this machine. */
  home(which: Which): Promise<string>;
}

export interface Controlled {
  computers: Computers;
  commands: Commands;
  observability: Observability;
  billing: Billing;
  terminals: Terminals;
  faults: Faults;
  journal: Journal;
  times: Times;
  features: Features;
}

/** The control of an emulator in this process. */
export function createControl(controlled: Controlled): Control {
  const { computers, commands, observability, billing, terminals, faults, journal, times, features } =
    controlled;
  const soon = <T>(action: () => T): Promise<T> => Promise.resolve().then(action);
  const eachClient = (id: string, action: (client: Client, flow: () => void) => void): Promise<void> =>
    soon(() => {
      for (const { client, flow } of terminals.of(computers.get(id)))
        if (client !== undefined) action(client, flow);
    });
  return {
    seed: (seed) => computers.seed(seed),
    addFakes: ({ count, statuses = ['stopped'] }) => soon(() => computers.addFakes(count, statuses)),
    setStatus: ({ id, status, lastError }) => computers.get(id).setStatus(status, lastError),
    setSsh: ({ id, ssh }) => soon(() => computers.change(id, { ssh })),
    interrupt: ({ id }) => soon(() => computers.get(id).interrupt()),
    failNextStart: ({ id, reason }) => soon(() => computers.change(id, { failNextStart: reason })),
    setTimes: (values) => soon(() => void Object.assign(times, values)),
    setFeatures: (values) => soon(() => void Object.assign(features, values)),
    setGatewayFrames: ({ id, frames }) => soon(() => computers.change(id, { gatewayFrames: frames })),

    addFault: (fault) => soon(() => faults.add(fault)),
    clearFaults: () => soon(() => faults.clear()),
    requests: (filter = {}) => soon(() => journal.find(filter)),
    clearRequests: () => soon(() => journal.clear()),

    delaySshd: ({ id, ms }) => soon(() => computers.change(id, { sshdDelay: ms })),
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
    setSystem: ({ id, ...system }) => soon(() => computers.change(id, system)),

    setMetrics: ({ id, metrics }) => soon(() => observability.seed(computers.get(id), metrics)),
    setBilling: ({ sizes = usualSizes, summary = {} }) =>
      soon(() => void Object.assign(billing, { sizes, facts: summary })),

    cutStreams: ({ id }) => soon(() => commands.cutStreams(computers.get(id))),

    terminals: ({ id }) =>
      soon(() =>
        terminals.of(computers.get(id)).map(({ id, client, kept }) => {
          return { id, isAttached: client !== undefined, kept };
        }),
      ),
    closeGateway: ({ id, code, reason }) => eachClient(id, (client) => client.close(code, reason)),
    silenceGateway: ({ id, silent = true }) =>
      eachClient(id, (client, flow) => {
        client.silence(silent);
        flow();
      }),
    sendFrame: ({ id, bytes = 1024 * 1024 + 1 }) => eachClient(id, (client) => client.sendFrame(bytes)),
    sendHalfFrame: ({ id }) => eachClient(id, (client) => client.sendHalfFrame()),

    home: ({ id }) => soon(() => computers.sandbox(id).home),
  };
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
