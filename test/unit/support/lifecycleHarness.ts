import type { Computer } from '../../../src/computers/computer';
import type { EnsureRunningStep } from '../../../src/computers/ensureRunning';
import { type EnsureRunningOptions, Lifecycle } from '../../../src/computers/lifecycle';
import { settled } from './fakeClock';
import { parseComputer, StoreHarness } from './storeHarness';

/** One call of ensureRunning, and the steps it has reported. */
export interface StartAttempt {
  readonly result: Promise<Computer>;
  /** `requested start`, `waiting starting`, `unreachable network`. */
  readonly steps: string[];
  readonly cancel: () => void;
}

/** A lifecycle with a fake client, store and clock. */
export class LifecycleHarness extends StoreHarness {
  readonly lifecycle = new Lifecycle(this.client, this.store, this.clock, this.log);

  /** Makes a harness whose list holds these. */
  static async with(...computers: string[]): Promise<LifecycleHarness> {
    const harness = new LifecycleHarness();
    await harness.refreshWith(...computers);
    harness.takeEvents();
    harness.client.calls.length = 0;
    return harness;
  }

  /** Sets the answer to each read of computer `a`; a text is its status. */
  scriptFetches(...steps: (string | Error)[]): void {
    this.client.script(
      'get',
      ...steps.map((step) => (step instanceof Error ? step : parseComputer(`a ${step}`))),
    );
  }

  /** Calls ensureRunning for computer `a`, by default within two minutes. */
  open(options: Partial<EnsureRunningOptions> = {}): StartAttempt {
    const controller = new AbortController();
    const steps: string[] = [];
    const result = this.lifecycle.ensureRunning('a', {
      signal: controller.signal,
      timeoutMs: 120_000,
      onStep: (step) => steps.push(formatStep(step)),
      ...options,
    });
    // The test handles a rejection later.
    result.catch(() => undefined);
    return { result, steps, cancel: () => controller.abort() };
  }

  /** Calls ensureRunning for computer `a` and advances the clock until it settles, within ten minutes. */
  async opened(options?: Partial<EnsureRunningOptions>): Promise<Computer> {
    return this.timely(this.open(options).result);
  }

  /** Advances the clock until the promise settles. */
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

function formatStep(step: EnsureRunningStep): string {
  switch (step.kind) {
    case 'requested':
      return `asked ${step.action}`;
    case 'waiting':
      return `waiting ${step.computer.status}`;
    case 'unreachable':
      return `unreachable ${step.error.kind}`;
  }
}
