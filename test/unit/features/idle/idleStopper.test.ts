import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { ApiError } from '../../../../src/api/apiErrors';
import { Emitter } from '../../../../src/base/emitter';
import type { Memento } from '../../../../src/base/memento';
import { ComputersInUse } from '../../../../src/computers/computersInUse';
import { type IdleSettings, IdleStopper } from '../../../../src/features/idle/idleStopper';
import { WindowRegistry } from '../../../../src/features/idle/windowRegistry';
import { until } from '../../../harness/until';
import { listOf, wire } from '../../support/computers';
import { deferred } from '../../support/deferred';
import { settled } from '../../support/fakeClock';
import { LifecycleHarness } from '../../support/lifecycleHarness';
import { parseComputer } from '../../support/storeHarness';

const minute = 60_000;
const { signal } = new AbortController();

/** Use that a test begins and ends by hand. */
class HandUse {
  private readonly changes = new Emitter<undefined>();
  private readonly ids = new Set<string>();
  readonly onDidChange = this.changes.event;

  get computerIds(): readonly string[] {
    return [...this.ids];
  }

  begin(id: string): void {
    this.ids.add(id);
    this.changes.fire(undefined);
  }

  end(id: string): void {
    this.ids.delete(id);
    this.changes.fire(undefined);
  }
}

/** The windows' files, so that a test can wait until they are read and written. */
class PatientWindows extends WindowRegistry {
  private pending = 0;

  override publish(ids: readonly string[]): Promise<void> {
    return this.counted(super.publish(ids));
  }

  override isUsedElsewhere(id: string): Promise<boolean> {
    return this.counted(super.isUsedElsewhere(id));
  }

  async quiet(): Promise<void> {
    do await settled();
    while (this.pending > 0);
  }

  private async counted<T>(work: Promise<T>): Promise<T> {
    this.pending += 1;
    try {
      return await work;
    } finally {
      this.pending -= 1;
    }
  }
}

/** One window with its own use, over a service that all windows of a test share. */
class Window {
  readonly terminals = new HandUse();
  readonly runs = new HandUse();
  readonly windows: PatientWindows;
  /** Notifications and questions: `ask a 30`, `stopped a 30`, `in use a`. */
  readonly reported: string[] = [];
  readonly lastStops: string[] = [];
  answer: Promise<'stop' | 'keep' | 'never'> = Promise.resolve('keep');
  lastStop: Promise<unknown> = Promise.resolve();
  readonly idle: IdleStopper;

  constructor(
    readonly harness: LifecycleHarness,
    folder: string,
    stop: ReturnType<IdleSettings['stop']>,
    { memory = new MemoryMemento(), stopOnClose = false }: { memory?: Memento; stopOnClose?: boolean } = {},
  ) {
    const { store, lifecycle, clock, log } = harness;
    this.windows = new PatientWindows(folder, clock);
    const usage = new ComputersInUse();
    usage.add(this.terminals);
    usage.add(this.runs);
    this.idle = new IdleStopper({
      ...{ lifecycle, store, usage, memory, clock, log },
      otherWindows: this.windows,
      settings: { stop: () => stop, timeoutMs: () => 30 * minute, stopOnClose: () => stopOnClose },
      prompts: {
        askToStop: ({ id }, idle) => {
          this.reported.push(`ask ${id} ${Math.round(idle / minute)}`);
          return this.answer;
        },
        showStopped: ({ id }, idle) => void this.reported.push(`stopped ${id} ${Math.round(idle / minute)}`),
        showInUseAgain: ({ id }) => void this.reported.push(`in use ${id}`),
      },
      requestStop: (id) => {
        this.lastStops.push(id);
        return this.lastStop;
      },
    });
  }

  get stops(): number {
    return this.harness.client.count('stop');
  }
}

class MemoryMemento implements Memento {
  private readonly values = new Map<string, unknown>();
  get = (key: string): unknown => this.values.get(key);
  update = (key: string, value: unknown): Promise<void> => {
    this.values.set(key, value);
    return Promise.resolve();
  };
}

/** Lets minutes go by, with time for the files in between. */
async function goBy(minutes: number, ...windows: Window[]): Promise<void> {
  for (let half = 0; half < 2 * minutes; half += 1) {
    await windows[0]!.harness.clock.advance(minute / 2);
    for (const window of windows) await window.windows.quiet();
    await windows[0]!.harness.clock.advance(0);
  }
}

/** Starts computer `a`, which is stopped at first. */
async function start(harness: LifecycleHarness): Promise<void> {
  harness.client.script('start', parseComputer('a starting'));
  harness.scriptFetches('stopped', 'running');
  await harness.opened();
  harness.client.script('stop', parseComputer('a stopping'));
}

describe('an idle computer', () => {
  const folder = mkdtempSync(join(tmpdir(), 'celesto-idle-'));
  after(() => rmSync(folder, { recursive: true }));

  const scene = async (...given: [ReturnType<IdleSettings['stop']>, object?]): Promise<Window> => {
    const harness = await LifecycleHarness.with('a stopped', 'b running');
    return new Window(harness, mkdtempSync(join(folder, 'test-')), ...given);
  };

  it('is stopped after half an hour, if this window started it', async () => {
    const window = await scene('always');
    await start(window.harness);
    await goBy(29, window);
    assert.equal(window.stops, 0);
    window.harness.scriptFetches('running', 'stopped');
    await goBy(2, window);
    assert.deepEqual(window.reported, ['stopped a 30']);
    assert.equal(window.harness.client.count('stop', 'a'), 1);
    assert.equal(window.stops, 1, 'not the one that it did not start');
    assert.equal(window.harness.clock.waiting, 0, 'nothing is left to be watched over');
  });

  it('is left running where it is a machine of the service', async () => {
    const window = await scene('always', { stopOnClose: true });
    const { client } = window.harness;
    const machine = (status: string) => wire('a', status, { origin: 'github_ci' });
    client.script('get', machine('stopped'), machine('running'));
    client.script('start', machine('starting'));
    await window.harness.opened();
    await goBy(40, window);
    await window.idle.close();
    assert.deepEqual([window.stops, window.lastStops], [0, []]);
  });

  it('is left running where the setting is never', async () => {
    const window = await scene('never');
    await start(window.harness);
    await goBy(40, window);
    assert.deepEqual([window.stops, window.reported], [0, []]);
    window.idle.dispose();
    assert.equal(window.harness.clock.waiting, 0);
  });

  it('is idle only from the end of all use, of any kind', async () => {
    const window = await scene('always');
    await start(window.harness);
    window.terminals.begin('a');
    await goBy(20, window);
    window.runs.begin('a');
    window.terminals.end('a');
    await goBy(20, window);
    window.runs.end('a');
    await goBy(29, window);
    assert.equal(window.stops, 0);
    window.harness.scriptFetches('running', 'stopped');
    await goBy(2, window);
    assert.equal(window.stops, 1);
  });

  it('is not tracked any more once it was stopped elsewhere, even if started again', async () => {
    const window = await scene('always');
    await start(window.harness);
    await window.harness.refreshWith('a stopped');
    await window.harness.refreshWith('a running');
    await goBy(40, window);
    assert.equal(window.stops, 0);
  });

  it('is stopped again after another idle time where a stop fails', async () => {
    const window = await scene('always');
    await start(window.harness);
    window.harness.client.script('stop', new ApiError('network'), parseComputer('a stopping'));
    window.harness.scriptFetches('running');
    await goBy(31, window);
    assert.deepEqual([window.stops, window.reported], [1, []]);
    window.harness.scriptFetches('running', 'stopped');
    await goBy(31, window);
    assert.equal(window.stops, 2);
  });

  it('stays tracked where the user stops or deletes it, and that fails', async () => {
    const window = await scene('always');
    const { harness } = window;
    await start(harness);
    for (const way of ['stop', 'delete'] as const) harness.client.script(way, new ApiError('network'));
    await assert.rejects(harness.lifecycle.stop('a', { signal, timeoutMs: minute }));
    await assert.rejects(harness.lifecycle.delete('a', signal));
    harness.client.script('stop', parseComputer('a stopping'));
    harness.scriptFetches('running', 'stopped');
    await goBy(31, window);
    assert.deepEqual(window.reported, ['stopped a 30']);
  });

  it('is stopped though an incomplete list lacks it', async () => {
    const window = await scene('always');
    await start(window.harness);
    window.harness.client.script('list', { ...listOf(parseComputer('b running')), possiblyMore: true });
    await window.harness.store.refresh();
    window.harness.scriptFetches('running', 'stopped');
    await goBy(31, window);
    assert.deepEqual(window.reported, ['stopped a 30']);
    await goBy(2, window);
    assert.equal(window.harness.clock.waiting, 0, 'nothing is left to be watched over');
  });

  it('is stopped though another one cannot be read; that one is untracked once it is gone', async () => {
    const window = await scene('always');
    const { harness } = window;
    harness.client.script('start', parseComputer('b starting'));
    harness.client.script('get', parseComputer('b stopped'), parseComputer('b running'));
    await harness.timely(harness.lifecycle.ensureRunning('b', { signal, timeoutMs: minute }));
    await start(harness);
    let problem = new ApiError('server');
    harness.client.get = (id) =>
      id === 'b'
        ? Promise.reject(problem)
        : Promise.resolve(parseComputer(window.stops > 0 ? 'a stopped' : 'a running'));
    await goBy(32, window);
    assert.deepEqual(window.reported, ['stopped a 30']);
    problem = new ApiError('notFound');
    await goBy(1, window);
    assert.equal(harness.clock.waiting, 0, 'nothing is left to be watched over');
  });

  describe('with the setting ask', () => {
    for (const [answer, stops, asked] of [
      ['stop', 1, 1],
      ['keep', 0, 2],
      ['never', 0, 1],
    ] as const) {
      it(`and says ${answer}: stops ${stops}, questions within an hour ${asked}`, async () => {
        const window = await scene('ask');
        window.answer = Promise.resolve(answer);
        await start(window.harness);
        window.harness.scriptFetches('running', ...(answer === 'stop' ? ['stopped'] : []));
        await goBy(62, window);
        assert.equal(window.stops, stops);
        assert.equal(window.reported.length, asked);
        assert.equal(window.reported[0], 'ask a 30');
      });
    }

    it('does not ask again after never, not even in another window', async () => {
      const memory = new MemoryMemento();
      const window = await scene('ask', { memory });
      window.answer = Promise.resolve('never');
      await start(window.harness);
      await goBy(31, window);
      const later = await scene('always', { memory });
      await start(later.harness);
      await goBy(31, later);
      assert.equal(later.stops, 0);
    });

    it('asks once at a time, and does not stop a computer that came into use meanwhile', async () => {
      const window = await scene('ask');
      const answer = deferred<'stop'>();
      window.answer = answer.promise;
      await start(window.harness);
      await goBy(45, window);
      assert.deepEqual(window.reported, ['ask a 30']);
      window.terminals.begin('a');
      answer.resolve('stop');
      await goBy(1, window);
      assert.deepEqual([window.stops, window.reported.at(-1)], [0, 'in use a']);
    });
  });

  describe('and another window', () => {
    const both = async (options = {}): Promise<[Window, Window]> => {
      const shared = mkdtempSync(join(folder, 'test-'));
      const harness = await LifecycleHarness.with('a stopped');
      const here = new Window(harness, shared, 'always', options);
      await start(harness);
      // It has started nothing itself.
      const there = new Window(harness, shared, 'never');
      return [here, there];
    };

    it('is not stopped while that window uses it, but half an hour later', async () => {
      const [here, there] = await both();
      there.terminals.begin('a');
      await goBy(50, here, there);
      assert.equal(here.stops, 0);
      there.terminals.end('a');
      await goBy(29, here, there);
      assert.equal(here.stops, 0);
      here.harness.scriptFetches('running', 'stopped');
      await goBy(2, here, there);
      assert.equal(here.stops, 1);
    });

    it('is not stopped right after the machine has slept: the other window had no heartbeat yet', async () => {
      const [here, there] = await both();
      there.terminals.begin('a');
      await goBy(10, here, there);
      here.harness.clock.sleep(600 * minute);
      await goBy(2, here, there);
      assert.equal(here.stops, 0);
    });

    it('is stopped once that window has closed', async () => {
      const [here, there] = await both();
      there.terminals.begin('a');
      await goBy(10, here, there);
      there.idle.dispose();
      here.harness.scriptFetches('running', 'stopped');
      await goBy(31, here);
      assert.equal(here.stops, 1);
    });

    it('is stopped as this window closes, by the setting; not while the other uses it', async () => {
      const [here] = await both({ stopOnClose: true });
      await here.idle.close();
      assert.deepEqual(here.lastStops, ['a']);
      const [another, there] = await both({ stopOnClose: true });
      there.terminals.begin('a');
      await there.windows.quiet();
      await another.idle.close();
      assert.deepEqual(another.lastStops, []);
    });
  });

  it('keeps running when the window closes, unless the setting asks for a stop', async () => {
    const window = await scene('always');
    await start(window.harness);
    await window.idle.close();
    assert.deepEqual(window.lastStops, []);
  });

  it('delays the closing of a window for a moment at most', async () => {
    const window = await scene('never', { stopOnClose: true });
    window.lastStop = new Promise(() => undefined);
    await start(window.harness);
    const closing = window.idle.close();
    await until('the last stop', () => window.lastStops.length === 1);
    await window.harness.clock.advance(3_000);
    await closing;
  });
});
