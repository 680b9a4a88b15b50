import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { capabilitiesOf } from '../../../src/computers/capabilities';
import { type Computer, computerFrom } from '../../../src/computers/computer';
import { knownStatuses } from '../../../src/computers/statusTable';
import { wire } from '../support/computers';

function computer(facts: Record<string, unknown> = {}): Computer {
  return computerFrom(wire('cmp_1', 'running', { name: 'einstein', ...facts }));
}

describe('capabilitiesOf', () => {
  it('gives a button to start or to stop, never both', () => {
    for (const status of [...knownStatuses, 'hibernating']) {
      const buttons = capabilitiesOf(computer({ status })).filter((word) => word.startsWith('inline'));
      assert.ok(buttons.length <= 1, status);
    }
  });

  it('has no capability that a word search finds inside another', () => {
    const words = capabilitiesOf(computer({ status: 'error' }));
    for (const word of words) {
      const found = words.filter((other) => new RegExp(`\\b${word}\\b`).test(other));
      assert.deepEqual(found, [word]);
    }
  });
});
