import { Lifecycle, type EnsureRunningOptions } from '../../../src/computers/lifecycle';
import type { EnsureRunningStep } from '../../../src/computers/ensureRunning';
import type { Computer } from '../../../src/computers/computer';
import { settled } from './fakeClock';
import { parseComputer, StoreHarness } from './storeHarness';

/** One wish to open a computer, and what was heard of it. */
export interface Opening {
  readonly result: Promise<Computer>;
  /** `asked start`, `waiting starting`, `unreachable network`. */
  readonly steps: string[];
  readonly cancel: () => void;
}

/** A life cycle with all around it in the hand of a test. */
export class LifecycleHarness extends StoreHarness {
  readonly lifecycle = new Lifecycle(this.client, this.store, this.clock, this.log);

  /** A bench whose list holds these. */
  static async with(...computers: string[]): Promise<LifecycleHarness> {
    const bench = new LifecycleHarness();
    await bench.refreshWith(...computers);
    bench.takeEvents();
    bench.client.calls.length = 0;
    return bench;
  }

  /** What the service says of computer `a` at each look; a text is its status. */
  scriptFetches(...steps: (string | Error)[]): void {
    this.client.script(
      'get',
      ...steps.map((step) => (step instanceof Error ? step : parseComputer(`a ${step}`))),
    );
  }

  /** Opens computer `a`; the time limit is two minutes. */
  open(options: Partial<EnsureRunningOptions> = {}): Opening {
    const controller = new AbortController();
    const steps: string[] = [];
    const result = this.lifecycle.ensureRunning('a', {
      signal: controller.signal,
      timeoutMs: 120_000,
      onStep: (step) => steps.push(inWords(step)),
      ...options,
    });
    // A test looks at the outcome when it is there; until then nobody does.
    result.catch(() => undefined);
    return { result, steps, cancel: () => controller.abort() };
  }

  /** Opens computer `a` and lets as much time go by as it takes, within ten minutes. */
  async opened(options?: Partial<EnsureRunningOptions>): Promise<Computer> {
    return this.timely(this.open(options).result);
  }

  /** Lets time go by until the promise is settled. */
  async timely<T>(promise: Promise<T>): Promise<T> {
    const over = new AbortController();
    const end = this.clock.now() + 600_000;
    promise.then(
      () => over.abort(),
      () => over.abort(),
    );
    await settled();
    while (!over.signal.aborted && this.clock.now() < end) await this.clock.advance(100);
    if (!over.signal.aborted) throw new Error('still not settled after ten minutes');
    return promise;
  }
}

function inWords(step: EnsureRunningStep): string {
  switch (step.kind) {
    case 'requested':
      return `asked ${step.action}`;
    case 'waiting':
      return `waiting ${step.computer.status}`;
    case 'unreachable':
      return `unreachable ${step.error.kind}`;
  }
}
