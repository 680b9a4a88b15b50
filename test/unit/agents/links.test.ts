import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readLink } from '../../../src/agents/links';

describe('readLink', () => {
  it('reads an id or a name', () => {
    assert.deepEqual(readLink('/open', 'computer=cmp_1'), { computer: 'cmp_1' });
    assert.deepEqual(readLink('/open', 'windowId=1&computer=einstein'), { computer: 'einstein' });
  });

  for (const [path, query] of [
    ['/open', ''],
    ['/open', 'computer='],
    ['/open', 'computer=..%2F..%2Fetc'],
    ['/open', 'computer=a%0Ab'],
    ['/open', 'computer=a%20b;rm'],
    ['/open', `computer=${'x'.repeat(65)}`],
    ['/open', 'computer=%E2%80%AEeil'],
    ['/delete', 'computer=cmp_1'],
    ['/open/', 'computer=cmp_1'],
    ['', 'computer=cmp_1'],
  ] as const) {
    it(`takes nothing of ${path}?${query.slice(0, 40)}`, () =>
      assert.equal(readLink(path, query), undefined));
  }
});
