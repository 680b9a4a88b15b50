import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { organizations, sizes, templates, unusedName } from './catalogue';
import {
  ApiError,
  type ComputerRecord,
  type CreateRequest,
  type Seed,
  type Times,
  type WireComputer,
} from './computer';
import { freePort, isFree } from './ports';
import type { ExecResult } from './sandbox/exec';
import type { Sandbox, SandboxFactory } from './sandbox/sandbox';
import type { StateFile } from './state';

/** A computer with what it has only while the emulator runs. */
interface Live {
  record: ComputerRecord;
  sandbox: Sandbox | undefined;
  /** What moves it from one status to the next just now. */
  task: { abort: AbortController; done: Promise<void> } | undefined;
}

export interface ComputersOptions {
  folder: string;
  state: StateFile;
  apiKey: string;
  times: Times;
  createSandbox: SandboxFactory;
  listenAddress: string;
  advertiseAddress: string;
  log: (line: string) => void;
}

/** All computers and their life cycle. */
export class Computers {
  readonly #all = new Map<string, Live>();
  readonly #creations: Record<string, { request: string; id: string }> = {};
  readonly #options: ComputersOptions;

  constructor(options: ComputersOptions) {
    this.#options = options;
  }

  // --- What is there

  /** The computers of an organization, oldest first. */
  list(organization: string): WireComputer[] {
    const records = [...this.#all.values()].map((live) => live.record);
    return records
      .filter((record) => record.organization === organization)
      .map((record) => this.#present(record));
  }

  /** @throws ApiError 404 when the organization has no computer of this id or name. */
  get(organization: string | undefined, idOrName: string): WireComputer {
    return this.#present(this.#find(organization, idOrName).record);
  }

  /** The sandbox of a computer. @throws ApiError when there is no such computer or it is a fake. */
  sandbox(idOrName: string): Sandbox {
    const { sandbox } = this.#find(undefined, idOrName);
    if (sandbox === undefined) throw new ApiError(503, 'This computer is an entry of the list only.');
    return sandbox;
  }

  // --- Calls of the service

  /** Makes a computer; with an idempotency key used before, answers the computer made then. */
  create(organization: string, request: CreateRequest, idempotencyKey?: string): WireComputer {
    const key = idempotencyKey === undefined ? undefined : `${organization} ${idempotencyKey}`;
    const text = JSON.stringify(request);
    const earlier = key === undefined ? undefined : this.#creations[key];
    if (earlier !== undefined) {
      if (earlier.request !== text)
        throw new ApiError(409, 'This Idempotency-Key was used with another request.');
      return this.get(organization, earlier.id);
    }
    const live = this.#add(shape(request), organization, 'creating');
    if (key !== undefined) this.#creations[key] = { request: text, id: live.record.wire.id };
    this.#run(live, (signal) => this.#up(live, this.#options.times.create, signal));
    return this.#present(live.record);
  }

  start(organization: string, idOrName: string): WireComputer {
    const live = this.#find(organization, idOrName);
    const { status } = live.record.wire;
    const busy = [
      'creating',
      'running',
      'starting',
      'stopping',
      'restoring',
      'deleting',
      'deleted',
      'lost',
      'pending',
    ];
    if (busy.includes(status)) throw wrongState(live.record, 'cannot be started');
    if (status === 'restorable') return this.#restore(live);
    return this.#move(live, 'starting', (signal) => this.#up(live, this.#options.times.start, signal));
  }

  stop(organization: string, idOrName: string): WireComputer {
    const live = this.#find(organization, idOrName);
    const { status } = live.record.wire;
    const busy = [
      'creating',
      'starting',
      'stopping',
      'stopped',
      'deleting',
      'deleted',
      'lost',
      'pending',
      'restoring',
      'restorable',
    ];
    if (busy.includes(status)) throw wrongState(live.record, 'cannot be stopped');
    return this.#move(live, 'stopping', (signal) => this.#down(live, signal));
  }

  delete(organization: string, idOrName: string): WireComputer {
    const live = this.#find(organization, idOrName);
    if (['deleting', 'deleted'].includes(live.record.wire.status))
      throw wrongState(live.record, 'cannot be deleted');
    return this.#move(live, 'deleting', (signal) => this.#away(live, signal));
  }

  retryRestore(organization: string, idOrName: string): WireComputer {
    const live = this.#find(organization, idOrName);
    if (live.record.wire.status !== 'restorable') throw wrongState(live.record, 'has no restore to retry');
    const before = this.#present(live.record);
    this.#restore(live);
    return before;
  }

  async exec(
    organization: string,
    idOrName: string,
    command: string,
    timeoutMs: number,
  ): Promise<ExecResult> {
    const { record } = this.#find(organization, idOrName);
    if (record.wire.status !== 'running') throw wrongState(record, 'takes no commands');
    return this.sandbox(record.wire.id).exec(command, timeoutMs);
  }

  // --- What only the emulator can do

  /** Adds a computer in any status; settles when it is as its status says. */
  async seed(seed: Seed): Promise<WireComputer> {
    const request = { template_id: seed.template, vcpus: seed.vcpus, ram_mb: seed.ramMb };
    const live = this.#add(shape(request), seed.organization ?? organizations[0]!.id, 'stopped', seed.name);
    if (seed.ssh !== undefined) live.record.ssh = seed.ssh;
    return this.setStatus(live.record.wire.id, seed.status ?? 'running', seed.lastError);
  }

  /** Adds computers that are entries of the list and no more, in the statuses given by turns. */
  addFakes(count: number, statuses: string[]): void {
    const [organization] = organizations;
    for (let index = 0; index < count; index++) {
      const status = statuses[index % statuses.length] ?? 'stopped';
      const name = `fake-${String(this.#all.size).padStart(5, '0')}`;
      this.#add(shape({}), organization!.id, status, name, true);
    }
  }

  /** Puts a computer into a status, where it stays until a call moves it; its machine is brought in line. */
  async setStatus(idOrName: string, status: string, lastError?: string): Promise<WireComputer> {
    const live = this.#find(undefined, idOrName);
    await this.#settle(live);
    live.record.held = true;
    if (status === 'running') await this.#bootWithSshd(live);
    else await live.sandbox?.halt();
    this.#set(live, status, lastError ?? null);
    return this.#present(live.record);
  }

  /** Takes the host away from under a computer: it is restorable, then the service restores it. */
  interrupt(idOrName: string): WireComputer {
    const live = this.#find(undefined, idOrName);
    return this.#move(live, 'restorable', async (signal) => {
      await live.sandbox?.halt();
      await delay(this.#options.times.restorePickup, undefined, { signal });
      this.#set(live, 'restoring');
      await this.#up(live, this.#options.times.restore, signal);
    });
  }

  /** Changes what the emulator keeps of a computer. */
  change(
    idOrName: string,
    values: Partial<Pick<ComputerRecord, 'sshdDelay' | 'failNextStart' | 'ssh'>>,
  ): void {
    Object.assign(this.#find(undefined, idOrName).record, values);
    this.#save();
  }

  /** Starts the sshd of a running computer, after it was killed. */
  async listen(idOrName: string): Promise<void> {
    await this.#listen(this.#find(undefined, idOrName));
  }

  // --- Across restarts of the emulator

  /** Takes over what an earlier run left: running computers boot, changes under way go on. */
  async load(
    records: ComputerRecord[],
    creations: Record<string, { request: string; id: string }>,
  ): Promise<void> {
    Object.assign(this.#creations, creations);
    await Promise.all(records.map((record) => this.#resume(record)));
  }

  /** Ends everything that runs; the state on disk stays. */
  async close(): Promise<void> {
    await Promise.all(
      [...this.#all.values()].map(async (live) => {
        await this.#settle(live);
        await live.sandbox?.halt();
      }),
    );
  }

  // --- Inside

  #find(organization: string | undefined, idOrName: string): Live {
    const fits = ({ record }: Live): boolean =>
      organization === undefined || record.organization === organization;
    const byId = this.#all.get(idOrName);
    if (byId !== undefined && fits(byId)) return byId;
    const byName = [...this.#all.values()].find((live) => live.record.wire.name === idOrName && fits(live));
    if (byName === undefined) throw new ApiError(404, 'Computer not found');
    return byName;
  }

  #present({ wire, port, ssh }: ComputerRecord): WireComputer {
    const { advertiseAddress } = this.#options;
    const host = advertiseAddress.includes(':') ? `[${advertiseAddress}]` : advertiseAddress;
    if (ssh !== undefined) return { ...wire, connection: { ssh, access_url: null } };
    if (wire.status !== 'running' || port === null) return { ...wire, connection: null };
    const user = this.#all.get(wire.id)?.sandbox?.user ?? 'ohm';
    return { ...wire, connection: { ssh: `${user}@${host}:${port}`, access_url: null } };
  }

  #add(size: Shape, organization: string, status: string, name?: string, fake = false): Live {
    const id = `cmp_${randomBytes(6).toString('hex')}`;
    const wire = {
      id,
      name: name ?? this.#unusedName(),
      status,
      ...size,
      compute_location: { provider: 'emulator', region: 'local', country_code: null },
      published_ports: [],
      metrics: null,
      last_error: null,
      created_at: new Date().toISOString(),
      stopped_at: status === 'stopped' ? new Date().toISOString() : null,
    };
    const live = this.#adopt({ wire, organization, port: null, held: fake, fake, sshdDelay: 0 });
    this.#save();
    return live;
  }

  #unusedName(): string {
    const taken = new Set([...this.#all.values()].map((live) => live.record.wire.name));
    return unusedName((name) => taken.has(name));
  }

  #adopt(record: ComputerRecord): Live {
    const { id, name } = record.wire;
    const folder = join(this.#options.folder, 'computers', id);
    const sandbox = record.fake ? undefined : this.#options.createSandbox(folder, name);
    const live: Live = { record, sandbox, task: undefined };
    this.#all.set(id, live);
    return live;
  }

  async #resume(record: ComputerRecord): Promise<void> {
    const live = this.#adopt(record);
    const { times } = this.#options;
    const { status } = record.wire;
    if (status === 'running')
      await this.#bootWithSshd(live).catch((error: unknown) => this.#fail(live, error));
    if (record.held) return;
    const goOn: Record<string, (signal: AbortSignal) => Promise<void>> = {
      creating: (signal) => this.#up(live, times.create, signal),
      starting: (signal) => this.#up(live, times.start, signal),
      restorable: (signal) => this.#up(live, times.restore, signal),
      restoring: (signal) => this.#up(live, times.restore, signal),
      stopping: (signal) => this.#down(live, signal),
      deleting: (signal) => this.#away(live, signal),
      deleted: (signal) => this.#away(live, signal),
    };
    const task = goOn[status];
    if (task !== undefined) this.#run(live, task);
  }

  /** Sets a changing status now and runs what leads out of it. */
  #move(live: Live, status: string, task: (signal: AbortSignal) => Promise<void>): WireComputer {
    live.record.held = false;
    this.#set(live, status);
    this.#run(live, task);
    return this.#present(live.record);
  }

  /** Runs a task that ends the one before. A fake has nothing to boot but goes through the same statuses. */
  #run(live: Live, task: (signal: AbortSignal) => Promise<void>): void {
    const before = this.#settle(live);
    const abort = new AbortController();
    const done = before
      .then(() => task(abort.signal))
      .catch((error: unknown) => {
        if (!abort.signal.aborted) this.#fail(live, error);
      });
    live.task = { abort, done };
  }

  async #settle({ task }: Live): Promise<void> {
    task?.abort.abort();
    await task?.done;
  }

  async #up(live: Live, ms: number, signal: AbortSignal): Promise<void> {
    const { record } = live;
    const isEarly = record.sshdDelay === 0;
    await both(delay(ms, undefined, { signal }), isEarly ? this.#bootWithSshd(live) : live.sandbox?.boot());
    if (record.failNextStart !== undefined) {
      const reason = record.failNextStart;
      delete record.failNextStart;
      await live.sandbox?.halt();
      this.#set(live, 'error', reason);
      return;
    }
    if (!isEarly) await this.#choosePort(live);
    this.#set(live, 'running');
    if (isEarly) return;
    await delay(record.sshdDelay, undefined, { signal });
    await this.#listen(live);
  }

  async #down(live: Live, signal: AbortSignal): Promise<void> {
    await both(delay(this.#options.times.stop, undefined, { signal }), live.sandbox?.halt());
    live.record.wire.stopped_at = new Date().toISOString();
    this.#set(live, 'stopped');
  }

  async #away(live: Live, signal: AbortSignal): Promise<void> {
    const { times } = this.#options;
    await both(delay(times.delete, undefined, { signal }), live.sandbox?.remove());
    this.#set(live, 'deleted');
    await delay(times.deletedKept, undefined, { signal });
    this.#all.delete(live.record.wire.id);
    this.#save();
  }

  #restore(live: Live): WireComputer {
    return this.#move(live, 'restoring', (signal) => this.#up(live, this.#options.times.restore, signal));
  }

  async #bootWithSshd(live: Live): Promise<void> {
    await live.sandbox?.boot();
    await this.#listen(live);
  }

  async #listen(live: Live): Promise<void> {
    await this.#choosePort(live);
    await live.sandbox?.listen(this.#options.listenAddress, live.record.port!);
  }

  /** Keeps the computer's port; takes another only when something else took it while the computer was down. */
  async #choosePort({ record, sandbox }: Live): Promise<void> {
    const { listenAddress, log } = this.#options;
    if (sandbox === undefined || sandbox.isListening) return;
    if (record.port !== null && (await isFree(listenAddress, record.port))) return;
    if (record.port !== null) log(`${record.wire.name}: port ${record.port} is taken, so it gets another.`);
    const taken = new Set([...this.#all.values()].map((other) => other.record.port));
    record.port = await freePort(listenAddress, taken);
    this.#save();
  }

  #fail(live: Live, error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    this.#options.log(`${live.record.wire.name}: ${reason}`);
    this.#set(live, 'error', reason);
  }

  #set(live: Live, status: string, lastError: string | null = null): void {
    const { wire } = live.record;
    wire.status = status;
    wire.last_error = lastError;
    if (status === 'running') wire.stopped_at = null;
    this.#save();
  }

  #save(): void {
    this.#options.state.save(() => ({
      apiKey: this.#options.apiKey,
      computers: [...this.#all.values()].map((live) => live.record).filter((record) => !record.fake),
      creations: this.#creations,
    }));
  }
}

/** Waits for both to end, also when one fails, so that nothing goes on behind the back of who waited. */
async function both(one: Promise<unknown>, other: Promise<unknown> | undefined): Promise<void> {
  for (const result of await Promise.allSettled([one, other])) {
    if (result.status === 'rejected') throw result.reason;
  }
}

type Shape = ReturnType<typeof shape>;

/** What a create request asks for, completed with the template's own values. */
function shape(request: CreateRequest) {
  const templateId = request.template_id ?? 'scratch';
  const template = templates.find(
    ({ id, aliases }) => id === templateId || (aliases as string[]).includes(templateId),
  );
  if (template === undefined) throw new ApiError(400, `There is no template ${templateId}.`);
  const size = sizes.find(({ id }) => id === request.size_id);
  if (request.size_id && size === undefined) throw new ApiError(400, `There is no size ${request.size_id}.`);
  const mode: 'open' | 'off' = request.network_policy?.mode ?? 'open';
  return {
    size_id: size?.id ?? null,
    vcpus: size?.vcpus ?? request.vcpus ?? template.default_vcpus,
    ram_mb: size?.ram_mb ?? request.ram_mb ?? template.default_ram_mb,
    disk_size_mb: size?.root_disk_mb ?? request.disk_size_mb ?? template.default_disk_size_mb,
    image: request.image ?? 'ubuntu-desktop-24.04',
    template_id: template.id,
    template_version: request.template_version ?? template.version,
    network_policy: { mode },
    external_volume_enabled: request.external_volume_enabled ?? false,
  };
}

function wrongState({ wire }: ComputerRecord, consequence: string): ApiError {
  return new ApiError(409, `Computer ${wire.name} is ${wire.status} and ${consequence}.`);
}
