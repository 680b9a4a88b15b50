import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { E2eHarness } from './e2eHarness';
import { openActionsSeed, openActionsTests } from './openActions.suite';
import { openAndExitTests } from './openAndExit.suite';
import { openByStatusSeed, openByStatusTests } from './openByStatus.suite';
import { openWhileStartingSeed, openWhileStartingTests } from './openWhileStarting.suite';

describe('opening a computer', () => {
  const e2e = new E2eHarness('open', {
    seed: [
      { name: 'einstein' },
      { name: 'curie', status: 'stopped' },
      ...openByStatusSeed,
      ...openActionsSeed,
      ...openWhileStartingSeed,
    ],
  });

  openAndExitTests(e2e, 'curie');
  openByStatusTests(e2e);
  openActionsTests(e2e);
  openWhileStartingTests(e2e);

  it('leaves the window without errors', () => assert.deepEqual(e2e.window.errors, []));
});
