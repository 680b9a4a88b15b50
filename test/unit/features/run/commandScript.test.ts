import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CommandError } from '../../../../src/features/run/command';
import { loginCommand, serviceScript } from '../../../../src/features/run/commandScript';

describe('the script of a command', () => {
  it('leaves the run id out where the command fills the length limit', () => {
    const full = serviceScript({ line: 'x'.repeat(10_000) }, 'abc');
    assert.deepEqual(full, { script: 'x'.repeat(10_000), hasRunId: false });
    assert.equal(serviceScript({ line: 'x'.repeat(9_900) }, 'abc').hasRunId, true);
  });

  it('counts code points as the service does', () => {
    assert.equal(serviceScript({ line: '😀'.repeat(10_000) }, 'abc').hasRunId, false);
    assert.throws(
      () => serviceScript({ line: '😀'.repeat(10_001) }, 'abc'),
      /This one has 10,001, so it was not run/,
    );
    assert.throws(() => serviceScript({ line: 'bash', input: 'x'.repeat(10_000) }, 'abc'), CommandError);
  });

  it('rejects a name that is no shell variable', () => {
    const command = { line: 'true', env: { 'A=1; reboot; B': 'x' } };
    assert.throws(() => loginCommand(command, 'abc'), /"A=1; reboot; B" is not a valid variable name/);
  });
});
