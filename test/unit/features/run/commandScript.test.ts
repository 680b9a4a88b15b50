import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CommandError } from '../../../../src/features/run/command';
import { detachedFiles, loginCommand, serviceScript } from '../../../../src/features/run/commandScript';

describe('the script of a command', () => {
  it('fits the exec call up to its limit, counted in code points as the service does', () => {
    const around = serviceScript({ line: '' }, 'abc')!.length;
    const fits = serviceScript({ line: '😀'.repeat(10_000 - around) }, 'abc');
    assert.equal(Array.from(fits ?? '').length, 10_000);
    assert.equal(serviceScript({ line: '😀'.repeat(10_001 - around) }, 'abc'), undefined);
    assert.equal(serviceScript({ line: 'bash', input: 'x'.repeat(10_000) }, 'abc'), undefined);
  });

  it('that is detached may be longer, up to a limit for it and its input', () => {
    const detached = (line: string, input?: string): string => detachedFiles({ line, input }).command;
    const around = detached(': ').length;
    assert.equal(detached(`: ${'x'.repeat(120_000 - around)}`).length, 120_000);
    assert.equal(detached('bash', 'x'.repeat(110_000)), detached('bash'));
    for (const [line, input] of [
      [`: ${'x'.repeat(120_001 - around)}`, undefined],
      ['😀'.repeat(30_000), undefined],
      ['bash', 'x'.repeat(120_000)],
    ] as const)
      assert.throws(() => detached(line, input), CommandError);
  });

  it('rejects a name that is no shell variable', () => {
    const command = { line: 'true', env: { 'A=1; reboot; B': 'x' } };
    assert.throws(() => loginCommand(command, 'abc'), /"A=1; reboot; B" is not a valid variable name/);
  });
});
