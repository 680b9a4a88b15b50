import { isApiError } from '../../api/errors';
import { isCancellation } from '../../base/abort';
import type { Clock } from '../../base/clock';
import { DisposableStore, type Disposable } from '../../base/disposable';
import { finishBeforeShutdown } from '../../base/shutdown';
import { describeError, type Log } from '../../base/log';
import type { Computer } from '../../computers/computer';
import type { Lifecycle } from '../../computers/lifecycle';
import { statusOf } from '../../computers/status';
import type { ComputerStore } from '../../computers/store';
import type { UsageSource } from '../../computers/computersInUse';
import type { WindowRegistry } from './otherWindows';

/** What is wished for computers that idle. Times in milliseconds. */
export interface IdleSettings {
  readonly stop: () => 'never' | 'ask' | 'always';
  readonly timeoutMs: () => number;
  readonly stopOnClose: () => boolean;
}

/** The person, who may be asked and is told. Times in milliseconds. */
export interface IdlePrompts {
  /** `never`: do not ask again for this computer, now or later. */
  askToStop(computer: Computer, idle: number): Promise<'stop' | 'keep' | 'never'>;
  showStopped(computer: Computer, idle: number): void;
  /** They said stop, but it has come into use meanwhile. */
  showInUseAgain(computer: Computer): void;
}

/** A place for what outlives the window. VS Code's Memento has this shape. */
export interface IdleMemory {
  get(key: string): unknown;
  update(key: string, value: unknown): PromiseLike<void>;
}

export interface IdleStopperDeps {
  readonly lifecycle: Pick<Lifecycle, 'onDidStart' | 'onWillStopOrDelete' | 'fetch' | 'stop'>;
  readonly store: Pick<ComputerStore, 'onDidChange'>;
  /** Use from this window. */
  readonly usage: UsageSource;
  /** Use from the others. */
  readonly otherWindows: Pick<WindowRegistry, 'publish' | 'isUsedElsewhere' | 'unregister'>;
  readonly settings: IdleSettings;
  readonly prompts: IdlePrompts;
  readonly memory: IdleMemory;
  /** Sends a stop and waits for the answer alone, when little else works any more. */
  readonly stopOnClose: (computerId: string, signal: AbortSignal) => Promise<unknown>;
  readonly clock: Clock;
  readonly log: Log;
}

/** A computer that is watched: since when nobody uses it, in ms of the clock, and whether a person is being asked. */
interface Watched {
  since: number;
  asking: boolean;
}

/** Milliseconds. */
const times = {
  /** Between looks, and words to the other windows. */
  beat: 30_000,
  /** A look that comes so much later means that the machine slept: the others have not yet had a chance to speak. */
  late: 30_000,
  stop: 300_000,
};

const memoryKey = 'celesto.idle.spared';
const mostSpared = 200;

/**
 * Stops computers that this window started once nobody has used them for a while, as far as one can know: neither this
 * window nor another one of the same person on this machine.
 */
export class IdleStopper implements Disposable {
  private readonly disposables = new DisposableStore();
  private readonly end = new AbortController();
  /** Those that this window started. */
  private readonly started = new Map<string, Watched>();
  /** Those in use from this window. */
  private using: ReadonlySet<string> = new Set();
  private beating: AbortController | undefined;

  constructor(private readonly parts: IdleStopperDeps) {
    const { lifecycle, store, usage } = parts;
    this.disposables.add(lifecycle.onDidStart(({ id }) => this.adopt(id)));
    // Should a stop fail, another one is tried after another while.
    this.disposables.add(lifecycle.onWillStopOrDelete((id) => this.touch(id)));
    this.disposables.add(
      store.onDidChange(({ changed, removed }) => {
        // One that is only missing from an incomplete list still costs money.
        const left = removed.filter(({ cause }) => cause !== 'unlisted').map(({ computer }) => computer);
        for (const { id } of [...changed.filter(isDown), ...left]) this.drop(id);
      }),
    );
    this.disposables.add(usage.onDidChange(() => this.onUse()));
  }

  /** The window closes: stops what it started, where that is wished for and no other window uses it. Never rejects. */
  async close(): Promise<void> {
    const { otherWindows: windows, settings: wish, clock, stopOnClose: lastStop, log } = this.parts;
    const ids = wish.stopOnClose() ? [...this.started.keys()].filter((id) => !this.isSpared(id)) : [];
    this.dispose();
    const stop = async (id: string, signal: AbortSignal): Promise<void> => {
      if (!(await windows.isUsedElsewhere(id))) await lastStop(id, signal);
    };
    await finishBeforeShutdown(
      clock,
      (signal) => ids.map((id) => stop(id, signal)),
      (error) => log.warn(`no stop on close: ${describeError(error)}`),
    );
  }

  dispose(): void {
    this.end.abort();
    this.beating?.abort();
    this.disposables.dispose();
    this.started.clear();
    this.parts.otherWindows.unregister();
  }

  private adopt(id: string): void {
    this.started.set(id, { since: this.parts.clock.now(), asking: false });
    this.keepBeating();
  }

  private drop(id: string): void {
    this.started.delete(id);
    this.keepBeating();
  }

  private onUse(): void {
    const before = this.using;
    this.using = new Set(this.parts.usage.computerIds);
    const changed = [...before, ...this.using].filter((id) => before.has(id) !== this.using.has(id));
    if (changed.length === 0) return;
    for (const id of changed) this.touch(id);
    this.tell().catch((error: unknown) => this.complain(error));
    this.keepBeating();
  }

  private touch(id: string): void {
    const state = this.started.get(id);
    if (state) state.since = this.parts.clock.now();
  }

  private tell(): Promise<void> {
    return this.parts.otherWindows.publish([...this.using]);
  }

  /** There is a beat while there is anything to watch over, or to tell the others. */
  private keepBeating(): void {
    const isNeeded = this.started.size > 0 || this.using.size > 0;
    if (isNeeded === (this.beating !== undefined)) return;
    this.beating?.abort();
    this.beating = isNeeded && !this.end.signal.aborted ? new AbortController() : undefined;
    if (this.beating) this.beat(this.beating.signal).catch((error: unknown) => this.complain(error));
  }

  private async beat(signal: AbortSignal): Promise<void> {
    const { clock } = this.parts;
    for (;;) {
      const due = clock.now() + times.beat;
      await clock.delay(times.beat, signal);
      const isAwake = clock.now() - due < times.late;
      try {
        await this.tell();
        if (isAwake) await this.look();
      } catch (error) {
        this.complain(error);
      }
    }
  }

  private async look(): Promise<void> {
    for (const [id, state] of [...this.started]) {
      try {
        await this.consider(id, state);
      } catch (error) {
        // That of one computer is not to keep the others running.
        this.complain(error);
        if (isApiError(error, 'notFound')) this.drop(id);
      }
    }
  }

  private async consider(id: string, state: Watched): Promise<void> {
    const { settings: wish, clock } = this.parts;
    if (await this.isUsed(id)) this.touch(id);
    const idle = clock.now() - state.since;
    const isDue = idle >= wish.timeoutMs() && wish.stop() !== 'never';
    if (isDue && !state.asking && !this.isSpared(id)) await this.propose(id, idle);
  }

  private async isUsed(id: string): Promise<boolean> {
    return this.using.has(id) || (await this.parts.otherWindows.isUsedElsewhere(id));
  }

  private async propose(id: string, idle: number): Promise<void> {
    const { lifecycle, settings: wish } = this.parts;
    const computer = await lifecycle.fetch(id, this.end.signal);
    if (isDown(computer)) this.drop(id);
    if (!statusOf(computer.status).isRunning || !this.started.has(id)) return;
    // Neither a stop nor a person is waited for here: the other windows want to hear from this one.
    const work = wish.stop() === 'always' ? this.stop(computer, idle) : this.ask(computer, idle);
    work.catch((error: unknown) => this.complain(error));
  }

  private async ask(computer: Computer, idle: number): Promise<void> {
    const { prompts: person } = this.parts;
    const state = this.started.get(computer.id);
    if (!state) return;
    state.asking = true;
    const answer = await person.askToStop(computer, idle);
    state.asking = false;
    state.since = this.parts.clock.now();
    if (answer === 'never') this.spare(computer.id);
    if (answer !== 'stop' || this.started.get(computer.id) !== state) return;
    if (await this.isUsed(computer.id)) person.showInUseAgain(computer);
    else await this.stop(computer, undefined);
  }

  /** @param idle told to the person, unless they have said so themselves */
  private async stop(computer: Computer, idle: number | undefined): Promise<void> {
    const { lifecycle, prompts: person, log } = this.parts;
    const { id } = computer;
    if (await this.isUsed(id)) return;
    log.info(`${id}: idle, so it is stopped`);
    await lifecycle.stop(id, { signal: this.end.signal, timeoutMs: times.stop });
    if (idle !== undefined) person.showStopped(computer, idle);
  }

  private isSpared(id: string): boolean {
    return this.spared.includes(id);
  }

  private spare(id: string): void {
    void this.parts.memory.update(memoryKey, [...this.spared, id].slice(-mostSpared));
  }

  private get spared(): readonly string[] {
    return (this.parts.memory.get(memoryKey) ?? []) as readonly string[];
  }

  private complain(error: unknown): void {
    if (!isCancellation(error)) this.parts.log.warn(`idle computers: ${describeError(error)}`);
  }
}

/** It was stopped, or is gone: whoever starts it again answers for it. */
function isDown({ status }: Computer): boolean {
  const { isStopped, isLost, isDeleted } = statusOf(status);
  return isStopped || isLost || isDeleted;
}
