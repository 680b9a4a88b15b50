import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { PassThrough } from 'node:stream';
import { describe, it, type TestContext } from 'node:test';
import { PortForward } from '../../../../src/features/ports/portForward';
import { PortForwards } from '../../../../src/features/ports/portForwards';
import { PortForwardStorage } from '../../../../src/features/ports/portForwardStorage';
import { freePort } from '../../../emulator/ports';
import { until } from '../../../harness/until';
import { MemoryRecords } from '../../ssh/support/memory';
import { wire } from '../../support/computers';
import { StoreHarness } from '../../support/storeHarness';

/** A forward of computer `a` and one of `b`, both in the list. */
async function forwarding(context: TestContext) {
  const harness = new StoreHarness();
  await harness.refreshWith('a running', 'b running');
  const storage = new PortForwardStorage(new MemoryRecords());
  const forwards = new PortForwards({
    store: harness.store,
    storage,
    dial: () => Promise.reject(new Error('Nobody connects.')),
    log: harness.log,
    onMoved: () => undefined,
  });
  context.after(() => forwards.dispose());
  const port = await freePort('127.0.0.1', new Set());
  const add = (id: string) => forwards.add(harness.store.get(id)!, port);
  const [a] = [await add('a'), await add('b')];
  const changed: string[] = [];
  forwards.onDidChange((id) => changed.push(id));
  return { harness, forwards, a, changed, saved: () => storage.all().map(({ computer }) => computer.id) };
}

describe('the forwards of a computer that leaves the list', () => {
  it('are removed when it was deleted', async (context) => {
    const { harness, forwards, a, changed, saved } = await forwarding(context);
    await harness.refreshWith('b running');
    assert.deepEqual([a.localPort, forwards.of('a'), forwards.of('b').length], [undefined, [], 1]);
    assert.deepEqual([saved(), changed.includes('a')], [['b'], true]);
  });

  it('stop listening, and are saved, under another account', async (context) => {
    const { harness, forwards, a, saved } = await forwarding(context);
    harness.store.reset();
    assert.deepEqual([a.localPort, forwards.of('a')], [undefined, [a]]);
    assert.deepEqual(saved(), ['a', 'b']);
  });

  it('stop listening, and are saved, when the list may be incomplete', async (context) => {
    const { harness, forwards, a, saved } = await forwarding(context);
    for (const computers of [['a', 'b'], ['b']]) {
      const list = computers.map((id) => wire(id, 'running'));
      harness.client.script('list', { computers: list, unreadable: [], possiblyMore: true });
      await harness.store.refresh();
    }
    assert.deepEqual([a.localPort, forwards.of('a')], [undefined, [a]]);
    assert.deepEqual(saved(), ['a', 'b']);
  });
});

describe('the forwards of a computer that a 404 reports as gone', () => {
  it('are removed, though the list may be incomplete', async (context) => {
    const { harness, forwards, saved } = await forwarding(context);
    const list = ['a', 'b'].map((id) => wire(id, 'running'));
    harness.client.script('list', { computers: list, unreadable: [], possiblyMore: true });
    await harness.store.refresh();
    harness.store.remove('a');
    assert.deepEqual([forwards.of('a'), saved()], [[], ['b']]);
  });
});

describe('a port that is forwarded twice at the same moment', () => {
  it('has one forward', async (context) => {
    const { harness, forwards } = await forwarding(context);
    const port = await freePort('127.0.0.1', new Set());
    const [one, other] = await Promise.all([1, 2].map(() => forwards.add(harness.store.get('a')!, port)));
    assert.equal(one, other);
    assert.equal(forwards.of('a').length, 2);
  });
});

describe('a connection through a forward', () => {
  it('is closed after both sides have ended, even when the client still sent data', async (context) => {
    const stream = new PassThrough();
    const dial = () => Promise.resolve({ stream, broke: () => false });
    const port = await freePort('127.0.0.1', new Set());
    const forward = new PortForward({ id: 'a', name: 'a' }, port, port, dial, () => undefined);
    context.after(() => forward.dispose());
    await forward.listen();
    const socket = connect({ host: '127.0.0.1', port: forward.localPort!, allowHalfOpen: true });
    socket.resume();
    await until('the connection', () => forward.traffic.connections === 1);
    stream.destroy();
    await once(socket, 'end');
    socket.write('to nobody');
    await until('it to be sent', () => forward.traffic.sent > 0);
    socket.end();
    await until('it to be gone', () => forward.traffic.connections === 0);
  });
});
