import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, beforeEach, describe, it } from 'node:test';
import { WindowRegistry } from '../../../../src/features/idle/windowRegistry';
import { FakeClock } from '../../support/fakeClock';

describe('windows that share a folder', () => {
  const parent = mkdtempSync(join(tmpdir(), 'celesto-windows-'));
  let folder = '';
  let clock: FakeClock;
  let here: WindowRegistry;
  let there: WindowRegistry;

  beforeEach(() => {
    folder = join(mkdtempSync(join(parent, 'test-')), 'windows');
    clock = new FakeClock();
    here = new WindowRegistry(folder, clock);
    there = new WindowRegistry(folder, clock);
  });

  after(() => rmSync(parent, { recursive: true }));

  it('know what the others use, not what they use themselves', async () => {
    assert.equal(await here.isUsedElsewhere('a'), false);
    await there.publish(['a', 'b']);
    assert.deepEqual(
      [await here.isUsedElsewhere('a'), await here.isUsedElsewhere('b'), await here.isUsedElsewhere('c')],
      [true, true, false],
    );
    assert.equal(await there.isUsedElsewhere('a'), false);
    await there.publish(['b']);
    assert.equal(await here.isUsedElsewhere('a'), false);
  });

  it('trust a heartbeat for two minutes', async () => {
    await there.publish(['a']);
    await clock.advance(119_000);
    assert.equal(await here.isUsedElsewhere('a'), true);
    await there.publish(['a']);
    await clock.advance(119_000);
    assert.equal(await here.isUsedElsewhere('a'), true);
    await clock.advance(2_000);
    assert.equal(await here.isUsedElsewhere('a'), false);
    assert.deepEqual(readdirSync(folder), [], 'what nobody renews is taken away');
  });

  it('write nothing while they use nothing, and leave nothing behind', async () => {
    await here.publish([]);
    assert.throws(() => readdirSync(folder));
    await here.publish(['a']);
    await there.publish(['b']);
    await here.publish([]);
    there.unregister();
    assert.deepEqual(readdirSync(folder), []);
  });

  it('leave nothing behind where they close during a heartbeat', async () => {
    await here.publish(['a']);
    const telling = here.publish(['a', 'b']);
    // So far that it has begun to write, and cannot have ended.
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
    here.unregister();
    await telling;
    assert.deepEqual(readdirSync(folder), []);
    await here.publish(['a']);
    assert.deepEqual(readdirSync(folder), []);
  });

  it('may use anything where their heartbeat cannot be read just now', async () => {
    await there.publish(['b']);
    const file = join(folder, 'other.json');
    symlinkSync(file, file);
    await assert.rejects(here.isUsedElsewhere('a'), { code: 'ELOOP' });
    rmSync(file);
    await new WindowRegistry(folder, clock, 'other.json').publish(['a']);
    assert.equal(await here.isUsedElsewhere('a'), true);
  });

  for (const nonsense of ['', '{', 'null', '{"at":"now","ids":["a"]}', '{"at":0}'])
    it(`make nothing of ${JSON.stringify(nonsense)}`, async () => {
      await there.publish(['b']);
      writeFileSync(join(folder, 'other.json'), nonsense);
      assert.equal(await here.isUsedElsewhere('a'), false);
      assert.equal(await here.isUsedElsewhere('b'), true);
    });
});
