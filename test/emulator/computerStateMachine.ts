import { setTimeout as delay } from 'node:timers/promises';
import {
  ApiError,
  type ComputerRecord,
  type Times,
  type WireComputer,
  type WirePublishedPort,
} from './computer';
import { forComputers, freePort, isFree } from './ports';
import type { Sandbox } from './sandbox/sandbox';

/** What a computer needs of the emulator around it. */
export interface StateMachineDeps {
  readonly times: Times;
  readonly listenAddress: string;
  readonly advertiseAddress: string;
  /** The public address of a route of this name. */
  readonly publicUrl: (name: string) => string;
  log(line: string): void;
  /** The record has changed. */
  changed(): void;
  /** The computer is gone for good. */
  gone(id: string): void;
  /** Ports that belong to computers. */
  ports(): Set<number | null>;
}

const notStartable = 'creating running starting stopping restoring deleting deleted lost pending';
const notStoppable = 'creating starting stopping stopped restoring restorable deleting deleted lost pending';

/** One computer and its way through the statuses. A fake has no sandbox but goes the same way. */
export class ComputerStateMachine {
  /** What moves it from one status to the next just now. */
  private task: { abort: AbortController; done: Promise<void> } | undefined;

  constructor(
    readonly record: ComputerRecord,
    readonly sandbox: Sandbox | undefined,
    readonly deps: StateMachineDeps,
  ) {}

  get id(): string {
    return this.record.wire.id;
  }

  get status(): string {
    return this.record.wire.status;
  }

  /** The computer as an answer carries it. */
  get wire(): WireComputer {
    return { ...this.record.wire, connection: this.connection, published_ports: this.publishedPorts };
  }

  // --- Calls of the service. @throws ApiError 409 when the status does not allow them.

  create(): void {
    this.run((signal) => this.up(this.deps.times.create, signal));
  }

  start(): WireComputer {
    this.refuse(notStartable, 'cannot be started');
    if (this.status === 'restorable') return this.restore();
    return this.move('starting', (signal) => this.up(this.deps.times.start, signal));
  }

  stop(): WireComputer {
    this.refuse(notStoppable, 'cannot be stopped');
    return this.move('stopping', (signal) => this.down(signal));
  }

  delete(): WireComputer {
    this.refuse('deleting deleted', 'cannot be deleted');
    return this.move('deleting', (signal) => this.away(signal));
  }

  /** Answers with what was before, as the service does. */
  retryRestore(): WireComputer {
    if (this.status !== 'restorable') throw this.wrongState('has no restore to retry');
    const before = this.wire;
    this.restore();
    return before;
  }

  /** Its sandbox while it runs. `otherwise`: what it does not do in another status, for the error. */
  running(otherwise: string): Sandbox {
    const isGoingDown = this.sandbox?.power.aborted === true;
    if (this.status !== 'running' || isGoingDown) throw this.wrongState(otherwise);
    if (this.sandbox === undefined) throw new ApiError(503, 'This computer is an entry of the list only.');
    return this.sandbox;
  }

  // --- What only the emulator can do

  /** Puts the computer into a status, where it stays until a call moves it; its machine is brought in line. */
  async setStatus(status: string, lastError?: string): Promise<WireComputer> {
    await this.settle();
    this.record.held = true;
    if (status === 'running') await this.bootWithSshd();
    else await this.sandbox?.halt();
    this.set(status, lastError);
    return this.wire;
  }

  /** Takes the host away from under the computer: it is restorable, then the service restores it. */
  interrupt(): WireComputer {
    return this.move('restorable', async (signal) => {
      const { restorePickup, restore } = this.deps.times;
      await taking(restorePickup, this.sandbox?.halt(), signal);
      this.set('restoring');
      await this.up(restore, signal);
    });
  }

  /**
   * Starts sshd on the computer's own port; on another only when something else took it meanwhile.
   * A computer that has none to listen stays without.
   */
  async listen(): Promise<void> {
    if (!this.hasListener) return;
    await this.choosePort();
    const { listenAddress } = this.deps;
    const port = this.record.port ?? 0;
    try {
      await this.sandbox?.listen(listenAddress, port);
    } catch (error) {
      if (await isFree(listenAddress, port)) throw error;
      await this.listen(); // Somebody else was quicker, so it gets another one.
    }
  }

  /** Goes on where an earlier run of the emulator stopped. Settles when a running computer is up again. */
  async resume(): Promise<void> {
    const { times } = this.deps;
    if (this.status === 'running') await this.bootWithSshd().catch((error: unknown) => this.fail(error));
    if (this.record.held) return;
    const wayOn: Record<string, (signal: AbortSignal) => Promise<void>> = {
      creating: (signal) => this.up(times.create, signal),
      starting: (signal) => this.up(times.start, signal),
      restorable: (signal) => this.up(times.restore, signal),
      restoring: (signal) => this.up(times.restore, signal),
      stopping: (signal) => this.down(signal),
      deleting: (signal) => this.away(signal),
      deleted: (signal) => this.away(signal),
    };
    const task = wayOn[this.status];
    if (task !== undefined) this.run(task);
  }

  /** Ends what runs; the status stays, for the next run. */
  async close(): Promise<void> {
    await this.settle();
    await this.sandbox?.halt();
  }

  // --- From status to status

  private async up(ms: number, signal: AbortSignal): Promise<void> {
    const { record, sandbox } = this;
    const isLate = record.sshdDelay > 0;
    await taking(ms, isLate ? this.boot() : this.bootWithSshd(), signal);
    if (record.failNextStart !== undefined) {
      await taking(0, sandbox?.halt(), signal);
      this.set('error', record.failNextStart);
      delete record.failNextStart;
      return;
    }
    if (isLate) await taking(0, this.choosePort(), signal);
    this.set('running');
    if (!isLate) return;
    await delay(record.sshdDelay, undefined, { signal });
    await this.listen();
  }

  private async down(signal: AbortSignal): Promise<void> {
    await taking(this.deps.times.stop, this.sandbox?.halt(), signal);
    this.record.wire.stopped_at = new Date().toISOString();
    this.set('stopped');
  }

  private async away(signal: AbortSignal): Promise<void> {
    const { times } = this.deps;
    await taking(times.delete, this.sandbox?.remove(), signal);
    this.set('deleted');
    await delay(times.deletedKept, undefined, { signal });
    this.deps.gone(this.id);
  }

  private restore(): WireComputer {
    return this.move('restoring', (signal) => this.up(this.deps.times.restore, signal));
  }

  /** Sets a changing status now and runs what leads out of it. */
  private move(status: string, task: (signal: AbortSignal) => Promise<void>): WireComputer {
    this.record.held = false;
    this.set(status);
    this.run(task);
    return this.wire;
  }

  /** Runs a task, once the one before has ended, which it is told to. */
  private run(task: (signal: AbortSignal) => Promise<void>): void {
    const abort = new AbortController();
    const done = this.settle()
      .then(() => task(abort.signal))
      .catch((error: unknown) => {
        if (!abort.signal.aborted) this.fail(error);
      });
    this.task = { abort, done };
  }

  private async settle(): Promise<void> {
    this.task?.abort.abort();
    await this.task?.done;
  }

  private get connection(): WireComputer['connection'] {
    const { ssh, port } = this.record;
    if (ssh !== undefined) return { ssh, access_url: null };
    if (this.status !== 'running' || port === null || !this.hasListener) return null;
    const { advertiseAddress: address } = this.deps;
    const host = address.includes(':') ? `[${address}]` : address;
    return { ssh: `${this.sandbox?.user ?? 'ohm'}@${host}:${port}`, access_url: null };
  }

  private get publishedPorts(): WirePublishedPort[] {
    const { times, publicUrl } = this.deps;
    return (this.record.published ?? []).map(({ id, port, name, created }) => {
      const isUp = Date.now() >= Date.parse(created) + times.publish;
      const [status, url] = isUp ? ['published', publicUrl(name)] : ['publishing', null];
      return { id, computer_id: this.id, port, url, status, created_at: created };
    });
  }

  private get hasListener(): boolean {
    const { listens = true, without = [] } = this.record;
    return listens && !without.includes('sshd');
  }

  private async boot(): Promise<void> {
    await this.sandbox?.boot(this.record.without);
  }

  private async bootWithSshd(): Promise<void> {
    await this.boot();
    await this.listen();
  }

  private async choosePort(): Promise<void> {
    const { deps: around } = this;
    const { port, wire } = this.record;
    if (this.sandbox === undefined || this.sandbox.isListening || !this.hasListener) return;
    if (port !== null && (await isFree(around.listenAddress, port))) return;
    if (port !== null) around.log(`${wire.name}: port ${port} is taken, so it gets another.`);
    this.record.port = await freePort(around.listenAddress, around.ports(), forComputers);
    around.changed();
  }

  private set(status: string, lastError?: string): void {
    const { wire } = this.record;
    wire.status = status;
    wire.last_error = lastError ?? null;
    if (status === 'running') wire.stopped_at = null;
    this.deps.changed();
  }

  private fail(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    this.deps.log(`${this.record.wire.name}: ${reason}`);
    this.set('error', reason);
  }

  private refuse(statuses: string, consequence: string): void {
    if (statuses.split(' ').includes(this.status)) throw this.wrongState(consequence);
  }

  private wrongState(consequence: string): ApiError {
    return new ApiError(409, `Computer ${this.record.wire.name} is ${this.status} and ${consequence}.`);
  }
}

/**
 * Waits for the work, and for the time it is to take at least. What fails is thrown only when both have
 * ended, so that nothing goes on behind the back of who waited.
 * @throws when aborted, also when the work itself was not hindered: its step is no longer the computer's.
 */
async function taking(ms: number, work: Promise<void> | undefined, signal: AbortSignal): Promise<void> {
  const [time, done] = await Promise.allSettled([delay(ms, undefined, { signal }), work]);
  if (done.status === 'rejected') throw done.reason;
  if (time.status === 'rejected') throw time.reason;
  signal.throwIfAborted();
}
