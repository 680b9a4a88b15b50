import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fillScript } from '../../../src/base/fillScript';

describe('fillScript', () => {
  it('replaces every occurrence of a name and drops the final line end', () => {
    assert.equal(fillScript('a @one@\nb @two@ @one@\n', { one: '1', two: '2' }), 'a 1\nb 2 1');
    assert.equal(fillScript('echo $@\n'), 'echo $@');
  });

  it('inserts a value unchanged, whatever it contains', () => {
    const values = { one: '@two@', two: '$& $1 \\n', three: '# kept\n' };
    assert.equal(fillScript('@one@ @two@ @three@', values), '@two@ $& $1 \\n # kept\n');
  });

  it('drops comment lines, and nothing behind a command', () => {
    assert.equal(fillScript('# one\na # two\n  # three\nb $#\n#4\n'), 'a # two\nb $#\n#4');
  });

  it('refuses a script that names a value which is not given', () => {
    assert.throws(() => fillScript('@one@ @two@', { one: '' }), /no value for @two@/);
  });
});
