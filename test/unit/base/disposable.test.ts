import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DisposableStore, toDisposable } from '../../../src/base/disposable';

describe('DisposableStore', () => {
  it('disposes its items once, in reverse order', () => {
    const ended: string[] = [];
    const held = new DisposableStore();
    for (const name of ['a', 'b', 'c']) held.add(toDisposable(() => ended.push(name)));
    held.dispose();
    held.dispose();
    assert.deepEqual(ended, ['c', 'b', 'a']);
  });

  it('disposes at once an item that is added after its end', () => {
    const held = new DisposableStore();
    held.dispose();
    let ended = false;
    held.add(toDisposable(() => (ended = true)));
    assert.equal(ended, true);
  });

  it('runs the function of a disposable at most once', () => {
    let times = 0;
    const one = toDisposable(() => (times += 1));
    one.dispose();
    one.dispose();
    assert.equal(times, 1);
  });
});
