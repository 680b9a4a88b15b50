import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DeepLinkError, parseDeepLink } from '../../../../src/features/deepLinks/deepLink';

describe('a deep link', () => {
  it('names a computer by its id or name', () => {
    assert.deepEqual(parseDeepLink('/open', 'computer=cmp_1'), { computer: 'cmp_1' });
    assert.deepEqual(parseDeepLink('/open', 'windowId=1&computer=einstein'), { computer: 'einstein' });
  });

  for (const [why, path, query] of [
    [/cannot do/, '/delete', 'computer=cmp_1'],
    [/cannot do/, '/open/', 'computer=cmp_1'],
    [/cannot do/, '/open/../delete', 'computer=cmp_1'],
    [/cannot do/, '', 'computer=cmp_1'],
    [/no computer\./, '/open', ''],
    [/no computer\./, '/open', 'computer='],
    [/several/, '/open', 'computer=cmp_1&computer=cmp_2'],
    [/several/, '/open', 'computer=cmp_1&computer=cmp_1'],
    [/requests more/, '/open', 'computer=cmp_1&command=reboot'],
    [/valid computer/, '/open', 'computer=..'],
    [/valid computer/, '/open', 'computer=..%2F..%2Fetc'],
    [/valid computer/, '/open', 'computer=cmp_1%00'],
    [/valid computer/, '/open', 'computer=a%0Ab'],
    [/valid computer/, '/open', 'computer=a%20b;rm'],
    [/valid computer/, '/open', `computer=${'x'.repeat(65)}`],
    [/valid computer/, '/open', 'computer=%E2%80%AEeil'],
    [/valid computer/, '/open', 'computer=%5Bx%5D%28command%3Aworkbench.action.quit%29'],
  ] as const) {
    it(`is rejected as ${path}?${query.slice(0, 40)}`, () =>
      assert.throws(
        () => parseDeepLink(path, query),
        (error) => error instanceof DeepLinkError && why.test(error.message),
      ));
  }
});
