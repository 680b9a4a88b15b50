import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ApiError } from '../../../../../src/api/apiErrors';
import type { CreateIntent } from '../../../../../src/api/client';
import type { WireComputer } from '../../../../../src/api/wire';
import { computerFrom } from '../../../../../src/computers/computer';
import type {
  LeaseMemento,
  TemporaryComputerRecord,
} from '../../../../../src/features/run/temporary/temporaryComputerLeases';
import { TemporaryComputers } from '../../../../../src/features/run/temporary/temporaryComputers';
import { wire } from '../../../support/computers';
import { deferred } from '../../../support/deferred';
import { FakeClock, settled } from '../../../support/fakeClock';
import { RecordingLog } from '../../../support/recordingLog';

const signal = new AbortController().signal;

/** Storage that all windows share and that survives them. */
class SharedMemento implements LeaseMemento {
  private readonly values = new Map<string, string>();

  keys(): string[] {
    return [...this.values.keys()];
  }

  get(key: string): unknown {
    const text = this.values.get(key);
    return text === undefined ? undefined : JSON.parse(text);
  }

  update(key: string, value: unknown): Promise<void> {
    if (value === undefined) this.values.delete(key);
    else this.values.set(key, JSON.stringify(value));
    return Promise.resolve();
  }
}

/** A service with answers set by the test, and the windows of one user. */
class Harness {
  readonly clock = new FakeClock();
  readonly memento = new SharedMemento();
  readonly creates: CreateIntent[] = [];
  readonly deletes: string[] = [];
  readonly gone: string[] = [];
  create: () => Promise<WireComputer> = () => Promise.resolve(wire('cmp_1', 'creating'));
  delete: () => Promise<void> = () => Promise.resolve();
  get: () => Promise<WireComputer> = () => Promise.resolve(wire('cmp_1', 'running'));
  owner = 'me';
  readonly lastDeletes: string[] = [];

  /** The orphaned computers as a window sees them now. */
  async orphanedSeenBy(window: TemporaryComputers): Promise<readonly TemporaryComputerRecord[]> {
    const found = window.orphaned(signal);
    await this.clock.advance(4_000);
    return found;
  }

  window(clock = this.clock): TemporaryComputers {
    const { memento } = this;
    return new TemporaryComputers({
      client: {
        create: (intent) => {
          this.creates.push(intent);
          return this.create();
        },
        get: () => this.get(),
      },
      lastClient: {
        delete: (id) => {
          this.lastDeletes.push(id);
          return new Promise(() => undefined);
        },
      },
      owner: () => this.owner,
      store: { nextSequence: () => 1, applyAnswer: (computer) => computerFrom(computer) },
      lifecycle: {
        delete: (id) => {
          this.deletes.push(id);
          return this.delete();
        },
      },
      memento,
      onDeleted: (id) => this.gone.push(id),
      clock,
      log: new RecordingLog(),
    });
  }
}

describe('a temporary computer', () => {
  it('has a record from before the create call until it is deleted', async () => {
    const harness = new Harness();
    const answer = deferred<WireComputer>();
    harness.create = () => {
      assert.equal(harness.memento.keys().length, 1);
      return answer.promise;
    };
    const window = harness.window();
    const lease = window.create({ template_id: 't' }, 'npm test');
    await settled();
    assert.equal(harness.creates.length, 1);
    answer.resolve(wire('cmp_1', 'creating'));
    assert.equal((await lease.computer).id, 'cmp_1');
    await window.discard(lease);
    assert.deepEqual(harness.deletes, ['cmp_1']);
    assert.deepEqual(harness.gone, ['cmp_1']);
    assert.deepEqual(harness.memento.keys(), []);
  });

  it('is deleted when the command is cancelled before the create call is answered', async () => {
    const harness = new Harness();
    const answer = deferred<WireComputer>();
    harness.create = () => answer.promise;
    const window = harness.window();
    const discarded = window.discard(window.create({}, 'x'));
    answer.resolve(wire('cmp_7', 'creating'));
    await discarded;
    assert.deepEqual(harness.deletes, ['cmp_7']);
  });

  it('has no record after the service has refused to create it', async () => {
    const harness = new Harness();
    harness.create = () => Promise.reject(new ApiError('planLimit'));
    const window = harness.window();
    const lease = window.create({}, 'x');
    await assert.rejects(lease.computer);
    await window.discard(lease);
    assert.deepEqual(harness.memento.keys(), []);
    assert.deepEqual(harness.deletes, []);
  });

  it('is deleted with retries', async () => {
    const harness = new Harness();
    const window = harness.window();
    const lease = window.create({}, 'x');
    await lease.computer;
    harness.delete = () =>
      harness.deletes.length < 3 ? Promise.reject(new ApiError('server')) : Promise.resolve();
    const discarded = window.discard(lease);
    await harness.clock.advance(5_000);
    await discarded;
    assert.equal(harness.deletes.length, 3);
  });

  it('is orphaned when it cannot be deleted, and gone once another window deletes it', async () => {
    const harness = new Harness();
    const window = harness.window();
    const lease = window.create({}, 'npm test');
    await lease.computer;
    harness.delete = () => Promise.reject(new ApiError('forbidden'));
    await assert.rejects(window.discard(lease), ApiError);
    window.dispose();
    const next = harness.window();
    const [orphan] = await harness.orphanedSeenBy(next);
    assert.deepEqual([orphan?.computer?.id, orphan?.command], ['cmp_1', 'npm test']);
    harness.delete = () => Promise.resolve();
    await next.remove(orphan!, signal);
    assert.deepEqual(await harness.orphanedSeenBy(next), []);
    assert.equal(harness.creates.length, 1);
  });

  it('is orphaned when its window is disposed, and not before', async () => {
    const harness = new Harness();
    const window = harness.window();
    await window.create({}, 'x').computer;
    const other = harness.window();
    await harness.clock.advance(300_000);
    assert.deepEqual(await harness.orphanedSeenBy(other), []);
    window.dispose();
    assert.equal((await harness.orphanedSeenBy(other)).length, 1);
  });

  it('is orphaned when the heartbeat of a crashed window times out', async () => {
    const harness = new Harness();
    // The clock of a crashed window stands still.
    await harness.window(new FakeClock()).create({}, 'x').computer;
    const other = harness.window();
    assert.deepEqual(await harness.orphanedSeenBy(other), []);
    const delayMs = other.msUntilNextOrphan(() => false)!;
    assert.ok(delayMs <= 11_000);
    await harness.clock.advance(delayMs);
    assert.equal((await harness.orphanedSeenBy(other)).length, 1);
  });

  it('is orphaned in the next round when its lease times out during a check', async () => {
    const harness = new Harness();
    const first = harness.window(new FakeClock());
    await first.create({}, 'x').computer;
    await harness.clock.advance(8_000);
    const second = new FakeClock();
    second.sleep(8_000);
    await harness.window(second).create({}, 'y').computer;
    await harness.clock.advance(8_000);
    const other = harness.window();
    const [firstOrphan] = await harness.orphanedSeenBy(other);
    assert.equal(firstOrphan?.command, 'x');
    const delayMs = other.msUntilNextOrphan((record) => record === firstOrphan)!;
    await harness.clock.advance(delayMs);
    assert.deepEqual(
      (await harness.orphanedSeenBy(other)).map(({ command }) => command),
      ['x', 'y'],
    );
    assert.equal(
      other.msUntilNextOrphan(() => true),
      undefined,
    );
  });

  it('keeps its lease when the create call takes long', async () => {
    const harness = new Harness();
    const answer = deferred<WireComputer>();
    harness.create = () => answer.promise;
    const { computer } = harness.window().create({}, 'x');
    await settled();
    for (let round = 0; round < 5; round += 1) await harness.clock.advance(4_000);
    answer.resolve(wire('cmp_1', 'creating'));
    await computer;
    const heartbeats = harness.memento
      .keys()
      .map((key) => (harness.memento.get(key) as TemporaryComputerRecord).heldAt);
    assert.deepEqual(heartbeats, [harness.clock.now()]);
  });

  it('keeps its lease when the machine slept and has just woken', async () => {
    const harness = new Harness();
    const window = harness.window();
    await window.create({}, 'x').computer;
    const other = harness.window();
    await settled();
    harness.clock.sleep(3_600_000);
    assert.deepEqual(await harness.orphanedSeenBy(other), []);
  });

  it('is deleted after an ambiguous create by repeating the call with its idempotency key', async () => {
    const harness = new Harness();
    harness.create = () => Promise.reject(new ApiError('network'));
    const window = harness.window();
    const lease = window.create({ template_id: 't' }, 'x');
    await assert.rejects(window.discard(lease), ApiError);
    window.dispose();
    const next = harness.window();
    const [orphan] = await harness.orphanedSeenBy(next);
    assert.equal(orphan!.computer, undefined);
    harness.create = () => Promise.resolve(wire('cmp_9', 'running'));
    await next.remove(orphan!, signal);
    assert.equal(harness.creates[1]!.idempotencyKey, harness.creates[0]!.idempotencyKey);
    assert.deepEqual(harness.creates[1]!.request, { template_id: 't' });
    assert.deepEqual(harness.deletes, ['cmp_9']);
    assert.deepEqual(harness.memento.keys(), []);
  });

  it('is deleted as its window closes, even while it is being created, within a short time', async () => {
    const harness = new Harness();
    const window = harness.window();
    await window.create({}, 'x').computer;
    const answer = deferred<WireComputer>();
    harness.create = () => answer.promise;
    window.create({}, 'y');
    await settled();
    const closed = window.close();
    await settled();
    assert.deepEqual(harness.lastDeletes, ['cmp_1']);
    answer.resolve(wire('cmp_2', 'creating'));
    await settled();
    assert.deepEqual(harness.lastDeletes, ['cmp_1', 'cmp_2']);
    await harness.clock.advance(3_000);
    await closed;
  });

  it('is not orphaned once it is gone, but counts as existing under another account', async () => {
    for (const gone of [
      () => Promise.reject(new ApiError('notFound')),
      () => Promise.resolve(wire('cmp_1', 'deleting')),
    ]) {
      const harness = new Harness();
      const window = harness.window();
      await window.create({}, 'x').computer;
      window.dispose();
      harness.get = gone;
      harness.owner = 'another account';
      assert.equal((await harness.orphanedSeenBy(harness.window())).length, 1);
      harness.owner = 'me';
      harness.get = () => Promise.reject(new ApiError('network'));
      assert.equal((await harness.orphanedSeenBy(harness.window())).length, 1);
      harness.get = gone;
      assert.deepEqual(await harness.orphanedSeenBy(harness.window()), []);
      assert.deepEqual(harness.memento.keys(), []);
      assert.deepEqual(harness.gone, ['cmp_1']);
    }
  });
});
