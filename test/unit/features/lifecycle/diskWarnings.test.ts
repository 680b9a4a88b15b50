import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Memento } from '../../../../src/base/memento';
import { DiskWarnings } from '../../../../src/features/lifecycle/diskWarnings';
import { listOf, wire } from '../../support/computers';
import { StoreHarness } from '../../support/storeHarness';

const hour = 3_600_000;
const day = 24 * hour;

class Memory implements Memento {
  private readonly values = new Map<string, unknown>();
  get = (key: string): unknown => this.values.get(key);
  update = (key: string, value: unknown): Promise<void> => {
    this.values.set(key, value);
    return Promise.resolve();
  };
}

/** A window with warnings, over a list whose disks are deleted in so many milliseconds. */
class Scene {
  readonly harness = new StoreHarness();
  readonly warned: string[] = [];
  readonly warnings: DiskWarnings;

  constructor(memory: Memento = new Memory()) {
    const { store, clock } = this.harness;
    const warn = ({ id }: { id: string }): void => void this.warned.push(id);
    this.warnings = new DiskWarnings({ store, clock, memory, warn });
  }

  async list(...disks: [id: string, status: string, ms: number, origin?: string][]): Promise<void> {
    const now = this.harness.clock.now();
    const computers = disks.map(([id, status, ms, origin = 'ui']) =>
      wire(id, status, { origin, disk_delete_at: new Date(now + ms).toISOString() }),
    );
    this.harness.client.script('list', listOf(...computers));
    await this.harness.store.refresh();
  }

  take(): string[] {
    return this.warned.splice(0);
  }
}

describe('the warning that a disk is deleted', () => {
  it('comes in its last five days, only for computers of the user that do not run', async () => {
    const scene = new Scene();
    await scene.list(
      ['soon', 'stopped', 4 * day],
      ['later', 'stopped', 6 * day],
      ['running', 'running', day],
      ['ci', 'stopped', day, 'github_ci'],
    );
    assert.deepEqual(scene.take(), ['soon']);
  });

  it('comes once a day, in all windows together', async () => {
    const memory = new Memory();
    const [one, two] = [new Scene(memory), new Scene(memory)];
    await one.list(['a', 'stopped', 4 * day]);
    await two.list(['a', 'stopped', 4 * day]);
    assert.deepEqual([one.take(), two.take()], [['a'], []]);
    await one.harness.clock.advance(23 * hour);
    assert.deepEqual(one.take(), []);
    await one.harness.clock.advance(2 * hour);
    assert.deepEqual(one.take(), ['a']);
  });

  it('comes when the day is near, without a change of the list', async () => {
    const scene = new Scene();
    await scene.list(['a', 'stopped', 5 * day + hour]);
    assert.deepEqual(scene.take(), []);
    await scene.harness.clock.advance(2 * hour);
    assert.deepEqual(scene.take(), ['a']);
  });

  it('does not come from the list of an earlier window', () => {
    const soon = { disk_delete_at: new Date(Date.now() + day).toISOString() };
    const harness = new StoreHarness(wire('a', 'stopped', soon));
    const warned: string[] = [];
    const memory = new Memory();
    const warn = ({ id }: { id: string }): void => void warned.push(id);
    const { store, clock } = harness;
    const warnings = new DiskWarnings({ store, clock, memory, warn });
    harness.store.loadCache();
    assert.deepEqual(warned, []);
    warnings.dispose();
    assert.equal(harness.clock.waiting, 0);
  });
});
