import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startStopTests, startStopSeed } from './startStop.suite';
import { createTests } from './create.suite';
import { deleteTests, deleteSeed } from './delete.suite';
import { E2eHarness } from './e2eHarness';

describe('the life of computers', () => {
  const stage = new E2eHarness('lifecycle', { seed: [...startStopSeed, ...deleteSeed] });

  startStopTests(stage);
  deleteTests(stage);
  createTests(stage);

  it('leaves the window without errors', () => assert.deepEqual(stage.window.errors, []));
});
