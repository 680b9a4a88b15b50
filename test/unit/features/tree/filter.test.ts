import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Computer, computerFrom } from '../../../../src/computers/computer';
import { matchesFilter } from '../../../../src/features/tree/filter';
import { wire } from '../../support/computers';

function computer(facts: Record<string, unknown> = {}): Computer {
  return computerFrom(wire('cmp_1', 'running', { name: 'einstein', ...facts }));
}

describe('matchesFilter', () => {
  const einstein = computer({ status: 'error' });

  it('finds the machines of the service by their mark', () => {
    assert.equal(matchesFilter(computer({ origin: 'github_ci' }), 'ci run'), true);
    assert.equal(matchesFilter(computer({ origin: 'ui' }), 'ci run'), false);
  });

  for (const [filter, fit] of [
    ['stein', true],
    ['EINSTEIN', true],
    ['  einstein ', true],
    ['cmp_1', true],
    ['coding', true],
    ['error', true],
    ['needs att', true],
    ['', true],
    ['curie', false],
    ['running', false],
    ['eu-central', false],
    ['.*', false],
  ] as const) {
    it(`${fit ? 'accepts' : 'rejects'} the computer for "${filter}"`, () =>
      assert.equal(matchesFilter(einstein, filter), fit));
  }
});
