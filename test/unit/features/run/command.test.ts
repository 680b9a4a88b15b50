import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { abbreviate } from '../../../../src/features/run/command';

describe('a command', () => {
  it('is abbreviated to one short line', () => {
    assert.equal(abbreviate('npm test\nnpm start'), 'npm test …');
    assert.equal(abbreviate('x'.repeat(100)).length, 60);
  });
});
