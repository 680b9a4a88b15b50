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
import { wire } from '../../support/computers';
import { StoreHarness } from '../../support/storeHarness';
import { MemoryRecords } from '../../ssh/support/memory';

/** A forward of computer `a` and one of `b`, both in the list. */
async function forwarding(context: TestContext) {
  const bench = new StoreHarness();
  await bench.refreshWith('a running', 'b running');
  const remembered = new PortForwardStorage(new MemoryRecords());
  const forwards = new PortForwards({
    store: bench.store,
    storage: remembered,
    dial: () => Promise.reject(new Error('Nobody connects.')),
    log: bench.log,
    onMoved: () => undefined,
  });
  context.after(() => forwards.dispose());
  const port = await freePort('127.0.0.1', new Set());
  const add = (id: string) => forwards.add(bench.store.get(id)!, port);
  const [a] = [await add('a'), await add('b')];
  const told: string[] = [];
  forwards.onDidChange((id) => told.push(id));
  return { bench, forwards, a, told, kept: () => remembered.all().map(({ computer }) => computer.id) };
}

describe('the forwards of a computer that leaves the list', () => {
  it('are forgotten where it was deleted', async (context) => {
    const { bench, forwards, a, told, kept } = await forwarding(context);
    await bench.refreshWith('b running');
    assert.deepEqual([a.localPort, forwards.of('a'), forwards.of('b').length], [undefined, [], 1]);
    assert.deepEqual([kept(), told.includes('a')], [['b'], true]);
  });

  it('rest, and are kept, where another account is signed in', async (context) => {
    const { bench, forwards, a, kept } = await forwarding(context);
    bench.store.reset();
    assert.deepEqual([a.localPort, forwards.of('a')], [undefined, [a]]);
    assert.deepEqual(kept(), ['a', 'b']);
  });

  it('rest, and are kept, where the list may not be whole', async (context) => {
    const { bench, forwards, a, kept } = await forwarding(context);
    for (const computers of [['a', 'b'], ['b']]) {
      const list = computers.map((id) => wire(id, 'running'));
      bench.client.script('list', { computers: list, unreadable: [], possiblyMore: true });
      await bench.store.refresh();
    }
    assert.deepEqual([a.localPort, forwards.of('a')], [undefined, [a]]);
    assert.deepEqual(kept(), ['a', 'b']);
  });
});

describe('a port that is asked for twice at the same moment', () => {
  it('is forwarded once', async (context) => {
    const { bench, forwards } = await forwarding(context);
    const port = await freePort('127.0.0.1', new Set());
    const [one, other] = await Promise.all([1, 2].map(() => forwards.add(bench.store.get('a')!, port)));
    assert.equal(one, other);
    assert.equal(forwards.of('a').length, 2);
  });
});

describe('a connection through a forward', () => {
  it('is closed when both sides have ended it, though one went on sending to the other', async (context) => {
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
