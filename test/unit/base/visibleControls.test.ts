import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { visibleControls } from '../../../src/base/visibleControls';

describe('visibleControls', () => {
  it('shows every character that could hide or move text, and keeps lines and tabs', () => {
    assert.equal(visibleControls('a\tb\r\nc\r\r\nd\n'), 'a\tb\nc\nd\n');
    assert.equal(visibleControls('\x1b[31mred\x07 50 %\r60 %\x7f'), '␛[31mred␇ 50 %␍60 %␡');
    assert.equal(
      visibleControls('\u202egnp.exe \u200b \x9b \u2028 \ud800'),
      '<U+202E>gnp.exe <U+200B> <U+009B> <U+2028> <U+D800>',
    );
    assert.equal(visibleControls('größe 🙂'), 'größe 🙂');
  });
});
