import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatDollars } from '../../../src/ui/formatDollars';

describe('formatDollars', () => {
  it('has four decimals below ten cents', () => {
    assert.deepEqual([0, 0.42, 1.5, 0.0125].map(formatDollars), ['$0.00', '$0.42', '$1.50', '$0.0125']);
  });
});
