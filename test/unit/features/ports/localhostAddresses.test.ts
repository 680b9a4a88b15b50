import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findLocalhostAddresses } from '../../../../src/features/ports/localhostAddresses';

/** Lists the links in a line: the text of each, and its target. */
function found(line: string): string[] {
  return findLocalhostAddresses(line).map(
    ({ index, length, scheme, port, path }) =>
      `${line.slice(index, index + length)} ${scheme} ${port} ${path}`,
  );
}

describe('localhost addresses', () => {
  for (const [line, ...wanted] of [
    ['  ➜  Local:   http://localhost:5173/', 'http://localhost:5173/ http 5173 /'],
    ['Serving HTTP on 0.0.0.0 port 8000 (http://0.0.0.0:8000/) ...', 'http://0.0.0.0:8000/ http 8000 /'],
    ['listening on 127.0.0.1:3000.', '127.0.0.1:3000 http 3000 '],
    ['localhost:3000, LOCALHOST:3001', 'localhost:3000 http 3000 ', 'LOCALHOST:3001 http 3001 '],
    ['(see https://localhost:8443/a?b=c#d).', 'https://localhost:8443/a?b=c#d https 8443 /a?b=c#d'],
    ['http://[::]:8000/ http://[::1]:9', 'http://[::]:8000/ http 8000 /', 'http://[::1]:9 http 9 '],
    [
      'http://localhost/ and https://127.0.0.1',
      'http://localhost/ http 80 /',
      'https://127.0.0.1 https 443 ',
    ],
    [
      '"http://localhost:8888/lab?token=ab12"',
      'http://localhost:8888/lab?token=ab12 http 8888 /lab?token=ab12',
    ],
  ] as const)
    it(`are found in ${JSON.stringify(line)}`, () => assert.deepEqual(found(line), wanted));

  for (const line of [
    'localhost',
    '127.0.0.1',
    'localhost:',
    'localhost:70000',
    'localhost:0',
    'mylocalhost:3000',
    'my.localhost:3000',
    '10.127.0.0.1:3000',
    'http://localhost:3000.example.com/',
    'http://localhost.example.com:80/',
    'https://example.com/localhost:3000',
    'http://user@localhost:3000',
    'ftp://localhost:2121/',
    '127.0.0.1:3000:4000',
    'localhost:123456',
  ])
    it(`are none in ${line}`, () => assert.deepEqual(found(line), []));
});
