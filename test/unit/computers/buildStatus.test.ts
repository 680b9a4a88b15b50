import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { buildStatusOf } from '../../../src/computers/buildStatus';

describe('the status of a build', () => {
  it('has words, and facts that callers ask for', () => {
    const rows = ['queued', 'building', 'ready', 'failed', 'needs_rebuild', 'on_\u202ehold'].map((status) => {
      const { label, isBuilding, hasFailed, isUsable } = buildStatusOf(status);
      return [label(), isBuilding, hasFailed, isUsable];
    });
    assert.deepEqual(rows, [
      ['waiting to be built', true, false, false],
      ['being built', true, false, false],
      ['ready', false, false, true],
      ['failed', false, true, false],
      ['needs a rebuild', false, false, true],
      ['on hold', false, false, false],
    ]);
  });
});
