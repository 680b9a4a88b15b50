import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import scriptExtensions from '../../src/scriptExtensions.json' with { type: 'json' };
import { checkers, checkScripts, projectScripts } from '../tools/checkScripts';
import { findCommand } from '../tools/machine.mjs';
import { projectFolder } from '../tools/paths';

describe('the scripts of the project', () => {
  const scripts = projectScripts();

  for (const script of scripts)
    it(`${script} is correct`, () => assert.equal(checkScripts([script])[0]?.output, undefined));

  it('are found by extension, and by their first line', () => {
    for (const script of ['test/emulator/sandbox/pty.py', 'test/tools/freshMachine.sh', '.ci/run'])
      assert.ok(scripts.includes(script), script);
    assert.ok(!scripts.includes('LICENSE'));
  });
});

describe('checkScripts', () => {
  const folder = mkdtempSync(join(tmpdir(), 'celesto-scripts-'));
  after(() => rmSync(folder, { recursive: true }));

  function problemsOf(name: string, text: string): string[] {
    const file = join(folder, name);
    writeFileSync(file, text);
    return checkScripts([file]).map(({ output }) => output);
  }

  /** A script of each kind that its checker must refuse, and what it must name. */
  const broken: Record<string, [text: string, reason: RegExp]> = {
    '.sh': ['if true; then\n  echo\n', /SC1046/],
    '.bash': ['echo $1\n', /SC2086/],
    '.zsh': ['if true; then\n  echo\n', /parse error/],
    '.fish': ['if true\n  echo\n', /end/],
    '.pl': ['print "a" if (1;\n', /syntax error/],
    '.py': ['def f(:\n', /SyntaxError/],
  };

  for (const [extension, [text, reason]] of Object.entries(broken))
    it(`refuses a broken script that ends in ${extension}`, () => {
      const problems = problemsOf(`broken${extension}`, text);
      assert.equal(problems.length, 1);
      assert.match(problems[0]!, reason);
    });

  it('has a checker for each kind of script that is bundled', () => {
    const checked = checkers.flatMap(({ extensions }) => extensions);
    assert.deepEqual([...checked].sort(), Object.keys(broken).sort());
    for (const extension of scriptExtensions) assert.ok(checked.includes(extension), extension);
  });

  it('checks a script that names no shell as one for any sh', () => {
    assert.deepEqual(problemsOf('fragment.sh', 'command -v tmux || exit 1\n'), []);
    assert.match(problemsOf('fragment.sh', '[[ -n $1 ]]\n')[0]!, /SC3010/);
    assert.deepEqual(problemsOf('script.sh', '#!/bin/bash\n[[ -n $1 ]]\n'), []);
    assert.deepEqual(problemsOf('part.sh', '# shellcheck shell=bash\n[[ -n $1 ]]\n'), []);
  });

  it('runs nothing of a script', () => {
    const file = join(folder, 'made');
    const text = { '.zsh': `: >${file}`, '.fish': `true >${file}`, '.py': `open('${file}', 'w')` };
    for (const [extension, line] of Object.entries(text))
      assert.deepEqual(problemsOf(`idle${extension}`, `${line}\n`), []);
    assert.throws(() => rmSync(file), /ENOENT/);
  });

  it('names checkers that are not installed, and fails for them in CI', () => {
    const bin = join(folder, 'bin');
    mkdirSync(bin);
    symlinkSync(findCommand('git')!, join(bin, 'git'));
    for (const [ci, code] of [
      [undefined, 0],
      ['true', 1],
    ] as const) {
      const env = { ...process.env, PATH: bin, CI: ci };
      const command = join(projectFolder, 'test', 'tools', 'checkScripts.mjs');
      const { status, stdout } = spawnSync(process.execPath, [command], { env, encoding: 'utf8' });
      assert.match(stdout, /^shellcheck is not installed: its scripts were not checked\.$/m);
      assert.equal(status, code);
    }
  });
});
