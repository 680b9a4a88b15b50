import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isRecord, parseJson } from '../../../src/base/json';

describe('parseJson', () => {
  it('reads a text with or without a byte order mark', () => {
    assert.deepEqual(parseJson('{"a":1}'), { a: 1 });
    assert.deepEqual(parseJson('\uFEFF{"a":1}'), { a: 1 });
  });

  it('throws for a text that is no JSON', () => {
    for (const text of ['', '\uFEFF', '\uFEFF\uFEFF{}', '{"a":'])
      assert.throws(() => parseJson(text), SyntaxError);
  });
});

describe('isRecord', () => {
  it('is true for objects alone', () => {
    assert.deepEqual([{}, { a: 1 }, [], null, 'text', 7, undefined].map(isRecord), [
      ...[true, true],
      ...[false, false, false, false, false],
    ]);
  });
});
