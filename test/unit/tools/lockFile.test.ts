import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { acquireLock } from '../../tools/lockFile';

describe('what one process at a time may do', () => {
  const folder = mkdtempSync(join(tmpdir(), 'celesto-alone-'));
  const file = join(folder, 'running.pid');
  after(() => rmSync(folder, { recursive: true }));

  it('is refused while another process does it', () => {
    writeFileSync(file, String(process.ppid));
    assert.throws(() => acquireLock(file), new RegExp(`running already, as process ${process.ppid}`));
  });

  it('can be done when the other one is gone, or never was', () => {
    for (const text of [String(spawnSync('true').pid), 'no number', '']) {
      writeFileSync(file, text);
      acquireLock(file)();
      assert.equal(existsSync(file), false);
    }
  });

  it('is kept from others until it is given back', () => {
    const release = acquireLock(file);
    assert.throws(() => acquireLock(file));
    release();
    acquireLock(file)();
  });
});
