import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { after, describe, it } from 'node:test';
import { type WebSocket, WebSocketServer } from 'ws';
import { runCommand } from '../emulator/sandbox/exec';
import { until } from '../harness/until';
import { Screen } from '../harness/window/screen';
import { E2eHarness } from './e2eHarness';

/** Bytes in a message of the hostile server. */
const pieceSize = 1024 * 1024;

const controlled = 'You control this screen. Press Ctrl+Alt+Home to release it.';

describe('the screen of a computer', () => {
  const e2e = new E2eHarness('screen', {
    seed: [
      { name: 'curie', template: 'browser-agent' },
      { name: 'hopper', template: 'browser-agent' },
      { name: 'noether', template: 'scratch' },
    ],
  });
  const screenOf = (computer: string): Screen => new Screen(e2e.window.page, computer);

  const show = async (computer: string): Promise<Screen> => {
    const menu = await e2e.row(computer).openMenu();
    await menu.choose('Show Screen');
    return screenOf(computer);
  };
  /** Modes of the grants that were asked for, in order. */
  const grants = async (computer: string): Promise<unknown[]> =>
    (await e2e.requests('POST', computer, 'display')).map(({ body }) => (body as { mode: string }).mode);
  const run = async (computer: string, command: string): Promise<string> => {
    const { id } = await e2e.computer(computer);
    return (await runCommand(e2e.emulator.computers.sandbox(id).start(command, 10_000))).stdout;
  };
  const waitForFile = (computer: string, name: string): Promise<boolean> =>
    until(`the file ${name}`, async () => (await run(computer, 'ls')).split('\n').includes(name));
  const type = (text: string): Promise<void> => e2e.window.page.keyboard.type(text, { delay: 20 });
  const press = (key: string): Promise<void> => e2e.window.page.keyboard.press(key);

  e2e.it('is drawn in a tab of its own, below its name', async () => {
    const screen = await show('curie');
    await screen.waitForStatus('View only');
    await until('a picture', async () => (await screen.colors()) >= 2);
    assert.deepEqual(await screen.buttons(), ['Take Control']);
    assert.equal(await (await screen.picture()).getAttribute('aria-label'), 'Screen of curie');
    assert.deepEqual(await grants('curie'), ['read_only']);
    await e2e.screenshot('view only');
  });

  e2e.it('takes no input while it is only viewed', async () => {
    const screen = screenOf('curie');
    const before = await screen.stillPixels();
    await (await screen.picture()).click();
    await type('touch typed-by-reader\n');
    assert.equal(await screen.stillPixels(), before);
  });

  e2e.it('takes input once the user has taken control, with another grant', async () => {
    const screen = screenOf('curie');
    await screen.press('Take Control');
    await screen.waitForStatus(controlled);
    const before = await screen.stillPixels();
    await type('touch typed-by-user\n');
    await waitForFile('curie', 'typed-by-user');
    assert.notEqual(await screen.stillPixels(), before);
    assert.doesNotMatch(await run('curie', 'ls'), /typed-by-reader/);
    assert.deepEqual(await grants('curie'), ['read_only', 'read_write']);
    await e2e.screenshot('in control');
  });

  e2e.it('gets the text of the clipboard when asked to', async () => {
    const screen = screenOf('curie');
    await type('clear\n');
    await e2e.window.page.evaluate("navigator.clipboard.writeText('touch pasted')");
    await screen.press('Paste To Screen');
    // The computer takes a moment to have it.
    await until('the file', async () => {
      await press('Shift+Insert');
      await press('Enter');
      return (await run('curie', 'ls')).split('\n').includes('pasted');
    });
  });

  e2e.it('copies nothing by itself, and what was selected when asked to', async () => {
    const screen = screenOf('curie');
    await e2e.window.page.evaluate("navigator.clipboard.writeText('mine')");
    await type('clear; echo copied-on-curie\n');
    await screen.stillPixels();
    // Near the top left, where the output of the command is.
    const box = await (await screen.picture()).boundingBox();
    const scale = (box?.width ?? 0) / 800;
    await (await screen.picture()).dblclick({ position: { x: 15 * scale, y: 7 * scale } });
    await screen.stillPixels();
    assert.equal(await e2e.window.readClipboard(), 'mine');
    await until('the text to be copied', async () => {
      await screen.press('Copy From Screen');
      return (await e2e.window.readClipboard()).startsWith('copied');
    });
    await e2e.screenshot('copied');
  });

  e2e.it('is only viewed again after the shortcut, and when the focus leaves it', async () => {
    const screen = screenOf('curie');
    await press('Control+Alt+Home');
    await screen.waitForStatus('View only');
    await until('the focus on the button', async () =>
      (await screen.frame()).evaluate("document.activeElement?.textContent === 'Take Control'"),
    );
    await press('Enter');
    await screen.waitForStatus(controlled);
    await type('touch in-control\n');
    await waitForFile('curie', 'in-control');
    await e2e.row('noether').click();
    await screen.waitForStatus('View only');
    assert.deepEqual((await grants('curie')).slice(-4), [
      'read_write',
      'read_only',
      'read_write',
      'read_only',
    ]);
  });

  e2e.it('connects with a new grant after the connection was lost', async () => {
    const screen = screenOf('curie');
    const before = (await grants('curie')).length;
    await run('curie', 'pkill x11vnc');
    await screen.waitForStatus(/Reconnecting/);
    await screen.waitForStatus('View only');
    assert.deepEqual((await grants('curie')).slice(before), ['read_only']);
  });

  e2e.it('is not connected while its tab is hidden', async () => {
    const screen = screenOf('curie');
    const before = (await grants('curie')).length;
    const other = await show('hopper');
    await other.waitForStatus('View only');
    await until('the end of the connection', async () => (await run('curie', 'pgrep x11vnc')) === '');
    assert.equal((await grants('curie')).length, before);
    await show('curie');
    await screen.waitForStatus('View only');
    assert.deepEqual((await grants('curie')).slice(before), ['read_only']);
  });

  e2e.it('leaves addresses and tokens to the extension host: its page reaches nothing', async () => {
    const frame = await screenOf('curie').frame();
    const blocked = await frame.evaluate(
      `fetch(${JSON.stringify(e2e.emulator.url)}).then(() => 'reached', (error) => error.name)`,
    );
    assert.equal(blocked, 'TypeError');
    const page = await frame.content();
    for (const secret of ['token', 'gateway', e2e.emulator.url]) assert.ok(!page.includes(secret), secret);
  });

  e2e.it('says so when the computer stops, and offers to start it', async () => {
    const screen = screenOf('curie');
    await e2e.callFromOutside('POST', 'curie', 'stop');
    await screen.waitForStatus('curie was stopped.');
    assert.deepEqual(await screen.buttons(), ['Start']);
    await e2e.screenshot('stopped');
    await e2e.waitForStatus('curie', 'stopped');
    await screen.press('Start');
    await screen.waitForStatus('View only');
  });

  e2e.it('is missed in plain words on a computer without one', async () => {
    const screen = await show('noether');
    await screen.waitForStatus(
      /^noether has no screen\. Computers of the template browser-agent do\. The template of this computer has no display\./,
    );
    assert.deepEqual(await screen.buttons(), []);
    await e2e.screenshot('no screen');
    await e2e.window.runCommand('View: Close Editor');
  });

  describe('of a hostile server', () => {
    let greet: (socket: WebSocket) => void = () => undefined;
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    server.on('connection', (socket) => greet(socket));
    after(() => server.close());

    /** The server's side of the handshake, up to a screen of this size and name. */
    const serve = (width: number, height: number, name: Buffer) => (socket: WebSocket) => {
      const init = Buffer.alloc(24);
      init.writeUInt16BE(width, 0);
      init.writeUInt16BE(height, 2);
      init.set([32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0], 4);
      init.writeUInt32BE(name.length, 20);
      const steps = [Buffer.from([1, 1]), Buffer.alloc(4), Buffer.concat([init, name])];
      socket.on('message', () => {
        const step = steps.shift() ?? cutText('stolen');
        for (let at = 0; at < step.length; at += pieceSize) socket.send(step.subarray(at, at + pieceSize));
      });
      socket.send('RFB 003.008\n', { binary: true });
    };
    const cutText = (text: string): Buffer => {
      const head = Buffer.alloc(8);
      head[0] = 3;
      head.writeUInt32BE(text.length, 4);
      return Buffer.concat([head, Buffer.from(text)]);
    };
    const meet = async (greeting: (socket: WebSocket) => void): Promise<Screen> => {
      greet = greeting;
      if (!server.address()) await once(server, 'listening');
      const gatewayUrl = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`;
      await e2e.control.setFeatures({ gatewayUrl });
      const connected = once(server, 'connection');
      const screen = await show('hopper');
      if ((await screen.buttons()).includes('Reconnect')) await screen.press('Reconnect');
      await connected;
      return screen;
    };

    e2e.it('is not drawn with 10,000 × 10,000 pixels', async () => {
      const screen = await meet(serve(10_000, 10_000, Buffer.from('desktop')));
      await screen.waitForStatus('The screen is too large to be shown.');
      assert.deepEqual(await screen.buttons(), ['Reconnect']);
      await e2e.screenshot('too large');
    });

    e2e.it('ends with what is no RFB, and with a name of 50 MB', async () => {
      const greetings = [
        (socket: WebSocket) => socket.send('HTTP/1.1 200 OK\r\n', { binary: true }),
        serve(100, 100, Buffer.alloc(50 * 1024 * 1024)),
      ];
      for (const greeting of greetings) {
        const screen = await meet(greeting);
        await screen.waitForStatus('The screen sent something that this extension cannot read.');
        assert.deepEqual(await screen.buttons(), ['Reconnect']);
      }
    });

    e2e.it('names nothing and copies nothing by itself', async () => {
      await e2e.window.page.evaluate("navigator.clipboard.writeText('mine')");
      const name = '[link](command:celesto.delete) $(trash) '.repeat(2_000);
      const screen = await meet(serve(100, 100, Buffer.from(name)));
      await screen.waitForStatus('View only');
      await screen.press('Take Control');
      await screen.waitForStatus(controlled);
      await type('keys');
      assert.ok(!(await (await screen.frame()).content()).includes('celesto.delete'));
      assert.equal(await e2e.window.readClipboard(), 'mine');
      await e2e.control.setFeatures({ gatewayUrl: null });
    });
  });

  it('leaves the window without errors', () => assert.deepEqual(e2e.window.errors, []));
});
