import { isApiError } from '../../api/apiErrors';
import { isCancellation } from '../../base/abort';
import type { Clock } from '../../base/clock';
import { type Disposable, DisposableStore } from '../../base/disposable';
import { describeError, type Log } from '../../base/log';
import type { Memento } from '../../base/memento';
import { finishBeforeShutdown } from '../../base/shutdown';
import { type Computer, isServiceMachine } from '../../computers/computer';
import type { UsageSource } from '../../computers/computersInUse';
import type { ComputerStore } from '../../computers/computerStore';
import type { Lifecycle } from '../../computers/lifecycle';
import { statusOf } from '../../computers/statusTable';
import type { WindowRegistry } from './windowRegistry';

/** The settings `celesto.idle.*`. */
export interface IdleSettings {
  readonly stop: () => 'never' | 'ask' | 'always';
  /** Milliseconds without use after which a computer is idle. */
  readonly timeoutMs: () => number;
  readonly stopOnClose: () => boolean;
}

/** Questions and notifications for the user. Idle times in milliseconds. */
export interface IdlePrompts {
  /** @returns `never`: do not ask again for this computer, not even in another window */
  askToStop(computer: Computer, idleMs: number): Promise<'stop' | 'keep' | 'never'>;
  showStopped(computer: Computer, idleMs: number): void;
  /** Explains that the computer was not stopped, since it came into use while the question was open. */
  showInUseAgain(computer: Computer): void;
}

export interface IdleStopperDeps {
  readonly lifecycle: Pick<Lifecycle, 'onDidStart' | 'onWillStopOrDelete' | 'fetch' | 'stop'>;
  readonly store: Pick<ComputerStore, 'get' | 'onDidChange'>;
  /** Computers in use from this window. */
  readonly usage: UsageSource;
  readonly otherWindows: Pick<WindowRegistry, 'publish' | 'isUsedElsewhere' | 'unregister'>;
  readonly settings: IdleSettings;
  readonly prompts: IdlePrompts;
  readonly memory: Memento;
  /** Requests a stop while the window closes, when little else works any more, and waits for the answer alone. */
  readonly requestStop: (computerId: string, signal: AbortSignal) => Promise<unknown>;
  readonly clock: Clock;
  readonly log: Log;
}

/** A computer that this window started. */
interface TrackedComputer {
  /** Time of its last use, in milliseconds of the clock. */
  lastUsed: number;
  isAsking: boolean;
}

/** Milliseconds between ticks: each publishes a heartbeat to the other windows and checks for idle computers. */
const tickIntervalMs = 30_000;
/** A tick that comes this late means that the machine slept, and that the others had no chance for a heartbeat yet. */
const sleptAfterMs = 30_000;
const stopTimeoutMs = 300_000;

/** Computers for which the user chose never to be asked again. Stored under the key of the first version. */
const exemptKey = 'celesto.idle.spared';
const maxExempt = 200;

/**
 * Stops computers that this window started once they are idle: not in use from this window, nor from another window of
 * the same user on this machine. Use from elsewhere cannot be detected.
 */
export class IdleStopper implements Disposable {
  private readonly disposables = new DisposableStore();
  private readonly end = new AbortController();
  private readonly tracked = new Map<string, TrackedComputer>();
  /** Ids of the computers in use from this window. */
  private inUse: ReadonlySet<string> = new Set();
  private ticking: AbortController | undefined;

  constructor(private readonly deps: IdleStopperDeps) {
    const { lifecycle, store, usage } = deps;
    this.disposables.add(lifecycle.onDidStart(({ id }) => this.track(id)));
    // A stop that fails is repeated after another idle time.
    this.disposables.add(lifecycle.onWillStopOrDelete((id) => this.markUsed(id)));
    this.disposables.add(
      store.onDidChange(({ changed, removed }) => {
        // One that is only missing from an incomplete list still costs money.
        const left = removed.filter(({ cause }) => cause !== 'unlisted').map(({ computer }) => computer);
        for (const { id } of [...changed.filter(isDown), ...left]) this.untrack(id);
      }),
    );
    this.disposables.add(usage.onDidChange(() => this.onUsageChange()));
  }

  /**
   * Stops the tracked computers as the window closes, where the setting asks for it and no other window uses them.
   * Never rejects.
   */
  async close(): Promise<void> {
    const { otherWindows, settings, clock, requestStop, log } = this.deps;
    const ids = settings.stopOnClose() ? [...this.tracked.keys()].filter((id) => !this.isExempt(id)) : [];
    this.dispose();
    const stop = async (id: string, signal: AbortSignal): Promise<void> => {
      if (!(await otherWindows.isUsedElsewhere(id))) await requestStop(id, signal);
    };
    await finishBeforeShutdown(
      clock,
      (signal) => ids.map((id) => stop(id, signal)),
      (error) => log.warn(`no stop on close: ${describeError(error)}`),
    );
  }

  dispose(): void {
    this.end.abort();
    this.ticking?.abort();
    this.disposables.dispose();
    this.tracked.clear();
    this.deps.otherWindows.unregister();
  }

  private track(id: string): void {
    const computer = this.deps.store.get(id);
    if (computer && isServiceMachine(computer)) return;
    this.tracked.set(id, { lastUsed: this.deps.clock.now(), isAsking: false });
    this.updateTicking();
  }

  private untrack(id: string): void {
    this.tracked.delete(id);
    this.updateTicking();
  }

  private onUsageChange(): void {
    const before = this.inUse;
    this.inUse = new Set(this.deps.usage.computerIds);
    const changed = [...before, ...this.inUse].filter((id) => before.has(id) !== this.inUse.has(id));
    if (changed.length === 0) return;
    for (const id of changed) this.markUsed(id);
    this.publishUsage().catch((error: unknown) => this.logFailure(error));
    this.updateTicking();
  }

  private markUsed(id: string): void {
    const computer = this.tracked.get(id);
    if (computer) computer.lastUsed = this.deps.clock.now();
  }

  private publishUsage(): Promise<void> {
    return this.deps.otherWindows.publish([...this.inUse]);
  }

  /** Ticks only while a computer is tracked or its use has to be published. */
  private updateTicking(): void {
    const isNeeded = this.tracked.size > 0 || this.inUse.size > 0;
    if (isNeeded === (this.ticking !== undefined)) return;
    this.ticking?.abort();
    this.ticking = isNeeded && !this.end.signal.aborted ? new AbortController() : undefined;
    if (this.ticking) this.tick(this.ticking.signal).catch((error: unknown) => this.logFailure(error));
  }

  private async tick(signal: AbortSignal): Promise<void> {
    const { clock } = this.deps;
    for (;;) {
      const due = clock.now() + tickIntervalMs;
      await clock.delay(tickIntervalMs, signal);
      const hasSlept = clock.now() - due >= sleptAfterMs;
      try {
        await this.publishUsage();
        if (!hasSlept) await this.checkAll();
      } catch (error) {
        this.logFailure(error);
      }
    }
  }

  private async checkAll(): Promise<void> {
    for (const [id, computer] of [...this.tracked]) {
      try {
        await this.check(id, computer);
      } catch (error) {
        // A failure with one computer must not keep the others running.
        this.logFailure(error);
        if (isApiError(error, 'notFound')) this.untrack(id);
      }
    }
  }

  private async check(id: string, computer: TrackedComputer): Promise<void> {
    const { settings, clock } = this.deps;
    if (await this.isUsed(id)) this.markUsed(id);
    const idleMs = clock.now() - computer.lastUsed;
    const isIdle = idleMs >= settings.timeoutMs() && settings.stop() !== 'never';
    if (isIdle && !computer.isAsking && !this.isExempt(id)) await this.stopOrAsk(id, idleMs);
  }

  private async isUsed(id: string): Promise<boolean> {
    return this.inUse.has(id) || (await this.deps.otherWindows.isUsedElsewhere(id));
  }

  private async stopOrAsk(id: string, idleMs: number): Promise<void> {
    const { lifecycle, settings } = this.deps;
    const computer = await lifecycle.fetch(id, this.end.signal);
    if (isDown(computer)) this.untrack(id);
    if (!statusOf(computer.status).isRunning || !this.tracked.has(id)) return;
    // Not awaited: neither a stop nor an open question may delay the next heartbeat.
    const work = settings.stop() === 'always' ? this.stop(computer, idleMs) : this.ask(computer, idleMs);
    work.catch((error: unknown) => this.logFailure(error));
  }

  private async ask(computer: Computer, idleMs: number): Promise<void> {
    const { prompts, clock } = this.deps;
    const tracked = this.tracked.get(computer.id);
    if (!tracked) return;
    tracked.isAsking = true;
    const answer = await prompts.askToStop(computer, idleMs);
    tracked.isAsking = false;
    tracked.lastUsed = clock.now();
    if (answer === 'never') this.exempt(computer.id);
    if (answer !== 'stop' || this.tracked.get(computer.id) !== tracked) return;
    if (await this.isUsed(computer.id)) prompts.showInUseAgain(computer);
    else await this.stop(computer, undefined);
  }

  /** @param idleMs shown to the user; undefined where the user has requested the stop */
  private async stop(computer: Computer, idleMs: number | undefined): Promise<void> {
    const { lifecycle, prompts, log } = this.deps;
    const { id } = computer;
    if (await this.isUsed(id)) return;
    log.info(`${id}: idle, so it is stopped`);
    const stopped = await lifecycle.stop(id, { signal: this.end.signal, timeoutMs: stopTimeoutMs });
    if (idleMs !== undefined) prompts.showStopped(stopped, idleMs);
  }

  private isExempt(id: string): boolean {
    return this.exemptIds.includes(id);
  }

  private exempt(id: string): void {
    void this.deps.memory.update(exemptKey, [...this.exemptIds, id].slice(-maxExempt));
  }

  private get exemptIds(): readonly string[] {
    return (this.deps.memory.get(exemptKey) ?? []) as readonly string[];
  }

  private logFailure(error: unknown): void {
    if (!isCancellation(error)) this.deps.log.warn(`idle computers: ${describeError(error)}`);
  }
}

/** Stopped or gone. The window that starts it again tracks it. */
function isDown({ status }: Computer): boolean {
  const { isStopped, isLost, isDeleted } = statusOf(status);
  return isStopped || isLost || isDeleted;
}
