import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startStopTests, startStopSeed } from './startStop.suite';
import { createTests } from './create.suite';
import { deleteTests, deleteSeed } from './delete.suite';
import { E2eHarness } from './e2eHarness';

describe('the lifecycle of computers', () => {
  const e2e = new E2eHarness('lifecycle', { seed: [...startStopSeed, ...deleteSeed] });

  startStopTests(e2e);
  deleteTests(e2e);
  createTests(e2e);

  it('leaves the window without errors', () => assert.deepEqual(e2e.window.errors, []));
});
