import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';

/** Creates a folder for the tests of one file or suite, and deletes it after them. */
export function testFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'celesto-ssh-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
