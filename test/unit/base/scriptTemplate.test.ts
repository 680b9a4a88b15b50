import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fillScript } from '../../../src/base/scriptTemplate';

describe('fillScript', () => {
  it('puts a value wherever its name stands, and drops the final line end', () => {
    assert.equal(fillScript('a @one@\nb @two@ @one@\n', { one: '1', two: '2' }), 'a 1\nb 2 1');
    assert.equal(fillScript('echo $@\n'), 'echo $@');
  });

  it('takes a value as it is, whatever it looks like', () => {
    assert.equal(fillScript('@one@ @two@', { one: '@two@', two: '$& $1 \\n' }), '@two@ $& $1 \\n');
  });

  it('refuses a script that names a value which is not given', () => {
    assert.throws(() => fillScript('@one@ @two@', { one: '' }), /no value for @two@/);
  });
});
