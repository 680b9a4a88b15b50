import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { freePort } from '../emulator/ports';
import { until } from '../harness/until';
import { E2eHarness } from './e2eHarness';

describe('ports of a computer', () => {
  const stage = new E2eHarness('ports', {
    times: { publish: 1_500 },
    seed: [{ name: 'einstein' }, { name: 'curie' }, { name: 'bohr', sshd: false }],
  });
  const below = (label: string) => stage.tree.row(label);
  let port = 0;

  /** Has a web server run in the terminal that shows. */
  async function serve(): Promise<void> {
    port = await freePort('127.0.0.1', new Set());
    await stage.terminals.waitForText('ohm@einstein:~$ ');
    await stage.terminals.enter('mkdir -p site/docs && echo "hello from $(hostname)" > site/docs/index.html');
    await stage.terminals.enter(`python3 -um http.server -d site ${port}`);
    await stage.terminals.waitForText(`(http://0.0.0.0:${port}/) ...`);
  }

  /** Publishes a port past this window. */
  async function publishElsewhere(id: string, wanted: number): Promise<void> {
    const { url, apiKey } = stage.emulator;
    const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ port: wanted });
    const answer = await fetch(`${url}/v1/computers/${id}/published-ports`, {
      method: 'POST',
      headers,
      body,
    });
    assert.equal(answer.status, 200);
  }

  /** Publishes a port by the menu of its computer, up to the question. */
  async function choosePort(entry: string): Promise<void> {
    const menu = await stage.row('einstein').openMenu();
    await menu.choose('Publish Port…');
    await stage.window.quickInput.waitFor('Publish Port of einstein');
    await stage.window.quickInput.fill(entry);
  }

  stage.it('shows the terminals of a computer below it', async () => {
    await stage.row('einstein').click();
    await serve();
    await stage.row('einstein').expand();
    await below('Terminal 1').waitForDescription('connected');
    await stage.row('einstein').pressButton('New Terminal');
    await below('Terminal 2').waitForDescription('connected');
    assert.deepEqual((await below('Terminal 1').content()).icon, 'terminal');
    assert.match(await below('Terminal 1').ariaLabel(), /^Terminal 1, connected/);
    await stage.screenshot('1 terminals');
    await below('Terminal 1').click();
    await stage.terminals.waitForText(`http://0.0.0.0:${port}/`);
    await below('Terminal 2').pressButton('Close Terminal');
    await below('Terminal 2').waitForGone();
    assert.equal((await stage.terminals.tabs()).length, 1);
  });

  stage.it('shows shells of closed terminals, to be attached again or ended', async () => {
    const open = async () => {
      await below('Terminal 2').waitForDescription('connected');
      await until('it shows', async () => (await stage.terminals.tabs()).at(-1)?.active);
    };
    await stage.row('einstein').pressButton('New Terminal');
    await open();
    await stage.terminals.waitForText(/ohm@einstein:~\$ $/);
    await stage.terminals.enter('cd /srv && sleep 1234');
    await below('Terminal 2').pressButton('Close Terminal');
    await below('sleep').waitForDescription('detached · /srv');
    await stage.screenshot('2 detached');
    await below('sleep').click();
    await open();
    await below('sleep').waitForGone();
    await stage.terminals.waitForText('sleep 1234');
    await below('Terminal 2').pressButton('Close Terminal');
    await below('sleep').pressButton('End Detached Shell…');
    assert.match(await stage.window.dialog.text(), /^End sleep on einstein\?/);
    await stage.window.dialog.press('End');
    await below('sleep').waitForGone();
  });

  stage.it('says which ports cannot be published', async () => {
    for (const wrong of ['80', '70000']) {
      await choosePort(wrong);
      await stage.window.quickInput.waitForEntry('Only ports from 1024 to 65535 can be published.');
      await stage.window.quickInput.accept();
      await stage.window.quickInput.waitForEntry('Only ports from 1024 to 65535 can be published.');
      await stage.screenshot(`2 port ${wrong}`);
      await stage.window.quickInput.cancel();
    }
  });

  stage.it('warns before a port is published, and follows it until it has its URL', async () => {
    const { dialog, notifications, quickInput } = stage.window;
    await choosePort('');
    await quickInput.fill(String(port));
    await quickInput.waitForEntry(String(port));
    assert.deepEqual(
      (await quickInput.entries())
        .filter(({ label }) => label === String(port))
        .map(({ description }) => description),
      ['python3'],
    );
    await stage.screenshot('3 listening');
    await quickInput.choose(String(port));
    assert.match(await dialog.text(), /to everybody\?[^]*without signing in/);
    await stage.screenshot('4 warning');
    await dialog.press('Cancel');
    assert.equal((await stage.requests('POST', 'einstein', 'published-ports')).length, 0);

    await choosePort(String(port));
    await quickInput.choose(String(port));
    await dialog.press('Publish');
    await below(`Port ${port}`).waitForDescription('publishing…');
    await stage.screenshot('5 publishing');
    await notifications.waitFor(/is public now: http:/);
    const url = (await stage.computer('einstein')).published_ports[0]?.url ?? '';
    await below(`Port ${port}`).waitForDescription(`public · ${url}`);
    await stage.screenshot('6 published');
    await notifications.press(/is public now/, 'Copy URL');
    await stage.window.waitForClipboard(url);
  });

  stage.it('says that a fifth cannot be published, and takes one back', async () => {
    const { dialog, notifications } = stage.window;
    const id = (await stage.computer('einstein')).id;
    for (const more of [19001, 19002, 19003]) await publishElsewhere(id, more);
    await (await stage.row('einstein').openMenu()).choose('Publish Port…');
    await notifications.waitFor(/einstein has 4 published ports/);
    await stage.screenshot('7 fifth');
    await notifications.close(/einstein has 4 published ports/);
    await stage.window.runCommand('Celesto: Refresh Computers');
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

  stage.it('forwards a port, tells where it is, and what goes through it', async () => {
    const { notifications, quickInput } = stage.window;
    await (await stage.row('einstein').openMenu()).choose('Forward Port…');
    await quickInput.waitFor('Forward Port of einstein');
    await quickInput.waitForEntry(String(port));
    await stage.screenshot('8 forward');
    await quickInput.fill(String(port));
    await quickInput.choose(String(port));
    // The computers of these tests share this machine's network, so the port is taken.
    await notifications.waitFor(
      new RegExp(
        `^Port ${port} of einstein is forwarded to 127\\.0\\.0\\.1:\\d+, because local port ${port} is in use`,
      ),
    );
    await stage.screenshot('9 forwarded');
    await notifications.close(/is in use/);
    const { description } = await below(`Port ${port}`).content();
    const [, local] = /^127\.0\.0\.1:(\d+) · idle$/.exec(description) ?? [];
    assert.ok(local, description);
    const answer = await fetch(`http://127.0.0.1:${local}/docs/`);
    assert.equal(await answer.text(), 'hello from einstein\n');
    await below(`Port ${port}`).waitForDescription(/idle · .* in, .* out$|connection.* in, .* out$/);
    await stage.screenshot('10 traffic');
  });

  stage.it('has another port here by its menu; where that is taken, it says so and stays', async () => {
    const { notifications, quickInput } = stage.window;
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
    await stage.screenshot('10 no port');
    await quickInput.fill(String(port));
    await quickInput.accept();
    const isTaken = `Port ${port} of this machine is taken, or not allowed. Choose another one.`;
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

  stage.it('leads there from an address that is clicked in a terminal', async () => {
    await stage.row('einstein').pressButton('New Terminal');
    await below('Terminal 2').waitForDescription('connected');
    await stage.terminals.waitForText(/ohm@einstein:~\$ $/);
    await stage.terminals.enter(`clear; echo "see http://localhost:${port}/docs/index.html"`);
    await stage.terminals.waitForText(new RegExp(`^see http://localhost:${port}/docs/index.html$`, 'm'));
    const { description } = await below(`Port ${port}`).content();
    const [, local] = /^127\.0\.0\.1:(\d+) · /.exec(description) ?? [];
    const opened = stage.window.page.context().waitForEvent('page');
    await stage.terminals.clickLink(`http://localhost:${port}/docs/index.html`);
    const page = await opened;
    await page.waitForLoadState();
    assert.equal(await page.locator('body').innerText(), 'hello from einstein');
    // By the forward, and not by what VS Code makes of such an address itself.
    assert.match(page.url(), new RegExp(`\\b${local}/docs/index.html$`));
    await page.close();
  });

  stage.it('are forwarded again after the window was loaded anew', async () => {
    const { description } = await below(`Port ${port}`).content();
    const address = description.split(' · ')[0];
    await stage.window.reload();
    await stage.window.openContainer('Celesto');
    await stage.row('einstein').waitFor();
    await stage.row('einstein').expand();
    await below(`Port ${port}`).waitForDescription(`${address} · idle`);
    assert.equal(await (await fetch(`http://${address}/docs/`)).text(), 'hello from einstein\n');
    await stage.screenshot('11 again');
    await below(`Port ${port}`).pressButton('Stop Forwarding Port');
    await below(`Port ${port}`).waitForGone();
    await assert.rejects(fetch(`http://${address}/docs/`));
  });

  stage.it(
    'are not forwarded where only a plain terminal leads there; why is told, publishing offered',
    async () => {
      const { notifications, quickInput } = stage.window;
      await (await stage.row('bohr').openMenu()).choose('Forward Port…');
      await notifications.waitFor(/^Ports of bohr cannot be forwarded\. .*it has no OpenSSH server/);
      await stage.screenshot('12 not forwarded');
      await notifications.press(/cannot be forwarded/, 'Publish Port…');
      await quickInput.waitFor('Publish Port of bohr');
      await quickInput.cancel();
    },
  );

  stage.it(
    'wait while somebody else has stopped their computer, and end with it; both are told',
    async () => {
      const { notifications, quickInput } = stage.window;
      const silent = await freePort('127.0.0.1', new Set([port]));
      await (await stage.row('curie').openMenu()).choose('Forward Port…');
      await quickInput.waitFor('Forward Port of curie');
      await quickInput.fill(String(silent));
      await quickInput.choose(`Port ${silent}`);
      const isThere = `Port ${silent} of curie is forwarded to 127.0.0.1:${silent}.`;
      await notifications.waitFor(isThere);
      await notifications.close(isThere);
      await stage.row('curie').expand();
      await below(`Port ${silent}`).waitForDescription(`127.0.0.1:${silent} · idle`);
      await stage.callFromOutside('POST', 'curie', 'stop');
      await stage.waitForStatus('curie', 'stopped');
      await stage.window.runCommand('Celesto: Refresh Computers');
      const told = `curie was stopped outside this window. Its ports (${silent}) are forwarded again when it runs.`;
      await notifications.waitFor(told);
      await below(`Port ${silent}`).waitForDescription('waiting for the computer');
      await stage.screenshot('12 waits');
      await notifications.press(told, 'Start');
      await below(`Port ${silent}`).waitForDescription(`127.0.0.1:${silent} · idle`);
      await stage.callFromOutside('DELETE', 'curie');
      await until('it is gone', async () => (await stage.computers()).every(({ name }) => name !== 'curie'));
      await stage.window.runCommand('Celesto: Refresh Computers');
      await notifications.waitFor(
        `curie was deleted outside this window. Its ports (${silent}) are no longer forwarded.`,
      );
      await below(`Port ${silent}`).waitForGone();
    },
  );

  it('leaves the window without errors', () => {
    assert.deepEqual(stage.window.errors, []);
  });
});
