import assert from 'node:assert/strict';
import { Duplex, PassThrough } from 'node:stream';
import { describe, it } from 'node:test';
import type { ClientChannel } from 'ssh2';
import type { SessionEnd } from '../../../src/shell/shellSession';
import type { SshError } from '../../../src/ssh/sshErrors';
import { SshSession } from '../../../src/terminal/sshSession';
import { sshError } from '../ssh/support/fakeConnector';
import { settled } from '../support/fakeClock';

/** A channel that a test makes do what a real server would do only by chance. */
class ScriptedChannel extends Duplex {
  readonly stderr = new PassThrough();
  written = '';
  windows: number[][] = [];

  override _read(): void {
    // The test pushes the output.
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.written += chunk.toString();
    done();
  }

  setWindow(...window: number[]): void {
    this.windows.push(window);
  }

  /** Ends both ways, as a server does that closes the channel. */
  hangUp(): void {
    this.push(null);
    this.end();
  }
}

function sessionOn(
  channel: ScriptedChannel,
  closed = true,
  failure?: SshError,
): { session: SshSession; endings: SessionEnd[] } {
  const session = new SshSession(channel as unknown as ClientChannel, {
    closed,
    failure,
    probe: () => undefined,
  });
  const endings: SessionEnd[] = [];
  session.onEnd((ending) => endings.push(ending));
  return { session, endings };
}

describe('SshSession', () => {
  it('buffers output before the first listener, whole and in order', async () => {
    const channel = new ScriptedChannel();
    const { session } = sessionOn(channel);
    channel.push('early ');
    await settled();
    let heard = '';
    session.onData((bytes) => (heard += Buffer.from(bytes).toString()));
    channel.push('late');
    await settled();
    assert.equal(heard, 'early late');
  });

  it('shows the error output as well', async () => {
    const channel = new ScriptedChannel();
    const { session } = sessionOn(channel);
    let heard = '';
    session.onData((bytes) => (heard += Buffer.from(bytes).toString()));
    channel.stderr.write('no such shell');
    await settled();
    assert.equal(heard, 'no such shell');
  });

  it('emits each output once, to any number of listeners', async () => {
    const channel = new ScriptedChannel();
    const { session } = sessionOn(channel);
    const heard: string[] = [];
    session.onData((bytes) => heard.push(`first ${Buffer.from(bytes).toString()}`));
    session.onData((bytes) => heard.push(`second ${Buffer.from(bytes).toString()}`));
    channel.push('x');
    await settled();
    assert.deepEqual(heard, ['first x', 'second x']);
  });

  it('emits nothing while it is paused, and resumes without loss', async () => {
    const channel = new ScriptedChannel();
    const { session } = sessionOn(channel);
    let heard = '';
    session.onData((bytes) => (heard += Buffer.from(bytes).toString()));
    session.pause();
    for (const text of ['a', 'b', 'c']) channel.push(text);
    await settled();
    assert.equal(heard, '');
    session.resume();
    await settled();
    assert.equal(heard, 'abc');
  });

  it('ends with the exit code of a command that ended before the first listener', async () => {
    // ssh2 emits an exit status at once where it arrives in one piece with the answer to the request, and again at the end.
    const channel = new ScriptedChannel({ emitClose: false });
    channel.emit('exit', 3);
    const { session, endings } = sessionOn(channel, false);
    session.onData(() => undefined);
    channel.push('last words');
    channel.hangUp();
    await settled();
    assert.deepEqual(endings, []);
    channel.emit('close', 3);
    await settled();
    assert.deepEqual(endings, [{ kind: 'exited', code: 3, signal: undefined }]);
  });

  for (const [what, code, signal, ending] of [
    ['an exit code', 3, undefined, { kind: 'exited', code: 3, signal: undefined }],
    ['a signal', null, 'SIGTERM', { kind: 'exited', code: undefined, signal: 'SIGTERM' }],
  ] as const) {
    it(`ends with ${what}, after the last output, once`, async () => {
      const channel = new ScriptedChannel();
      const { session, endings } = sessionOn(channel);
      let heard = '';
      session.onData((bytes) => (heard += Buffer.from(bytes).toString()));
      channel.emit('exit', code, signal);
      channel.push('last words');
      channel.hangUp();
      await settled();
      assert.equal(heard, 'last words');
      assert.deepEqual(endings, [ending]);
    });
  }

  it('exits where the channel closes without a status and the connection stays', async () => {
    const channel = new ScriptedChannel();
    const { session, endings } = sessionOn(channel, false);
    session.onData(() => undefined);
    channel.hangUp();
    await settled();
    await settled();
    assert.deepEqual(endings, [{ kind: 'exited', code: undefined, signal: undefined }]);
  });

  it('is lost where the connection closes with the channel, and states the cause', async () => {
    const channel = new ScriptedChannel();
    const { session, endings } = sessionOn(channel, true, sshError('closed'));
    session.onData(() => undefined);
    channel.hangUp();
    await settled();
    await settled();
    assert.match(String(endings[0]?.kind === 'lost' && endings[0].cause), /was closed/);
  });

  it('is lost where the channel closes without a status on a closed connection', async () => {
    const channel = new ScriptedChannel();
    const { session, endings } = sessionOn(channel);
    session.onData(() => undefined);
    channel.hangUp();
    await settled();
    await settled();
    assert.deepEqual(endings, [{ kind: 'lost', cause: undefined }]);
  });

  it('is lost where the channel fails, and throws nothing', async () => {
    const channel = new ScriptedChannel();
    const { session, endings } = sessionOn(channel);
    session.onData(() => undefined);
    channel.destroy(new Error('read ECONNRESET'));
    await settled();
    await settled();
    assert.deepEqual(endings, [{ kind: 'lost', cause: undefined }]);
  });

  it('sends input, and drops it after the end', async () => {
    const channel = new ScriptedChannel();
    const { session } = sessionOn(channel);
    session.onData(() => undefined);
    session.write('ls\r');
    channel.hangUp();
    await settled();
    session.write('too late');
    await settled();
    assert.equal(channel.written, 'ls\r');
  });

  it('passes on the size, rows before columns', () => {
    const channel = new ScriptedChannel();
    sessionOn(channel).session.resize({ rows: 30, columns: 100 });
    assert.deepEqual(channel.windows, [[30, 100, 0, 0]]);
  });

  describe('of a launched shell', () => {
    function launched(channel: ScriptedChannel): SshSession {
      const carrying = { closed: true, failure: undefined, probe: () => undefined };
      return new SshSession(channel as unknown as ClientChannel, carrying, {
        name: 'a-1',
        size: { rows: 24, columns: 80 },
        lastPosition: undefined,
        onLeave: () => undefined,
      });
    }

    it('hides the start marker, reports its facts, and then sends the typeahead', async () => {
      const channel = new ScriptedChannel();
      const session = launched(channel);
      let heard = '';
      session.onData((bytes) => (heard += Buffer.from(bytes).toString()));
      session.write('ls\r');
      for (const byte of `hello \x1b]5379;celesto;screen;again\x07$ `) {
        if (byte !== '$' && byte !== ' ') assert.equal(channel.written, '');
        channel.push(byte);
        await settled();
      }
      assert.equal(heard, 'hello $ ');
      assert.equal(channel.written, 'ls\r');
      assert.deepEqual(await session.shell, { persistedBy: 'screen', resumed: true });
    });

    it('buffers 64 KiB of typeahead and drops further input until the start marker', async () => {
      const channel = new ScriptedChannel();
      const session = launched(channel);
      session.onData(() => undefined);
      session.write('a'.repeat(64 * 1024 - 2));
      session.write('bcd');
      session.write('e');
      assert.equal(channel.written, '');
      channel.push('\x1b]5379;celesto;none\x07$ ');
      await settled();
      assert.equal(channel.written.length, 64 * 1024);
      assert.equal(channel.written.slice(-3), 'abc');
      session.write('f');
      assert.equal(channel.written.slice(-3), 'bcf');
    });

    it('has no persistence without a start marker, and loses no byte', async () => {
      const channel = new ScriptedChannel();
      const session = launched(channel);
      let heard = '';
      session.onData((bytes) => (heard += Buffer.from(bytes).toString()));
      channel.push('not here\x1b]53');
      channel.hangUp();
      await settled();
      await settled();
      assert.equal(heard, 'not here\x1b]53');
      assert.deepEqual(await session.shell, { persistedBy: undefined, resumed: false });
    });

    it('goes on with the next marker where tmux fails to attach', async () => {
      const channel = new ScriptedChannel();
      const session = launched(channel);
      let heard = '';
      session.onData((bytes) => (heard += Buffer.from(bytes).toString()));
      channel.push('\x1bP1000p%exit server exited\r\n\x1b\\\\\x1b]5379;celesto;none\x07$ ');
      await settled();
      assert.equal(heard, '$ ');
      assert.deepEqual(await session.shell, { persistedBy: undefined, resumed: false });
    });
  });
});
