import { EventEmitter, once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '../../src/base/errors';
import {
  ApiError,
  type ComputerRecord,
  type Times,
  type WireComputer,
  type WirePublishedPort,
} from './computer';
import type { Features } from './features';
import { type OperationKind, Operations } from './operations';
import { forComputers, freePort, isFree } from './ports';
import { stateOf } from './publishedRoute';
import type { Sandbox } from './sandbox/sandbox';

/** Dependencies of a computer: settings of the emulator, and its callbacks. */
export interface StateMachineDeps {
  readonly times: Times;
  readonly features: Features;
  readonly listenAddress: string;
  readonly advertiseAddress: string;
  /** @returns the public URL of a route */
  readonly publicUrl: (name: string) => string;
  log(line: string): void;
  /** Called when the record has changed. */
  onChanged(): void;
  /** Called when the computer was deleted. */
  onRemoved(id: string): void;
  /** @returns the ports of all computers */
  usedPorts(): Set<number | null>;
}

const changing = 'creating starting stopping restoring deleting';
const notStartable = 'creating running starting stopping restoring deleting deleted lost pending';
const notStoppable = 'creating starting stopping stopped restoring restorable deleting deleted lost pending';

/** Time that the service keeps the disk of a stopped computer, ms: 30 days. */
const diskKeptMs = 30 * 86_400_000;

/** One computer and its transitions between statuses. A fake has no sandbox but the same transitions. */
export class ComputerStateMachine {
  /** The transition under way. */
  private task: { abort: AbortController; done: Promise<void> } | undefined;
  private readonly changes = new EventEmitter<{ status: [] }>();
  readonly operations: Operations;

  constructor(
    readonly record: ComputerRecord,
    readonly sandbox: Sandbox | undefined,
    readonly deps: StateMachineDeps,
  ) {
    this.operations = new Operations(this.id);
  }

  get id(): string {
    return this.record.wire.id;
  }

  get status(): string {
    return this.record.wire.status;
  }

  /** The computer as answers contain it. */
  get wire(): WireComputer {
    const { origin, custom_template_id, ...wire } = this.record.wire;
    const common = { ...wire, connection: this.connection, published_ports: this.publishedPorts };
    if (this.deps.features.contract === '2026-06') return common;
    return { ...common, origin, custom_template_id, disk_delete_at: this.diskDeleteAt };
  }

  // --- Calls of the API. @throws ApiError 409 when the status does not allow them.

  create(): void {
    this.operations.begin('create');
    this.startTask((signal) => this.bringUp(this.deps.times.create, signal));
  }

  /** @throws ApiError 409 for a status that rules out a start */
  requireStartable(): void {
    this.rejectStatuses(notStartable, 'cannot be started');
  }

  start(): WireComputer {
    this.requireStartable();
    if (this.status === 'restorable') return this.restore();
    return this.operate('start', 'starting', (signal) => this.bringUp(this.deps.times.start, signal));
  }

  stop(): WireComputer {
    this.rejectStatuses(notStoppable, 'cannot be stopped');
    return this.operate('stop', 'stopping', (signal) => this.takeDown(signal));
  }

  delete(): WireComputer {
    this.rejectStatuses('deleting deleted', 'cannot be deleted');
    return this.operate('delete', 'deleting', (signal) => this.removeFiles(signal));
  }

  /** @returns the computer before the restore, as the service does */
  retryRestore(): WireComputer {
    if (this.status !== 'restorable') throw this.conflict('has no restore to retry');
    const before = this.wire;
    this.restore();
    return before;
  }

  /**
   * @param refusal words of the error, such as 'takes no commands'
   * @returns the sandbox
   * @throws ApiError 409 unless the computer is running
   */
  requireRunning(refusal: string): Sandbox {
    const isShuttingDown = this.sandbox?.power.aborted === true;
    if (this.status !== 'running' || isShuttingDown) throw this.conflict(refusal);
    if (this.sandbox === undefined) throw new ApiError(503, 'This computer is an entry of the list only.');
    return this.sandbox;
  }

  /** Resolves when its status is none of a transition. */
  async settled(): Promise<void> {
    while (isChanging(this.status)) await once(this.changes, 'status');
  }

  // --- Calls of the control

  /** Sets a status, which stays until a call changes it, and starts or stops the machine accordingly. */
  async setStatus(status: string, lastError?: string): Promise<WireComputer> {
    await this.cancelTask();
    this.record.held = true;
    if (status === 'running') await this.bootWithSshd();
    else await this.sandbox?.halt();
    this.set(status, lastError);
    return this.wire;
  }

  /** Simulates the loss of its host: the computer turns `restorable`, then the service restores it. */
  interrupt(): WireComputer {
    return this.transition('restorable', async (signal) => {
      const { restorePickup, restore } = this.deps.times;
      await atLeast(restorePickup, this.sandbox?.halt(), signal);
      this.set('restoring');
      await this.bringUp(restore, signal);
    });
  }

  /**
   * Starts sshd on the computer's own port, or on another one if that is in use. Does nothing for a computer whose sshd
   * does not listen.
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
      await this.listen(); // Another process has taken the port: chooses another one.
    }
  }

  /** Continues where an earlier run of the emulator stopped. Resolves when a running computer is up again. */
  async resume(): Promise<void> {
    const { times } = this.deps;
    if (this.status === 'running') {
      this.record.runningSince ??= new Date().toISOString();
      await this.bootWithSshd().catch((error: unknown) => this.fail(error));
    }
    if (this.record.held) return;
    const continuations: Record<string, (signal: AbortSignal) => Promise<void>> = {
      creating: (signal) => this.bringUp(times.create, signal),
      starting: (signal) => this.bringUp(times.start, signal),
      restorable: (signal) => this.bringUp(times.restore, signal),
      restoring: (signal) => this.bringUp(times.restore, signal),
      stopping: (signal) => this.takeDown(signal),
      deleting: (signal) => this.removeFiles(signal),
      deleted: (signal) => this.removeFiles(signal),
    };
    const task = continuations[this.status];
    if (task !== undefined) this.startTask(task);
  }

  /** Stops the machine; the status stays, for the next run. */
  async close(): Promise<void> {
    await this.cancelTask();
    await this.sandbox?.halt();
  }

  // --- Transitions

  private async bringUp(ms: number, signal: AbortSignal): Promise<void> {
    const { record, sandbox } = this;
    const isSshdDelayed = record.sshdDelay > 0;
    await atLeast(ms, isSshdDelayed ? this.boot() : this.bootWithSshd(), signal);
    if (record.failNextStart !== undefined) {
      await atLeast(0, sandbox?.halt(), signal);
      this.set('error', record.failNextStart);
      delete record.failNextStart;
      return;
    }
    if (isSshdDelayed) await atLeast(0, this.choosePort(), signal);
    this.set('running');
    if (!isSshdDelayed) return;
    await delay(record.sshdDelay, undefined, { signal });
    await this.listen();
  }

  private async takeDown(signal: AbortSignal): Promise<void> {
    await atLeast(this.deps.times.stop, this.sandbox?.halt(), signal);
    this.set('stopped');
  }

  private async removeFiles(signal: AbortSignal): Promise<void> {
    const { times } = this.deps;
    await atLeast(times.delete, this.sandbox?.remove(), signal);
    this.set('deleted');
    await delay(times.deletedKept, undefined, { signal });
    this.deps.onRemoved(this.id);
  }

  private restore(): WireComputer {
    return this.operate('restore', 'restoring', (signal) => this.bringUp(this.deps.times.restore, signal));
  }

  /** Starts a transition for a call of the API. */
  private operate(
    kind: OperationKind,
    status: string,
    task: (signal: AbortSignal) => Promise<void>,
  ): WireComputer {
    this.operations.begin(kind);
    return this.transition(status, task);
  }

  /** Sets a changing status and starts the task that leads to the next one. */
  private transition(status: string, task: (signal: AbortSignal) => Promise<void>): WireComputer {
    this.record.held = false;
    this.set(status);
    this.startTask(task);
    return this.wire;
  }

  /** Cancels the current task, and starts a new one when it has ended. */
  private startTask(task: (signal: AbortSignal) => Promise<void>): void {
    const abort = new AbortController();
    const done = this.cancelTask()
      .then(() => task(abort.signal))
      .catch((error: unknown) => {
        if (!abort.signal.aborted) this.fail(error);
      });
    this.task = { abort, done };
  }

  private async cancelTask(): Promise<void> {
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

  private get diskDeleteAt(): string | null {
    const { diskDeleteAt = null, wire } = this.record;
    if (this.status !== 'stopped') return null;
    return diskDeleteAt ?? new Date(Date.parse(wire.stopped_at ?? '') + diskKeptMs).toISOString();
  }

  private get publishedPorts(): WirePublishedPort[] {
    const { times, publicUrl } = this.deps;
    const { published = [], runningSince } = this.record;
    return published.map((route) => {
      const { status, isTold } = stateOf(route, runningSince, times.publish);
      const { id, port, name, created } = route;
      const url = isTold ? publicUrl(name) : null;
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
    const { deps } = this;
    const { port, wire } = this.record;
    if (this.sandbox === undefined || this.sandbox.isListening || !this.hasListener) return;
    if (port !== null && (await isFree(deps.listenAddress, port))) return;
    if (port !== null) deps.log(`${wire.name}: port ${port} is taken, so it gets another.`);
    this.record.port = await freePort(deps.listenAddress, deps.usedPorts(), forComputers);
    deps.onChanged();
  }

  private set(status: string, lastError?: string): void {
    const { record } = this;
    const { wire } = record;
    wire.status = status;
    wire.last_error = lastError ?? null;
    if (status === 'stopped') wire.stopped_at ??= new Date().toISOString();
    if (status === 'running') {
      record.runningSince ??= new Date().toISOString();
      wire.stopped_at = null;
      delete record.diskDeleteAt;
    } else delete record.runningSince;
    if (!isChanging(status))
      this.operations.end(status === 'error' ? 'failed' : 'succeeded', wire.last_error);
    this.changes.emit('status');
    this.deps.onChanged();
  }

  private fail(error: unknown): void {
    const reason = messageOf(error);
    this.deps.log(`${this.record.wire.name}: ${reason}`);
    this.set('error', reason);
  }

  private rejectStatuses(statuses: string, refusal: string): void {
    if (statuses.split(' ').includes(this.status)) throw this.conflict(refusal);
  }

  private conflict(refusal: string): ApiError {
    return new ApiError(409, `Computer ${this.record.wire.name} is ${this.status} and ${refusal}.`);
  }
}

function isChanging(status: string): boolean {
  return changing.split(' ').includes(status);
}

/**
 * Waits for the work, and at least for a time. An error is thrown only when both have ended, so that nothing continues
 * after it.
 * @throws when aborted, also if the work itself succeeded, since its transition was cancelled
 */
async function atLeast(ms: number, work: Promise<void> | undefined, signal: AbortSignal): Promise<void> {
  const [time, done] = await Promise.allSettled([delay(ms, undefined, { signal }), work]);
  if (done.status === 'rejected') throw done.reason;
  if (time.status === 'rejected') throw time.reason;
  signal.throwIfAborted();
}
