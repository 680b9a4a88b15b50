import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { care, inCare } from './care';
import { creating } from './creating';
import { deleting, toBeDeleted } from './deleting';
import { E2eHarness } from './e2eHarness';

describe('the life of computers', () => {
  const stage = new E2eHarness('lifecycle', { seed: [...inCare, ...toBeDeleted] });

  care(stage);
  deleting(stage);
  creating(stage);

  it('leaves the window without errors', () => assert.deepEqual(stage.window.errors, []));
});
