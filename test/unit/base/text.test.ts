import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  escapeIcons,
  escapeLinks,
  formatBytes,
  formatMegabytes,
  printable,
  truncate,
} from '../../../src/base/text';

const shown: [what: string, text: string, expected: string][] = [
  ['plain text', 'einstein', 'einstein'],
  ['other scripts', 'Überraschung 日本語 עברית', 'Überraschung 日本語 עברית'],
  ['emoji', 'lab 🧪', 'lab 🧪'],
  ['an escape sequence', '\x1b[31mred\x1b[0m', '[31mred[0m'],
  ['a terminal title', 'a\x1b]0;title\x07b', 'a]0;titleb'],
  ['C1 control characters', 'a\x9b31mb\x85c', 'a31mbc'],
  ['a bell and a delete', 'a\x07\x7fb', 'ab'],
  ['line breaks and tabs', 'a\r\n\tb', 'a b'],
  ['line and paragraph separators', 'a\u2028b\u2029c', 'a b c'],
  ['a right-to-left override', 'photo_\u202egpj.exe', 'photo_gpj.exe'],
  ['bidi isolates and marks', '\u2066a\u2069\u200eb\u200fc\u061cd', 'abcd'],
  ['zero-width characters', 'a\u200bb\u200cc\u2060d\ufeffe', 'abcde'],
  ['a soft hyphen', 'sta\u00adging', 'staging'],
  ['invisible tag characters', 'a\u{e0041}\u{e007f}b', 'ab'],
  ['half of a surrogate pair', 'a\ud83eb', 'ab'],
  ['white space at the ends', '  a \u00a0 b  ', 'a b'],
  ['nothing that can be seen', '\u200b\u202e \x00', ''],
];

describe('printable', () => {
  for (const [what, text, expected] of shown) {
    it(`makes ${what} safe to display`, () => assert.equal(printable(text), expected));
  }
});

describe('truncate', () => {
  it('keeps a text that fits', () => assert.equal(truncate('12345', 5), '12345'));
  it('cuts with an ellipsis', () => assert.equal(truncate('123456', 5), '1234…'));
  it('counts only visible characters', () => assert.equal(truncate('\u202e12345\x07', 5), '12345'));
  it('cuts no emoji in half', () => assert.equal(truncate('123🧪🧪', 5), '123…'));
});

describe('escaping for VS Code', () => {
  it('escapes icons', () =>
    assert.equal(escapeIcons('$(trash~spin) $5 $((1)) $(a)'), '\\$(trash~spin) $5 $((1)) \\$(a)'));
  it('breaks up links', () =>
    assert.equal(escapeLinks('[x](command:y) [z](https://z)'), '[x] (command:y) [z] (https://z)'));
});

describe('formatMegabytes', () => {
  for (const [mb, words] of [
    [512, '512 MB'],
    [1024, '1 GB'],
    [1536, '1.5 GB'],
    [20_480, '20 GB'],
  ] as const) {
    it(`returns ${words}`, () => assert.equal(formatMegabytes(mb), words));
  }
});

describe('formatBytes', () => {
  for (const [count, words] of [
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1 KB'],
    [1_600_000, '1.5 MB'],
    [3 * 1024 ** 4, '3 TB'],
  ] as const) {
    it(`returns ${words}`, () => assert.equal(formatBytes(count), words));
  }
});
