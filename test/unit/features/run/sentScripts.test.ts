import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { detachedFiles } from '../../../../src/features/run/commandScript';
import {
  endScript,
  readScript,
  removeScript,
  startScript,
  storeScripts,
} from '../../../../src/features/run/detached/detachedScripts';

const runId = '0123456789abcdef';
const command = { line: "echo it's\n  indented # and kept", cwd: '~/a b', env: { A: '1' }, input: 'ü\n\n' };

/** Each text that is sent to a computer, and the file in sentScripts/ that holds what installed versions send. */
const sent: readonly [string, () => string][] = [
  ['storeFiles', () => storeScripts(runId, detachedFiles(command)).join('\n---\n')],
  ['startCommand', () => startScript(runId)],
  ['readOutput', () => readScript(runId, { first: 3, next: 7, count: 32, rounds: 4 })],
  ['killRun', () => endScript(runId)],
  ['removeFiles', () => removeScript(runId)],
];

describe('scripts of detached runs', () => {
  for (const [name, text] of sent)
    it(`sends ${name} byte for byte as before`, () => {
      const file = join(import.meta.dirname, 'sentScripts', `${name}.txt`);
      assert.equal(text(), readFileSync(file, 'utf8'));
    });

  it('store any files in calls of at most 10,000 characters', () => {
    for (const files of [
      { command: "'".repeat(50_000), input: '😀'.repeat(29_999) },
      { command: 'x'.repeat(9_500), input: '' },
      { command: '', input: `${' '.repeat(9_400)}'` },
    ]) {
      const scripts = storeScripts(runId, files);
      for (const script of scripts) assert.ok(Array.from(script).length <= 10_000);
      assert.ok(scripts.length < 40);
    }
  });
});
