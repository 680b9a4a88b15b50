import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { BuildLog } from '../../../../src/api/wire';
import { BuildLogBuffer } from '../../../../src/features/templates/buildLogBuffer';

const part = (log: string, offset: number, facts: Partial<BuildLog> = {}): BuildLog => ({
  status: 'building',
  log,
  offset,
  size: offset + Buffer.byteLength(log),
  truncated: false,
  unchanged: false,
  ...facts,
});

function bufferOf(...answers: BuildLog[]): BuildLogBuffer {
  const buffer = new BuildLogBuffer();
  for (const answer of answers) buffer.add(answer);
  return buffer;
}

describe('the log of a build', () => {
  it('is put together from its news, counted in bytes', () => {
    const buffer = bufferOf(part('größe\n', 0), part('', 8, { unchanged: true }), part('zwei\n', 8));
    assert.equal(buffer.text, 'größe\nzwei\n');
    assert.equal(buffer.knownSize, 13);
    assert.equal(buffer.isCut, false);
  });

  it('is right where each answer brings all of it, or an end that overlaps', () => {
    assert.equal(bufferOf(part('one\n', 0), part('one\ntwo\n', 0)).text, 'one\ntwo\n');
    assert.equal(bufferOf(part('one\ntwo\n', 0), part('two\nthree\n', 4)).text, 'one\ntwo\nthree\n');
  });

  it('begins anew with a shorter log, and after a gap', () => {
    assert.equal(bufferOf(part('a long log\n', 0), part('new\n', 0)).text, 'new\n');
    const gap = bufferOf(part('one\n', 0), part('nine\n', 100));
    assert.deepEqual([gap.text, gap.isCut], ['nine\n', true]);
  });

  it('keeps its last 2 MB, from the beginning of a line', () => {
    const line = `${'x'.repeat(99)}\n`;
    const buffer = bufferOf(part(line.repeat(25_000), 0), part('end\n', 2_500_000));
    assert.ok(buffer.text.length <= 2 * 1024 * 1024 && buffer.text.length > 2 * 1024 * 1024 - 200);
    assert.ok(buffer.text.startsWith(line) && buffer.text.endsWith('end\n'));
    assert.deepEqual([buffer.isCut, buffer.knownSize], [true, 2_500_004]);
  });

  it('knows no size before the first answer', () => {
    assert.equal(bufferOf().knownSize, undefined);
  });
});
