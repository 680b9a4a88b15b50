import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CommandHistory } from '../../../../src/features/run/commandHistory';
import { MemoryRecords } from '../../ssh/support/memory';

describe('the command history', () => {
  const memento = new MemoryRecords();
  const history = new CommandHistory(memento);

  it('lists the commands of each computer, the latest first and each once', async () => {
    for (const line of ['a', 'b', 'a', 'c']) await history.add('cmp_1', line);
    await history.add('cmp_2', 'd');
    assert.deepEqual(history.of('cmp_1'), ['c', 'a', 'b']);
    assert.deepEqual(new CommandHistory(memento).of('cmp_2'), ['d']);
  });

  it('removes a command, and adds none that begins with a space or is very long', async () => {
    await history.remove('cmp_1', 'a');
    await history.add('cmp_1', ' export TOKEN=x');
    await history.add('cmp_1', 'x'.repeat(4_001));
    assert.deepEqual(history.of('cmp_1'), ['c', 'b']);
  });

  it('keeps the latest fifty commands of the latest hundred computers', async () => {
    for (let n = 0; n < 60; n += 1) await history.add('cmp_1', `command ${n}`);
    assert.equal(history.of('cmp_1').length, 50);
    for (let n = 0; n < 100; n += 1) await history.add(`other ${n}`, 'x');
    assert.deepEqual(history.of('cmp_1'), []);
    assert.deepEqual(history.of('other 0'), ['x']);
  });

  it('ignores malformed records', () => {
    const malformed = new MemoryRecords();
    void malformed.update('celesto.runHistory', { cmp_1: ['a', 7], cmp_2: 'x' });
    assert.deepEqual(new CommandHistory(malformed).of('cmp_1'), ['a']);
    assert.deepEqual(new CommandHistory(malformed).of('cmp_2'), []);
  });
});
