import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { acquireLock } from '../../tools/lockFile';

describe('acquireLock', () => {
  const folder = mkdtempSync(join(tmpdir(), 'celesto-lock-'));
  const file = join(folder, 'running.pid');
  after(() => rmSync(folder, { recursive: true }));

  it('fails while another process holds the lock', () => {
    writeFileSync(file, String(process.ppid));
    assert.throws(() => acquireLock(file), new RegExp(`running already, as process ${process.ppid}`));
  });

  it('ignores the lock of a process that is gone, and a file that names none', () => {
    for (const text of [String(spawnSync('true').pid), 'no number', '']) {
      writeFileSync(file, text);
      acquireLock(file)();
      assert.equal(existsSync(file), false);
    }
  });

  it('holds the lock until it is released', () => {
    const release = acquireLock(file);
    assert.throws(() => acquireLock(file));
    release();
    acquireLock(file)();
  });
});
