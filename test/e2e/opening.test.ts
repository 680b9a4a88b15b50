import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { forTheImpatient, impatience } from './impatience';
import { inEveryStatus, statuses } from './statuses';
import { E2eHarness } from './e2eHarness';
import { walk } from './walk';
import { toBeFound, ways } from './ways';

describe('opening a computer', () => {
  const stage = new E2eHarness('opening', {
    seed: [
      { name: 'einstein' },
      { name: 'curie', status: 'stopped' },
      ...inEveryStatus,
      ...toBeFound,
      ...forTheImpatient,
    ],
  });

  walk(stage, 'curie');
  statuses(stage);
  ways(stage);
  impatience(stage);

  it('leaves the window without errors', () => assert.deepEqual(stage.window.errors, []));
});
