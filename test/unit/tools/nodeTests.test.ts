import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { loader } from '../../tools/paths';
import { readResults, resultsVariable } from '../../tools/results';

const runner = join(import.meta.dirname, '..', '..', 'tools', 'nodeTests.ts');

describe('nodeTests', () => {
  const folder = mkdtempSync(join(tmpdir(), 'celesto-node-tests-'));
  after(() => rmSync(folder, { recursive: true }));

  /** Runs a file of tests with this text. */
  function run(text: string, ...options: string[]): { outcomes: string[]; code: number | null } {
    const file = join(folder, 'some.test.mjs');
    const results = join(folder, 'results');
    rmSync(results, { force: true });
    writeFileSync(file, `import { describe, it } from 'node:test';\n${text}`);
    const env = { ...process.env, [resultsVariable]: results, NODE_TEST_CONTEXT: undefined };
    const { status } = spawnSync(process.execPath, ['--import', loader, runner, ...options, file], { env });
    return { outcomes: readResults(results).map(({ name, outcome }) => `${outcome}: ${name}`), code: status };
  }

  it('records each test once, by its full name, and no groups', () => {
    const { outcomes, code } = run(
      `describe('a', () => { it('b', () => {}); describe('c', () => it('d', () => {})); });`,
    );
    assert.deepEqual(outcomes, ['passed: a › b', 'passed: a › c › d']);
    assert.equal(code, 0);
  });

  it('records a test that fails, and those beside it', () => {
    const { outcomes, code } = run(
      `describe('a', () => { it('b', () => { throw new Error(); }); it('c', () => {}); });`,
    );
    assert.deepEqual(outcomes, ['failed: a › b', 'passed: a › c']);
    assert.equal(code, 1);
  });

  it('records a skipped test as failed', () => {
    const { outcomes, code } = run(
      `it.skip('a', () => {}); it.todo('b', () => {}); it('c', (t) => t.skip());`,
    );
    assert.deepEqual(outcomes, ['failed: a', 'failed: b', 'failed: c']);
    assert.equal(code, 1);
  });

  it('records a file without tests, or that does not load, as failed', () => {
    for (const text of ['', `throw new Error('too early');`]) {
      const { outcomes, code } = run(text);
      assert.deepEqual(outcomes, [`failed: ${join(folder, 'some.test.mjs')}`]);
      assert.equal(code, 1);
    }
  });

  it('records a group whose before hook fails', () => {
    const { outcomes, code } = run(`import { before } from 'node:test';
      describe('a', () => { before(() => { throw new Error(); }); it('b', () => {}); });`);
    assert.ok(
      outcomes.length > 0 && outcomes.every((outcome) => outcome.startsWith('failed')),
      outcomes.join(),
    );
    assert.equal(code, 1);
  });

  it('records none of the tests that a name pattern leaves out', () => {
    const text = `describe('a', () => { it('b', () => {}); it('c', () => { throw new Error(); }); }); it('d', () => {});`;
    assert.deepEqual(run(text, '--name=b|d'), { outcomes: ['passed: a › b', 'passed: d'], code: 0 });
    assert.deepEqual(run(text, '--name=^c'), { outcomes: ['failed: a › c'], code: 1 });
    assert.deepEqual(run(text, '--name=^a$').outcomes, ['passed: a › b', 'failed: a › c']);
    assert.deepEqual(run(text, '--name=nothing'), { outcomes: [], code: 0 });
  });

  it('records a skipped test that the name pattern matches as failed', () => {
    const { outcomes, code } = run(`it.skip('a', () => {}); it('b', () => {});`, '--name=a');
    assert.deepEqual(outcomes, ['failed: a']);
    assert.equal(code, 1);
  });

  it('records a file that does not load, whatever the name pattern', () => {
    const { outcomes, code } = run(`throw new Error('too early');`, '--name=a');
    assert.deepEqual(outcomes, [`failed: ${join(folder, 'some.test.mjs')}`]);
    assert.equal(code, 1);
  });
});
