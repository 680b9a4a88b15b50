import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openWhileStartingSeed, openWhileStartingTests } from './openWhileStarting.suite';
import { openByStatusSeed, openByStatusTests } from './openByStatus.suite';
import { E2eHarness } from './e2eHarness';
import { openAndExitTests } from './openAndExit.suite';
import { openActionsSeed, openActionsTests } from './openActions.suite';

describe('opening a computer', () => {
  const stage = new E2eHarness('opening', {
    seed: [
      { name: 'einstein' },
      { name: 'curie', status: 'stopped' },
      ...openByStatusSeed,
      ...openActionsSeed,
      ...openWhileStartingSeed,
    ],
  });

  openAndExitTests(stage, 'curie');
  openByStatusTests(stage);
  openActionsTests(stage);
  openWhileStartingTests(stage);

  it('leaves the window without errors', () => assert.deepEqual(stage.window.errors, []));
});
