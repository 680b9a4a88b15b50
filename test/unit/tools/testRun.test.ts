import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { layers } from '../../tools/layers';
import { TestRun } from '../../tools/testRun';

describe('TestRun', () => {
  const folder = mkdtempSync(join(tmpdir(), 'celesto-run-'));
  after(() => rmSync(folder, { recursive: true }));

  /** Runs files of tests with these texts, each as a layer of its own with the command of the unit tests. */
  async function run(
    texts: Record<string, string>,
    namePattern?: string,
    unavailable: Record<string, string> = {},
  ) {
    const unit = layers.find(({ name }) => name === 'unit')!;
    const selected = Object.entries(texts).map(([name, text]) => {
      const file = join(folder, `${name}.test.mjs`);
      writeFileSync(file, `import { it } from 'node:test';\n${text}`);
      const prepare = () => Promise.resolve(unavailable[name]);
      return { layer: { ...unit, name: `run-test-${name}`, prepare }, files: [file] };
    });
    const printed: string[] = [];
    const selection = { layers: selected, namePattern, desktop: false };
    // As npm starts it: tests that run here are no children of a test.
    const context = process.env.NODE_TEST_CONTEXT;
    delete process.env.NODE_TEST_CONTEXT;
    const code = await new TestRun(selection, (text) => printed.push(text)).run();
    process.env.NODE_TEST_CONTEXT = context;
    return { code, output: printed.join('\n') };
  }

  const passing = `it('a', () => {});`;
  const failing = `it('b', () => { console.log('a trace'); throw new Error('the reason'); });`;

  it('counts the tests of all layers', async () => {
    const { code, output } = await run({ one: passing, two: `${passing} it('c', () => {});` });
    assert.match(output, /✔ run-test-one +1 ok[^]*✔ run-test-two +2 ok[^]*\n3 passed, 0 failed$/);
    assert.equal(code, 0);
  });

  it('shows why a test failed, and what its layer printed', async () => {
    const { code, output } = await run({ one: passing + failing });
    assert.match(output, /✖ run-test-one +1 of 2 failed[^]*✖ b\n[^]*the reason[^]*a trace/);
    assert.match(output, /\n1 passed, 1 failed$/);
    assert.equal(code, 1);
  });

  it('fails when a test was skipped', async () => {
    const { code, output } = await run({ one: `it.skip('a', () => {});` });
    assert.match(output, /It was skipped[^]*\n0 passed, 1 failed$/);
    assert.equal(code, 1);
  });

  it('fails when a layer has no test', async () => {
    const { code, output } = await run({ one: '' });
    assert.match(output, /no test in this file[^]*\n0 passed, 1 failed$/);
    assert.equal(code, 1);
  });

  it('names a layer that this machine cannot run, and counts the others', async () => {
    const { code, output } = await run({ one: passing, two: failing }, undefined, {
      two: 'pip is not there',
    });
    assert.match(output, /✔ run-test-one +1 ok[^]*\n- run-test-two +not run: pip is not there\n/);
    assert.match(output, /\n1 passed, 0 failed$/);
    assert.equal(code, 0);
  });

  it('runs the tests that a pattern matches, and no others', async () => {
    const { code, output } = await run({ one: passing + failing, two: failing }, '^a$');
    assert.match(output, /✔ run-test-one +1 ok[^]*- run-test-two +no match[^]*\n1 passed, 0 failed$/);
    assert.equal(code, 0);
  });

  it('fails when a pattern matches no test of any layer, and says so', async () => {
    const { code, output } = await run({ one: passing, two: failing }, 'no such name');
    assert.match(output, /\n0 passed, 0 failed\nNo test matches 'no such name'\.$/);
    assert.equal(code, 1);
  });
});
