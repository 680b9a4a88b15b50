import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createTests } from './create.suite';
import { deleteSeed, deleteTests } from './delete.suite';
import { E2eHarness } from './e2eHarness';
import { startStopSeed, startStopTests } from './startStop.suite';

describe('the lifecycle of computers', () => {
  const e2e = new E2eHarness('lifecycle', { seed: [...startStopSeed, ...deleteSeed] });

  startStopTests(e2e);
  deleteTests(e2e);
  createTests(e2e);

  it('leaves the window without errors', () => assert.deepEqual(e2e.window.errors, []));
});
