import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ApiError } from '../../../../src/api/apiErrors';
import type { DisplayMode } from '../../../../src/api/wire';
import { toDisposable } from '../../../../src/base/disposable';
import { type Computer, computerFrom } from '../../../../src/computers/computer';
import type { HostMessage, ScreenView } from '../../../../src/features/screen/messages';
import { ScreenSession } from '../../../../src/features/screen/screenSession';
import type { DisplayChannel } from '../../../../src/gateway/displayChannel';
import { GatewayError } from '../../../../src/gateway/gatewayErrors';
import { wire } from '../../support/computers';
import { FakeClock, settled } from '../../support/fakeClock';
import { RecordingLog } from '../../support/recordingLog';

const curie = (status = 'running'): Computer => computerFrom(wire('cmp_1', status, { name: 'curie' }));

/** A channel whose far end the test is. */
class FakeChannel implements Pick<DisplayChannel, keyof DisplayChannel> {
  readonly sent: Uint8Array[] = [];
  acknowledged = 0;
  isClosed = false;
  end: (problem?: GatewayError) => void = () => undefined;
  receive: (bytes: Uint8Array) => void = () => undefined;
  readonly closed = new Promise<GatewayError | undefined>((resolve) => {
    this.end = (problem) => {
      this.isClosed = true;
      resolve(problem);
    };
  });

  constructor(readonly mode: DisplayMode) {}

  onBytes(listener: (bytes: Uint8Array) => void) {
    this.receive = listener;
    return toDisposable(() => undefined);
  }
  acknowledge(count: number): void {
    this.acknowledged += count;
  }
  send(bytes: Uint8Array): void {
    this.sent.push(bytes);
  }
  dispose(): void {
    this.end();
  }
}

class Harness {
  readonly clock = new FakeClock();
  readonly log = new RecordingLog();
  readonly posted: HostMessage[] = [];
  readonly channels: FakeChannel[] = [];
  readonly asked: DisplayMode[] = [];
  /** Thrown by the next attempts to connect. */
  failure: Error | undefined;
  /** Mode of the grants; default: as asked for. */
  granted: DisplayMode | undefined;
  status = 'running';
  readonly session = new ScreenSession(
    {
      open: (mode) => {
        this.asked.push(mode);
        if (this.failure) return Promise.reject(this.failure);
        const channel = new FakeChannel(this.granted ?? mode);
        this.channels.push(channel);
        return Promise.resolve(channel as unknown as DisplayChannel);
      },
      fetch: () => Promise.resolve(curie(this.status)),
      post: (message) => this.posted.push(message),
      clock: this.clock,
      log: this.log,
    },
    curie(),
  );

  get view(): ScreenView | undefined {
    return this.posted.findLast((message) => message.type === 'show')?.view;
  }
  get buttons(): string[] {
    return this.view?.buttons.map(({ label }) => label) ?? [];
  }
  get channel(): FakeChannel {
    return this.channels.at(-1)!;
  }
  /** Number of the connection that the page was told of last. */
  get connection(): number {
    return this.posted.findLast((message) => message.type === 'connect')?.connection ?? 0;
  }

  /** Connects, up to the picture. */
  async connect(mode?: DisplayMode): Promise<this> {
    this.session.connect(mode);
    await settled();
    this.session.connected(this.connection);
    return this;
  }
}

describe('the session of a screen', () => {
  it('views the screen, with the offer to take control', async () => {
    const harness = await new Harness().connect();
    assert.deepEqual(harness.asked, ['read_only']);
    assert.deepEqual([harness.view?.kind, harness.view?.status], ['viewing', 'View only']);
    assert.deepEqual(harness.buttons, ['Take Control']);
  });

  it('asks for a grant to write to take control, and for one to read to release it', async () => {
    const harness = await new Harness().connect();
    await harness.connect('read_write');
    assert.equal(harness.view?.kind, 'controlling');
    assert.deepEqual(harness.buttons, ['Release Control', 'Copy From Screen', 'Paste To Screen']);
    harness.session.releaseControl();
    await settled();
    harness.session.connected(harness.connection);
    assert.equal(harness.view.kind, 'viewing');
    assert.deepEqual(harness.asked, ['read_only', 'read_write', 'read_only']);
    assert.deepEqual(
      harness.channels.map(({ isClosed }) => isClosed),
      [true, true, false],
    );
  });

  it('keeps the connection where control is released that nobody has', async () => {
    const harness = await new Harness().connect();
    harness.session.releaseControl();
    await settled();
    assert.equal(harness.asked.length, 1);
  });

  it('does not take control with a grant to read, nor without being asked to', async () => {
    const harness = new Harness();
    harness.granted = 'read_only';
    await harness.connect('read_write');
    assert.equal(harness.view?.kind, 'viewing');
    harness.granted = 'read_write';
    await harness.connect('read_only');
    assert.equal(harness.view.kind, 'viewing');
    const connects = harness.posted.filter((message) => message.type === 'connect');
    assert.deepEqual(
      connects.map(({ isControlled }) => isControlled),
      [false, false],
    );
  });

  it('relays bytes of the current connection alone', async () => {
    const harness = await new Harness().connect();
    const { connection: old, channel: oldChannel } = harness;
    await harness.connect();
    oldChannel.receive(new Uint8Array([1]));
    harness.session.send(old, new Uint8Array([2]));
    harness.session.acknowledge(old, 5);
    harness.session.failed(old, 'unreadable');
    await settled();
    assert.deepEqual([oldChannel.sent, harness.channel.sent, harness.channel.acknowledged], [[], [], 0]);
    assert.equal(harness.view?.kind, 'viewing');
    harness.session.send(harness.connection, new Uint8Array([3]));
    harness.session.acknowledge(harness.connection, 7);
    assert.deepEqual([harness.channel.sent, harness.channel.acknowledged], [[new Uint8Array([3])], 7]);
  });

  it('connects again after a loss, to view the screen alone', async () => {
    const harness = await new Harness().connect('read_write');
    harness.channel.end();
    await settled();
    assert.match(harness.view?.status ?? '', /Reconnecting/);
    await harness.clock.advance(1_000);
    harness.session.connected(harness.connection);
    assert.equal(harness.view?.kind, 'viewing');
    assert.deepEqual(harness.asked, ['read_write', 'read_only']);
  });

  it('gives up after five attempts, and tries again when asked to', async () => {
    const harness = await new Harness().connect();
    harness.failure = new GatewayError('unreachable');
    harness.channel.end();
    await harness.clock.advance(60_000);
    assert.equal(harness.asked.length, 6);
    assert.equal(harness.view?.status, 'The connection to the screen was lost.');
    assert.deepEqual(harness.buttons, ['Reconnect']);
    assert.equal(harness.clock.waiting, 0);
    harness.failure = undefined;
    await harness.connect();
    assert.equal(harness.view.kind, 'viewing');
  });

  it('connects again where the server of the display does not answer the page', async () => {
    const harness = new Harness();
    harness.session.connect();
    await harness.clock.advance(16_000);
    assert.equal(harness.asked.length, 2);
    assert.equal(harness.channels[0]?.isClosed, true);
  });

  for (const [reason, words] of [
    ['tooLarge', /too large/],
    ['password', /asks for a password/],
    ['unreadable', /cannot read/],
  ] as const)
    it(`ends where the page finds the screen ${reason}`, async () => {
      const harness = await new Harness().connect();
      harness.session.failed(harness.connection, reason);
      await settled();
      assert.match(harness.view?.status ?? '', words);
      assert.deepEqual(harness.buttons, ['Reconnect']);
      await harness.clock.advance(60_000);
      assert.equal(harness.asked.length, 1);
    });

  it('ends where the gateway sends more than is taken', async () => {
    const harness = await new Harness().connect();
    harness.channel.end(new GatewayError('oversized'));
    await settled();
    assert.match(harness.view?.status ?? '', /cannot read/);
  });

  it('ends with the computer, offers to start it, and connects when it runs again', async () => {
    const harness = await new Harness().connect();
    harness.session.computerChanged(curie('stopping'));
    assert.equal(harness.view?.status, 'curie was stopped.');
    assert.deepEqual(harness.buttons, ['Start']);
    assert.equal(harness.channel.isClosed, true);
    harness.session.computerChanged(curie('starting'));
    harness.session.computerChanged(curie('running'));
    await settled();
    harness.session.connected(harness.connection);
    assert.equal(harness.view.kind, 'viewing');
  });

  it('ends for good with a computer that was deleted', async () => {
    const harness = await new Harness().connect();
    harness.session.computerDeleted();
    assert.equal(harness.view?.status, 'curie was deleted.');
    assert.deepEqual(harness.buttons, []);
  });

  it('finds out that the computer has stopped where the connection is lost first', async () => {
    const harness = await new Harness().connect();
    harness.status = 'stopping';
    harness.channel.end();
    await harness.clock.advance(1_000);
    assert.equal(harness.view?.status, 'curie was stopped.');
    assert.equal(harness.asked.length, 1);
  });

  it('waits for a computer that is moved to another host', async () => {
    const harness = await new Harness().connect();
    harness.status = 'restoring';
    harness.channel.end();
    await harness.clock.advance(60_000);
    assert.equal(harness.view?.status, 'curie: being restored. Waiting…');
    assert.equal(harness.asked.length, 1);
    harness.status = 'running';
    await harness.clock.advance(2_000);
    assert.equal(harness.asked.length, 2);
  });

  it('says that the computer has no screen, in the words of the service', async () => {
    const harness = new Harness();
    harness.failure = new ApiError('conflict', { status: 409, detail: 'Template scratch has no display.' });
    await harness.connect();
    assert.match(harness.view?.status ?? '', /^curie has no screen\..*browser-agent.*Template scratch has/);
    assert.deepEqual(harness.buttons, []);
  });

  it('tells a computer that has just stopped from one without a screen', async () => {
    const harness = new Harness();
    harness.failure = new ApiError('conflict', { status: 409 });
    harness.status = 'stopped';
    await harness.connect();
    assert.equal(harness.view?.status, 'curie was stopped.');
  });

  for (const [kind, status] of [
    ['notFound', 404],
    ['server', 501],
  ] as const)
    it(`says so where the service shows no screens (${status})`, async () => {
      const harness = new Harness();
      harness.failure = new ApiError(kind, { status });
      await harness.connect();
      assert.equal(harness.view?.status, 'The service does not show the screen of curie.');
      assert.deepEqual(harness.buttons, []);
    });

  it('leaves nothing behind when it is disconnected', async () => {
    const harness = await new Harness().connect();
    harness.session.disconnect();
    await settled();
    assert.equal(harness.channel.isClosed, true);
    assert.equal(harness.clock.waiting, 0);
    harness.session.computerChanged(curie('running'));
    await settled();
    assert.equal(harness.asked.length, 1);
  });
});
