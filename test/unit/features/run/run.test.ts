import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CommandHistory } from '../../../../src/features/run/commandHistory';
import { interpreterFor } from '../../../../src/features/run/interpreter';
import type { RunOutcome } from '../../../../src/features/run/commandRun';
import { exitCodeOf } from '../../../../src/features/run/commandRun';
import { CommandError, loginCommand, serviceScript } from '../../../../src/features/run/commandScript';
import { formatDuration, abbreviate, formatOutcome } from '../../../../src/features/run/runOutcome';
import { MemoryRecords } from '../../ssh/support/memory';

describe('the program for a text', () => {
  for (const [what, text, languageId, expected] of [
    ['is named by its first line', '#!/bin/bash -e\necho', 'plaintext', '/bin/bash -e'],
    ['is found through env', '#!/usr/bin/env python3\n', 'plaintext', '/usr/bin/env python3 -'],
    [
      'is found behind options of env',
      '#!/usr/bin/env -S A=1 node --x\n',
      'x',
      '/usr/bin/env -S A=1 node --x -',
    ],
    [
      'reads a device where nothing better is known',
      '#!/usr/bin/awk -f\n',
      'x',
      '/usr/bin/awk -f /dev/stdin',
    ],
    [
      'cannot smuggle in another command',
      '#!/bin/sh;reboot $(x)\n',
      'x',
      "'/bin/sh;reboot' '$(x)' /dev/stdin",
    ],
    ['goes by the language otherwise', 'print(1)', 'python', 'python3 -'],
    ['is a shell for a script of one', 'echo', 'shellscript', 'bash'],
    ['is not guessed', 'hello', 'markdown', undefined],
  ] as const) {
    it(what, () => assert.equal(interpreterFor(text, languageId), expected));
  }
});

describe('the history of commands', () => {
  const store = new MemoryRecords();
  const history = new CommandHistory(store);

  it('has the latest first and each once, for each computer', async () => {
    for (const line of ['a', 'b', 'a', 'c']) await history.add('cmp_1', line);
    await history.add('cmp_2', 'd');
    assert.deepEqual(history.of('cmp_1'), ['c', 'a', 'b']);
    assert.deepEqual(new CommandHistory(store).of('cmp_2'), ['d']);
  });

  it('forgets one that is taken out, and never keeps one that begins with a blank or is very long', async () => {
    await history.remove('cmp_1', 'a');
    await history.add('cmp_1', ' export TOKEN=x');
    await history.add('cmp_1', 'x'.repeat(4_001));
    assert.deepEqual(history.of('cmp_1'), ['c', 'b']);
  });

  it('keeps the last fifty, of the hundred computers used last', async () => {
    for (let n = 0; n < 60; n += 1) await history.add('cmp_1', `command ${n}`);
    assert.equal(history.of('cmp_1').length, 50);
    for (let n = 0; n < 100; n += 1) await history.add(`other ${n}`, 'x');
    assert.deepEqual(history.of('cmp_1'), []);
    assert.deepEqual(history.of('other 0'), ['x']);
  });

  it('survives what others left in its place', () => {
    const odd = new MemoryRecords();
    void odd.update('celesto.runHistory', { cmp_1: ['a', 7], cmp_2: 'x' });
    assert.deepEqual(new CommandHistory(odd).of('cmp_1'), ['a']);
    assert.deepEqual(new CommandHistory(odd).of('cmp_2'), []);
  });
});

describe('what is sent', () => {
  it('is the command alone where it fills what the service takes', () => {
    const full = serviceScript({ line: 'x'.repeat(10_000) }, 'abc');
    assert.deepEqual(full, { script: 'x'.repeat(10_000), isMarked: false });
    assert.equal(serviceScript({ line: 'x'.repeat(9_900) }, 'abc').hasRunId, true);
  });

  it('counts characters as the service does', () => {
    assert.equal(serviceScript({ line: '😀'.repeat(10_000) }, 'abc').hasRunId, false);
    assert.throws(
      () => serviceScript({ line: '😀'.repeat(10_001) }, 'abc'),
      /this has 10,001\. Nothing was run/,
    );
    assert.throws(() => serviceScript({ line: 'bash', input: 'x'.repeat(10_000) }, 'abc'), CommandError);
  });

  it('takes no name for a variable that a shell would read otherwise', () => {
    const command = { line: 'true', env: { 'A=1; reboot; B': 'x' } };
    assert.throws(() => loginCommand(command, 'abc'), /"A=1; reboot; B" is no name for a variable/);
  });
});

describe('how a run ended, in words and as an exit code', () => {
  const exited = { kind: 'exited', code: 0, signal: undefined, timedOut: false, duration: 1234 } as const;
  const cases: [Exclude<RunOutcome, { kind: 'failed' }>, string, number][] = [
    [exited, 'exit 0 · 1.2 s', 0],
    [{ ...exited, code: 3, duration: 65_000 }, 'exit 3 · 1 min 5 s', 3],
    [{ ...exited, code: undefined, signal: 'KILL', duration: 40 }, 'ended by SIGKILL · 0.0 s', 128],
    [
      { ...exited, code: 124, timedOut: true },
      'cut off, since it took longer than the service allows · 1.2 s',
      124,
    ],
    [{ kind: 'cancelled', duration: 2000 }, 'cancelled · 2.0 s', 130],
    [{ kind: 'cancelled', duration: undefined }, 'cancelled before it began', 130],
  ];
  for (const [outcome, words, code] of cases) {
    it(words, () => {
      assert.equal(formatOutcome(outcome), words);
      assert.equal(exitCodeOf(outcome), code);
    });
  }

  it('tells long times as a person does', () => {
    assert.deepEqual([59_949, 59_950, 3_599_000, 3_720_000].map(formatDuration), [
      '59.9 s',
      '1 min 0 s',
      '59 min 59 s',
      '1 h 2 min',
    ]);
  });

  it('shows a long command as one short line', () => {
    assert.equal(abbreviate('npm test\nnpm start'), 'npm test …');
    assert.equal(abbreviate('x'.repeat(100)).length, 60);
  });
});
