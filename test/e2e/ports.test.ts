import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { freePort } from '../emulator/ports';
import { until } from '../harness/until';
import { E2eHarness } from './e2eHarness';

describe('terminals and ports below a computer', () => {
  const e2e = new E2eHarness('ports', {
    times: { publish: 1_500 },
    seed: [{ name: 'einstein' }, { name: 'curie' }, { name: 'bohr', sshd: false }],
  });
  const below = (label: string) => e2e.tree.row(label);
  let port = 0;

  /** Starts a web server in the active terminal. */
  async function serve(): Promise<void> {
    port = await freePort('127.0.0.1', new Set());
    await e2e.terminals.waitForText('ohm@einstein:~$ ');
    await e2e.terminals.enter('mkdir -p site/docs && echo "hello from $(hostname)" > site/docs/index.html');
    await e2e.terminals.enter(`python3 -um http.server -d site ${port}`);
    await e2e.terminals.waitForText(`(http://0.0.0.0:${port}/) ...`);
  }

  /** Publishes a port by the API, outside this window. */
  async function publishElsewhere(id: string, port: number): Promise<void> {
    const { url, apiKey } = e2e.emulator;
    const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ port });
    const answer = await fetch(`${url}/v1/computers/${id}/published-ports`, {
      method: 'POST',
      headers,
      body,
    });
    assert.equal(answer.status, 200);
  }

  /** Opens the picker of ports to publish, by the menu of the computer, and types into it. */
  async function choosePort(entry: string): Promise<void> {
    const menu = await e2e.row('einstein').openMenu();
    await menu.choose('Publish Port…');
    await e2e.window.quickInput.waitFor('Publish Port of einstein');
    await e2e.window.quickInput.fill(entry);
  }

  e2e.it('terminals are listed below their computer', async () => {
    await e2e.row('einstein').click();
    await serve();
    await e2e.row('einstein').expand();
    await below('Terminal 1').waitForDescription('connected');
    await e2e.row('einstein').pressButton('New Terminal');
    await below('Terminal 2').waitForDescription('connected');
    assert.deepEqual((await below('Terminal 1').content()).icon, 'terminal');
    assert.match(await below('Terminal 1').ariaLabel(), /^Terminal 1, connected/);
    await e2e.screenshot('1 terminals');
    await below('Terminal 1').click();
    await e2e.terminals.waitForText(`http://0.0.0.0:${port}/`);
    await below('Terminal 2').pressButton('Close Terminal');
    await below('Terminal 2').waitForGone();
    assert.equal((await e2e.terminals.tabs()).length, 1);
  });

  e2e.it('shells of closed terminals are listed, and can be attached again or ended', async () => {
    const open = async () => {
      await below('Terminal 2').waitForDescription('connected');
      await until('it shows', async () => (await e2e.terminals.tabs()).at(-1)?.active);
    };
    await e2e.row('einstein').pressButton('New Terminal');
    await open();
    await e2e.terminals.waitForText(/ohm@einstein:~\$ $/);
    await e2e.terminals.enter('cd /srv && sleep 1234');
    await below('Terminal 2').pressButton('Close Terminal');
    await below('sleep').waitForDescription('detached · /srv');
    await e2e.screenshot('2 detached');
    await below('sleep').click();
    await open();
    await below('sleep').waitForGone();
    await e2e.terminals.waitForText('sleep 1234');
    await below('Terminal 2').pressButton('Close Terminal');
    await below('sleep').pressButton('End Detached Shell…');
    assert.match(await e2e.window.dialog.text(), /^End sleep on einstein\?/);
    await e2e.window.dialog.press('End');
    await below('sleep').waitForGone();
  });

  e2e.it('ports outside the limits cannot be published', async () => {
    for (const wrong of ['80', '70000']) {
      await choosePort(wrong);
      await e2e.window.quickInput.waitForEntry('Only ports from 1024 to 65535 can be published.');
      await e2e.window.quickInput.accept();
      await e2e.window.quickInput.waitForEntry('Only ports from 1024 to 65535 can be published.');
      await e2e.screenshot(`2 port ${wrong}`);
      await e2e.window.quickInput.cancel();
    }
  });

  e2e.it('publishing a port warns first, and shows its progress until the URL is there', async () => {
    const { dialog, notifications, quickInput } = e2e.window;
    await choosePort('');
    await quickInput.fill(String(port));
    await quickInput.waitForEntry(String(port));
    assert.deepEqual(
      (await quickInput.entries())
        .filter(({ label }) => label === String(port))
        .map(({ description }) => description),
      ['python3'],
    );
    await e2e.screenshot('3 listening');
    await quickInput.choose(String(port));
    assert.match(await dialog.text(), /Make port \d+ of \S+ public\?[^]*without signing in/);
    await e2e.screenshot('4 warning');
    await dialog.press('Cancel');
    assert.equal((await e2e.requests('POST', 'einstein', 'published-ports')).length, 0);

    await choosePort(String(port));
    await quickInput.choose(String(port));
    await dialog.press('Publish');
    await below(`Port ${port}`).waitForDescription('publishing…');
    await e2e.screenshot('5 publishing');
    await notifications.waitFor(/is now public: http:/);
    const url = (await e2e.computer('einstein')).published_ports[0]?.url ?? '';
    await below(`Port ${port}`).waitForDescription(`public · ${url}`);
    await e2e.screenshot('6 published');
    await notifications.press(/is now public/, 'Copy URL');
    await e2e.window.waitForClipboard(url);
  });

  e2e.it('a fifth port cannot be published; published ones can be unpublished', async () => {
    const { dialog, notifications } = e2e.window;
    const id = (await e2e.computer('einstein')).id;
    for (const more of [19001, 19002, 19003]) await publishElsewhere(id, more);
    await (await e2e.row('einstein').openMenu()).choose('Publish Port…');
    await notifications.waitFor(/einstein already has 4 published ports/);
    await e2e.screenshot('7 fifth');
    await notifications.close(/einstein already has 4 published ports/);
    await e2e.window.runCommand('Celesto: Refresh Computers');
    await below('Port 19002').pressButton('Unpublish Port…');
    assert.match(await dialog.text(), /Unpublish port 19002 of einstein\?/);
    await dialog.press('Unpublish');
    await below('Port 19002').waitForGone();
    for (const other of [19001, 19003]) {
      await below(`Port ${other}`).pressButton('Unpublish Port…');
      await dialog.press('Unpublish');
      await below(`Port ${other}`).waitForGone();
    }
    await below(`Port ${port}`).pressButton('Unpublish Port…');
    await dialog.press('Unpublish');
    await below(`Port ${port}`).waitForGone();
  });

  e2e.it('a forwarded port shows its local address and its traffic', async () => {
    const { notifications, quickInput } = e2e.window;
    await (await e2e.row('einstein').openMenu()).choose('Forward Port…');
    await quickInput.waitFor('Forward Port of einstein');
    await quickInput.waitForEntry(String(port));
    await e2e.screenshot('8 forward');
    await quickInput.fill(String(port));
    await quickInput.choose(String(port));
    // Emulated computers share this machine's network, so the local port is in use.
    await notifications.waitFor(
      new RegExp(
        `^Port ${port} of einstein is forwarded to 127\\.0\\.0\\.1:\\d+, because local port ${port} is in use`,
      ),
    );
    await e2e.screenshot('9 forwarded');
    await notifications.close(/is in use/);
    const { description } = await below(`Port ${port}`).content();
    const [, local] = /^127\.0\.0\.1:(\d+) · idle$/.exec(description) ?? [];
    assert.ok(local, description);
    const answer = await fetch(`http://127.0.0.1:${local}/docs/`);
    assert.equal(await answer.text(), 'hello from einstein\n');
    await below(`Port ${port}`).waitForDescription(/idle · .* in, .* out$|connection.* in, .* out$/);
    await e2e.screenshot('10 traffic');
  });

  e2e.it('the local port can be changed; one that is in use is refused, and the old one stays', async () => {
    const { notifications, quickInput } = e2e.window;
    const change = async (to: string): Promise<void> => {
      await (await below(`Port ${port}`).openMenu()).choose('Change Local Port…');
      await quickInput.waitFor(`Change Local Port of Port ${port} of einstein`);
      await quickInput.fill(to);
    };
    const address = async (): Promise<string> =>
      (await below(`Port ${port}`).content()).description.split(' · ')[0] ?? '';
    const before = await address();
    await change('70000');
    await quickInput.waitForMessage('A port is a number from 1 to 65535.');
    await e2e.screenshot('10 no port');
    await quickInput.fill(String(port));
    await quickInput.accept();
    const isTaken = `Local port ${port} is in use, or not allowed. Choose another one.`;
    await notifications.waitFor(isTaken);
    assert.equal(await address(), before);
    assert.equal(await (await fetch(`http://${before}/docs/`)).text(), 'hello from einstein\n');
    await notifications.close(isTaken);
    const free = await freePort('127.0.0.1', new Set([port]));
    await change(String(free));
    await quickInput.accept();
    await below(`Port ${port}`).waitForDescription(`127.0.0.1:${free} · idle`);
    assert.equal(await (await fetch(`http://127.0.0.1:${free}/docs/`)).text(), 'hello from einstein\n');
    await assert.rejects(fetch(`http://${before}/docs/`));
  });

  e2e.it('a click on a local address in a terminal opens the forwarded port', async () => {
    await e2e.row('einstein').pressButton('New Terminal');
    await below('Terminal 2').waitForDescription('connected');
    await e2e.terminals.waitForText(/ohm@einstein:~\$ $/);
    await e2e.terminals.enter(`clear; echo "see http://localhost:${port}/docs/index.html"`);
    await e2e.terminals.waitForText(new RegExp(`^see http://localhost:${port}/docs/index.html$`, 'm'));
    const { description } = await below(`Port ${port}`).content();
    const [, local] = /^127\.0\.0\.1:(\d+) · /.exec(description) ?? [];
    const opened = e2e.window.page.context().waitForEvent('page');
    await e2e.terminals.clickLink(`http://localhost:${port}/docs/index.html`);
    const page = await opened;
    await page.waitForLoadState();
    assert.equal(await page.locator('body').innerText(), 'hello from einstein');
    // Through the extension's forward, not through VS Code's own handling of such addresses.
    assert.match(page.url(), new RegExp(`\\b${local}/docs/index.html$`));
    await page.close();
  });

  e2e.it('forwarded ports are restored after the window is reloaded', async () => {
    const { description } = await below(`Port ${port}`).content();
    const address = description.split(' · ')[0];
    await e2e.window.reload();
    await e2e.window.openContainer('Celesto');
    await e2e.row('einstein').waitFor();
    await e2e.row('einstein').expand();
    await below(`Port ${port}`).waitForDescription(`${address} · idle`);
    assert.equal(await (await fetch(`http://${address}/docs/`)).text(), 'hello from einstein\n');
    await e2e.screenshot('11 again');
    await below(`Port ${port}`).pressButton('Stop Forwarding Port');
    await below(`Port ${port}`).waitForGone();
    await assert.rejects(fetch(`http://${address}/docs/`));
  });

  e2e.it(
    'a computer that only a plain terminal can reach forwards no port; publishing is offered instead',
    async () => {
      const { notifications, quickInput } = e2e.window;
      await (await e2e.row('bohr').openMenu()).choose('Forward Port…');
      await notifications.waitFor(/^Ports of bohr cannot be forwarded\. .*it has no OpenSSH server/);
      await e2e.screenshot('12 not forwarded');
      await notifications.press(/cannot be forwarded/, 'Publish Port…');
      await quickInput.waitFor('Publish Port of bohr');
      await quickInput.cancel();
    },
  );

  e2e.it(
    'forwarded ports wait while their computer is stopped elsewhere, and end when it is deleted; both are reported',
    async () => {
      const { notifications, quickInput } = e2e.window;
      const silent = await freePort('127.0.0.1', new Set([port]));
      await (await e2e.row('curie').openMenu()).choose('Forward Port…');
      await quickInput.waitFor('Forward Port of curie');
      await quickInput.fill(String(silent));
      await quickInput.choose(`Port ${silent}`);
      const isThere = `Port ${silent} of curie is forwarded to 127.0.0.1:${silent}.`;
      await notifications.waitFor(isThere);
      await notifications.close(isThere);
      await e2e.row('curie').expand();
      await below(`Port ${silent}`).waitForDescription(`127.0.0.1:${silent} · idle`);
      await e2e.callFromOutside('POST', 'curie', 'stop');
      await e2e.waitForStatus('curie', 'stopped');
      await e2e.window.runCommand('Celesto: Refresh Computers');
      const stopped = `curie was stopped outside this window. Its ports (${silent}) are forwarded again when it runs.`;
      await notifications.waitFor(stopped);
      await below(`Port ${silent}`).waitForDescription('waiting for the computer');
      await e2e.screenshot('12 waits');
      await notifications.press(stopped, 'Start');
      await below(`Port ${silent}`).waitForDescription(`127.0.0.1:${silent} · idle`);
      await e2e.callFromOutside('DELETE', 'curie');
      await until('it is gone', async () => (await e2e.computers()).every(({ name }) => name !== 'curie'));
      await e2e.window.runCommand('Celesto: Refresh Computers');
      await notifications.waitFor(
        `curie was deleted outside this window. Its ports (${silent}) are no longer forwarded.`,
      );
      await below(`Port ${silent}`).waitForGone();
    },
  );

  it('leaves the window without errors', () => {
    assert.deepEqual(e2e.window.errors, []);
  });
});
