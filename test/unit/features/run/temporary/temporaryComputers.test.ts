import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ApiError } from '../../../../../src/api/errors';
import type { CreateIntent } from '../../../../../src/api/client';
import type { WireComputer } from '../../../../../src/api/wire';
import { computerFrom } from '../../../../../src/computers/computer';
import {
  TemporaryComputers,
  type TemporaryComputerMemento,
  type TemporaryComputerRecord,
} from '../../../../../src/features/run/temporary/temporaryComputers';
import { wire } from '../../../support/computers';
import { deferred } from '../../../support/deferred';
import { FakeClock, settled } from '../../../support/fakeClock';
import { RecordingLog } from '../../../support/recordingLog';

const signal = new AbortController().signal;

/** What VS Code keeps from one start to the next, for all windows. */
class Memory implements TemporaryComputerMemento {
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

/** A service whose answers are in the hand of the test, and the windows of one person. */
class Bench {
  readonly clock = new FakeClock();
  readonly memory = new Memory();
  readonly creates: CreateIntent[] = [];
  readonly deletes: string[] = [];
  readonly gone: string[] = [];
  create: () => Promise<WireComputer> = () => Promise.resolve(wire('cmp_1', 'creating'));
  delete: () => Promise<void> = () => Promise.resolve();
  look: () => Promise<WireComputer> = () => Promise.resolve(wire('cmp_1', 'running'));
  owner = 'me';
  readonly lastDeletes: string[] = [];

  /** What a window finds abandoned just now. */
  async abandoned(window: TemporaryComputers): Promise<readonly TemporaryComputerRecord[]> {
    const found = window.orphaned(signal);
    await this.clock.advance(4_000);
    return found;
  }

  window(clock = this.clock): TemporaryComputers {
    const { memory } = this;
    return new TemporaryComputers({
      client: {
        create: (intent) => {
          this.creates.push(intent);
          return this.create();
        },
        get: () => this.look(),
      },
      lastClient: {
        delete: (id) => {
          this.lastDeletes.push(id);
          return new Promise(() => undefined);
        },
      },
      owner: () => this.owner,
      store: { nextSequence: () => 1, upsert: (computer) => computerFrom(computer) },
      lifecycle: {
        delete: (id) => {
          this.deletes.push(id);
          return this.delete();
        },
      },
      memory,
      onDeleted: (id) => this.gone.push(id),
      clock,
      log: new RecordingLog(),
    });
  }
}

describe('a computer for one command', () => {
  it('is remembered before it is asked for, and forgotten when it is deleted', async () => {
    const bench = new Bench();
    const answer = deferred<WireComputer>();
    bench.create = () => {
      assert.equal(bench.memory.keys().length, 1);
      return answer.promise;
    };
    const window = bench.window();
    const tenancy = window.create({ template_id: 't' }, 'npm test');
    await settled();
    assert.equal(bench.creates.length, 1);
    answer.resolve(wire('cmp_1', 'creating'));
    assert.equal((await tenancy.computer).id, 'cmp_1');
    await window.discard(tenancy);
    assert.deepEqual(bench.deletes, ['cmp_1']);
    assert.deepEqual(bench.gone, ['cmp_1']);
    assert.deepEqual(bench.memory.keys(), []);
  });

  it('is deleted also when the command is cancelled before the service has answered', async () => {
    const bench = new Bench();
    const answer = deferred<WireComputer>();
    bench.create = () => answer.promise;
    const window = bench.window();
    const discarded = window.discard(window.create({}, 'x'));
    answer.resolve(wire('cmp_7', 'creating'));
    await discarded;
    assert.deepEqual(bench.deletes, ['cmp_7']);
  });

  it('is not remembered where the service has refused to make it', async () => {
    const bench = new Bench();
    bench.create = () => Promise.reject(new ApiError('planLimit'));
    const window = bench.window();
    const tenancy = window.create({}, 'x');
    await assert.rejects(tenancy.computer);
    await window.discard(tenancy);
    assert.deepEqual(bench.memory.keys(), []);
    assert.deepEqual(bench.deletes, []);
  });

  it('is deleted with patience', async () => {
    const bench = new Bench();
    const window = bench.window();
    const tenancy = window.create({}, 'x');
    await tenancy.computer;
    bench.delete = () =>
      bench.deletes.length < 3 ? Promise.reject(new ApiError('server')) : Promise.resolve();
    const discarded = window.discard(tenancy);
    await bench.clock.advance(5_000);
    await discarded;
    assert.equal(bench.deletes.length, 3);
  });

  it('that cannot be deleted is offered at the next start, and gone for good once it is', async () => {
    const bench = new Bench();
    const window = bench.window();
    const tenancy = window.create({}, 'npm test');
    await tenancy.computer;
    bench.delete = () => Promise.reject(new ApiError('forbidden'));
    await assert.rejects(window.discard(tenancy), ApiError);
    window.dispose();
    const next = bench.window();
    const [left] = await bench.abandoned(next);
    assert.deepEqual([left?.computer?.id, left?.command], ['cmp_1', 'npm test']);
    bench.delete = () => Promise.resolve();
    await next.remove(left!, signal);
    assert.deepEqual(await bench.abandoned(next), []);
    assert.equal(bench.creates.length, 1);
  });

  it('of a window that lives is offered by no other; of one that is gone it soon is', async () => {
    const bench = new Bench();
    const window = bench.window();
    await window.create({}, 'x').computer;
    const other = bench.window();
    await bench.clock.advance(300_000);
    assert.deepEqual(await bench.abandoned(other), []);
    window.dispose();
    assert.equal((await bench.abandoned(other)).length, 1);
  });

  it('of a window that went without a word is offered when nothing was heard of it for a while', async () => {
    const bench = new Bench();
    // For a window that has crashed time goes on no more.
    await bench.window(new FakeClock()).create({}, 'x').computer;
    const other = bench.window();
    assert.deepEqual(await bench.abandoned(other), []);
    const pause = other.nextCheckIn(() => false)!;
    assert.ok(pause <= 11_000);
    await bench.clock.advance(pause);
    assert.equal((await bench.abandoned(other)).length, 1);
  });

  it('of a window that falls silent just while others are looked at is offered next', async () => {
    const bench = new Bench();
    const first = bench.window(new FakeClock());
    await first.create({}, 'x').computer;
    await bench.clock.advance(8_000);
    const second = new FakeClock();
    second.sleep(8_000);
    await bench.window(second).create({}, 'y').computer;
    await bench.clock.advance(8_000);
    const other = bench.window();
    const [silent] = await bench.abandoned(other);
    assert.equal(silent?.command, 'x');
    const pause = other.nextCheckIn((record) => record === silent)!;
    await bench.clock.advance(pause);
    assert.deepEqual(
      (await bench.abandoned(other)).map(({ command }) => command),
      ['x', 'y'],
    );
    assert.equal(
      other.nextCheckIn(() => true),
      undefined,
    );
  });

  it('is not taken from a window that waited long for it', async () => {
    const bench = new Bench();
    const answer = deferred<WireComputer>();
    bench.create = () => answer.promise;
    const { computer } = bench.window().create({}, 'x');
    await settled();
    for (let beats = 0; beats < 5; beats += 1) await bench.clock.advance(4_000);
    answer.resolve(wire('cmp_1', 'creating'));
    await computer;
    const heard = bench.memory.keys().map((key) => (bench.memory.get(key) as TemporaryComputerRecord).heldAt);
    assert.deepEqual(heard, [bench.clock.now()]);
  });

  it('is not taken from a window that slept and has just woken', async () => {
    const bench = new Bench();
    const window = bench.window();
    await window.create({}, 'x').computer;
    const other = bench.window();
    await settled();
    bench.clock.sleep(3_600_000);
    assert.deepEqual(await bench.abandoned(other), []);
  });

  it('of which nobody knows whether it was made is found by the same wish, and deleted', async () => {
    const bench = new Bench();
    bench.create = () => Promise.reject(new ApiError('network'));
    const window = bench.window();
    const tenancy = window.create({ template_id: 't' }, 'x');
    await assert.rejects(window.discard(tenancy), ApiError);
    window.dispose();
    const next = bench.window();
    const [left] = await bench.abandoned(next);
    assert.equal(left!.computer, undefined);
    bench.create = () => Promise.resolve(wire('cmp_9', 'running'));
    await next.remove(left!, signal);
    assert.equal(bench.creates[1]!.idempotencyKey, bench.creates[0]!.idempotencyKey);
    assert.deepEqual(bench.creates[1]!.request, { template_id: 't' });
    assert.deepEqual(bench.deletes, ['cmp_9']);
    assert.deepEqual(bench.memory.keys(), []);
  });

  it('is deleted as its window closes, also one that is only just being made; nothing is waited for long', async () => {
    const bench = new Bench();
    const window = bench.window();
    await window.create({}, 'x').computer;
    const answer = deferred<WireComputer>();
    bench.create = () => answer.promise;
    window.create({}, 'y');
    await settled();
    const closed = window.close();
    await settled();
    assert.deepEqual(bench.lastDeletes, ['cmp_1']);
    answer.resolve(wire('cmp_2', 'creating'));
    await settled();
    assert.deepEqual(bench.lastDeletes, ['cmp_1', 'cmp_2']);
    await bench.clock.advance(3_000);
    await closed;
  });

  it('that is gone is not asked about, but one of another account is: nobody can look there', async () => {
    for (const gone of [
      () => Promise.reject(new ApiError('notFound')),
      () => Promise.resolve(wire('cmp_1', 'deleting')),
    ]) {
      const bench = new Bench();
      const window = bench.window();
      await window.create({}, 'x').computer;
      window.dispose();
      bench.look = gone;
      bench.owner = 'somebody else';
      assert.equal((await bench.abandoned(bench.window())).length, 1);
      bench.owner = 'me';
      bench.look = () => Promise.reject(new ApiError('network'));
      assert.equal((await bench.abandoned(bench.window())).length, 1);
      bench.look = gone;
      assert.deepEqual(await bench.abandoned(bench.window()), []);
      assert.deepEqual(bench.memory.keys(), []);
      assert.deepEqual(bench.gone, ['cmp_1']);
    }
  });
});
