import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, beforeEach, describe, it } from 'node:test';
import { Windows } from '../../../../src/features/idle/windows';
import { FakeClock } from '../../support/fakeClock';

describe('windows that share a folder', () => {
  const parent = mkdtempSync(join(tmpdir(), 'celesto-windows-'));
  let folder = '';
  let clock: FakeClock;
  let here: Windows;
  let there: Windows;

  beforeEach(() => {
    folder = join(mkdtempSync(join(parent, 'test-')), 'windows');
    clock = new FakeClock();
    here = new Windows(folder, clock);
    there = new Windows(folder, clock);
  });

  after(() => rmSync(parent, { recursive: true }));

  it('hear what the others use, and not what they use themselves', async () => {
    assert.equal(await here.uses('a'), false);
    await there.tell(['a', 'b']);
    assert.deepEqual([await here.uses('a'), await here.uses('b'), await here.uses('c')], [true, true, false]);
    assert.equal(await there.uses('a'), false);
    await there.tell(['b']);
    assert.equal(await here.uses('a'), false);
  });

  it('believe each other for two minutes', async () => {
    await there.tell(['a']);
    await clock.advance(119_000);
    assert.equal(await here.uses('a'), true);
    await there.tell(['a']);
    await clock.advance(119_000);
    assert.equal(await here.uses('a'), true);
    await clock.advance(2_000);
    assert.equal(await here.uses('a'), false);
    assert.deepEqual(readdirSync(folder), [], 'what nobody renews is taken away');
  });

  it('write nothing while they use nothing, and leave nothing behind', async () => {
    await here.tell([]);
    assert.throws(() => readdirSync(folder));
    await here.tell(['a']);
    await there.tell(['b']);
    await here.tell([]);
    there.leave();
    assert.deepEqual(readdirSync(folder), []);
  });

  it('leave nothing behind where they are closed in the middle of a word', async () => {
    await here.tell(['a']);
    const telling = here.tell(['a', 'b']);
    // So far that it has begun to write, and cannot have ended.
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
    here.leave();
    await telling;
    assert.deepEqual(readdirSync(folder), []);
    await here.tell(['a']);
    assert.deepEqual(readdirSync(folder), []);
  });

  it('may use anything where what they say cannot be read just now', async () => {
    await there.tell(['b']);
    const file = join(folder, 'other.json');
    symlinkSync(file, file);
    await assert.rejects(here.uses('a'), { code: 'ELOOP' });
    rmSync(file);
    await new Windows(folder, clock, 'other.json').tell(['a']);
    assert.equal(await here.uses('a'), true);
  });

  for (const nonsense of ['', '{', 'null', '{"at":"now","ids":["a"]}', '{"at":0}'])
    it(`make nothing of ${JSON.stringify(nonsense)}`, async () => {
      await there.tell(['b']);
      writeFileSync(join(folder, 'other.json'), nonsense);
      assert.equal(await here.uses('a'), false);
      assert.equal(await here.uses('b'), true);
    });
});
