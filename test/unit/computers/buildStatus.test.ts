import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { buildStatusOf } from '../../../src/computers/buildStatus';

describe('the status of a build', () => {
  it('has words, and facts that callers ask for', () => {
    const rows = ['queued', 'building', 'ready', 'failed', 'needs_rebuild', 'on_\u202ehold'].map((status) => {
      const { label, isBuilding, hasFailed } = buildStatusOf(status);
      return [label(), isBuilding, hasFailed];
    });
    assert.deepEqual(rows, [
      ['waiting to be built', true, false],
      ['being built', true, false],
      ['ready', false, false],
      ['failed', false, true],
      ['needs a rebuild', false, false],
      ['on hold', false, false],
    ]);
  });
});
