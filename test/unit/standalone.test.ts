import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { projectFolder } from '../tools/paths';

/** Steps to a parent folder, as in `../../a` and as in `join(folder, '..', '..', 'a')`. */
const stepsUp = /(?<![\w./])(?:\.\.\/)+|(?:'\.\.'(?:,\s*)?)+/g;

/** The relative paths in the text of a file that lead above the project's folder. */
function pathsAbove(file: string, text: string): string[] {
  const depth = file.split('/').length - 1;
  return [...text.matchAll(stepsUp)].map(([steps]) => steps).filter((steps) => count(steps) > depth);
}

const count = (steps: string): number => steps.split('..').length - 1;

/** The files that Git keeps, but pictures; also for a user who does not own the clone's folder. */
function trackedFiles(): string[] {
  const args = ['-c', 'safe.directory=*', 'ls-files', '-z', ':!*.png'];
  const names = execFileSync('git', args, { cwd: projectFolder, encoding: 'utf8' }).split('\0');
  return names.filter((name) => name !== '' && existsSync(join(projectFolder, name)));
}

describe('a clone', () => {
  it('stands alone: no file names a path above the project', () => {
    const files = trackedFiles();
    assert.ok(files.includes('package.json'));
    const wrong = files.flatMap((file) => {
      const text = readFileSync(join(projectFolder, file), 'utf8');
      return pathsAbove(file, text).map((path) => `${file}: ${path}`);
    });
    assert.deepEqual(wrong, []);
  });

  it('is told from one that does not', () => {
    const up = '../'.repeat(3);
    const joined = `join(folder, ${"'..', ".repeat(3)}'other')`;
    for (const path of [`'${up}other/a.json'`, joined]) {
      assert.equal(pathsAbove('test/unit/a.ts', path).length, 1);
      assert.deepEqual(pathsAbove('test/unit/api/a.ts', path), []);
    }
  });
});
