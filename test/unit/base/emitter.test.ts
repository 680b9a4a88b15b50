import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Emitter } from '../../../src/base/emitter';

describe('Emitter', () => {
  it('reaches each listener until it is disposed', () => {
    const emitter = new Emitter<number>();
    const heard: string[] = [];
    const first = emitter.event((value) => heard.push(`first ${value}`));
    emitter.event((value) => heard.push(`second ${value}`));
    emitter.fire(1);
    first.dispose();
    emitter.fire(2);
    assert.deepEqual(heard, ['first 1', 'second 1', 'second 2']);
    assert.equal(emitter.size, 1);
    emitter.dispose();
    emitter.fire(3);
    assert.equal(heard.length, 3);
  });

  it('keeps two subscriptions of one function apart', () => {
    const emitter = new Emitter<number>();
    let heard = 0;
    const listener = (): void => void (heard += 1);
    const first = emitter.event(listener);
    emitter.event(listener);
    first.dispose();
    first.dispose();
    emitter.fire(1);
    assert.equal(heard, 1);
  });

  it('allows listeners to be added and removed while it fires', () => {
    const emitter = new Emitter<number>();
    const heard: string[] = [];
    const once = emitter.event(() => {
      heard.push('once');
      once.dispose();
      emitter.event(() => heard.push('newcomer'));
    });
    emitter.fire(1);
    assert.deepEqual(heard, ['once']);
    emitter.fire(2);
    assert.deepEqual(heard, ['once', 'newcomer']);
  });
});
