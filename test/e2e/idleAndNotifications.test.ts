import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { until } from '../harness/until';
import type { Window } from '../harness/window';
import { E2eHarness } from './e2eHarness';

describe('idle computers, notifications and diagnostics', () => {
  const e2e = new E2eHarness('idleAndNotifications', {
    seed: [
      ...[{ name: 'einstein' }, { name: 'curie' }, { name: 'hopper' }],
      ...['newton', 'gauss', 'kepler'].map((name) => ({ name, status: 'stopped' })),
    ],
    settings: {
      'celesto.openAfterCreate': 'never',
      'celesto.idle.stop': 'ask',
      'celesto.idle.minutes': 0.5,
      'celesto.idle.stopOnClose': true,
      'celesto.defaultComputer': 'https://me:pass@example.test/x?key=hush',
    },
  });

  async function open(name: string): Promise<void> {
    await e2e.row(name).click();
    await e2e.terminals.waitForText(`ohm@${name}:~$ `);
  }

  /** Another window of the same user; it stops idle computers without a question. */
  let other: Window;

  // From here on gauss and kepler are idle for the other window.
  e2e.it('another window starts two computers', async () => {
    other = await e2e.openSecondWindow('other', {
      'celesto.idle.stop': 'always',
      'celesto.idle.minutes': 0.4,
    });
    for (const name of ['gauss', 'kepler']) {
      const row = other.tree('Computers').row(name);
      await row.pressButton('Start Computer');
      await row.waitForDescription('running');
    }
    await e2e.window.page.bringToFront();
  });

  e2e.it('this window opens a computer that the other one started', () => open('gauss'));

  e2e.it(
    'a computer with a hidden terminal that is stopped elsewhere is reported; Start restarts it and reconnects',
    async () => {
      await open('einstein');
      await open('curie');
      await e2e.callFromOutside('POST', 'einstein', 'stop');
      await e2e.window.notifications.waitFor('einstein was stopped outside this window.');
      await e2e.screenshot('stopped from elsewhere');
      await e2e.window.notifications.press('einstein was stopped outside this window.', 'Start');
      await e2e.terminals.waitForText(/was stopped\.[^]*ohm@einstein:~\$ $/);
    },
  );

  e2e.it('a visible terminal reports that itself, without a notification', async () => {
    await e2e.callFromOutside('POST', 'einstein', 'stop');
    await e2e.terminals.waitForText(/\$ [^]*was stopped\.\nPress Enter to start it/);
    assert.deepEqual(await e2e.window.notifications.texts(), []);
  });

  // From here on newton is idle. Its notification shows for a few seconds only, so few tests may come in between.
  e2e.it('a start that shows in the list needs no notification', async () => {
    const menu = await e2e.row('newton').openMenu();
    await menu.choose('Start Computer');
    await e2e.row('newton').waitForDescription('running');
    assert.deepEqual(await e2e.window.notifications.texts(), []);
  });

  e2e.it('diagnostics contain the history of computers and connections, and no secret', async () => {
    await e2e.window.runCommand('Celesto: Copy Diagnostics');
    await e2e.window.notifications.waitFor(/^Copied the diagnostics\./);
    const text = await e2e.window.readClipboard();
    assert.match(text, /^- Extension: \d+\.\d+\.\d+$/m);
    assert.match(text, /^- celesto\.idle\.stop: "ask"$/m);
    assert.match(text, /^- Key: from the environment$/m);
    assert.match(
      text,
      /^- einstein \(cmp_\w+\)\n {2}- \S+Z running\n {2}- \S+Z stopping\n {2}- \S+Z stopped/m,
    );
    assert.match(text, /^- curie \(cmp_\w+\): open, transport: ssh$/m);
    assert.match(
      text,
      /^- cmp_\w+ at ohm@\S+: SSH-2\.0-OpenSSH\S*.* key exchange \S+, host key ssh-ed25519/m,
    );
    for (const secret of [e2e.emulator.apiKey, 'pass', 'hush']) assert.ok(!text.includes(secret), text);
  });

  e2e.it('an idle computer that this window started is stopped after a question', async () => {
    const { notifications } = e2e.window;
    const question = /^newton has been idle for .+\. Stop it\?$/;
    await until(
      'the question',
      async () => (await notifications.texts()).some((text) => question.test(text)),
      90_000,
    );
    await e2e.screenshot('idle');
    assert.equal((await e2e.requests('POST', 'newton', 'stop')).length, 0);
    await notifications.press(question, 'Stop');
    await e2e.waitForStatus('newton', 'stopped');
    await e2e.row('newton').waitForDescription('stopped');
  });

  e2e.it('the other window stopped the idle computer, and not the one that this window uses', async () => {
    const stops = async (name: string) => (await e2e.requests('POST', name, 'stop')).length;
    await until('kepler is stopped', async () => (await e2e.computer('kepler')).status === 'stopped', 60_000);
    assert.deepEqual([await stops('kepler'), await stops('gauss')], [1, 0]);
    assert.equal((await e2e.computer('gauss')).status, 'running');
    await other.runCommand('Notifications: Show Notifications');
    const message =
      /^kepler was stopped because it was idle for one minute\. Its disk is kept until [^.]+\.$/;
    await other.page.locator('.notification-list-item-message', { hasText: message }).first().waitFor();
    assert.deepEqual(other.errors, []);
    await other.page.close();
    await e2e.window.page.bringToFront();
  });

  e2e.it('a computer with a terminal that fails or is deleted elsewhere is reported', async () => {
    const { notifications } = e2e.window;
    await open('hopper');
    await e2e.terminals.show('gauss');
    await e2e.callFromOutside('DELETE', 'hopper');
    await notifications.waitFor('hopper was deleted outside this window.');
    await e2e.screenshot('deleted from elsewhere');
    await notifications.press('hopper was deleted outside this window.', 'Show Terminal');
    await e2e.terminals.waitForText(/ohm@hopper:[^]*deleted/);

    await e2e.control.setStatus({ id: 'gauss', status: 'error', lastError: 'Its disk is full.' });
    await notifications.waitFor('gauss needs attention: Its disk is full.');
    await e2e.screenshot('needs attention');
    await notifications.press('gauss needs attention: Its disk is full.', 'Details');
    await e2e.window.page.locator('.tab', { hasText: 'gauss.md' }).waitFor();
    assert.deepEqual(await notifications.texts(), []);
  });

  e2e.it('the outcome of a start and of a create is reported while the list is hidden', async () => {
    const { notifications, quickInput } = e2e.window;
    const create = async (): Promise<string> => {
      const before = (await e2e.computers()).map(({ name }) => name);
      await e2e.window.runCommand('Celesto: Create Computer…');
      for (const step of [1, 2, 3, 4]) {
        await quickInput.waitFor(`Create Computer (${step}/4)`);
        await quickInput.labels();
        await quickInput.accept();
      }
      return until('the new computer', async () =>
        (await e2e.computers()).map(({ name }) => name).find((name) => !before.includes(name)),
      );
    };
    await e2e.window.openContainer('Explorer');
    await e2e.window.runCommand('Celesto: Start Computer');
    await quickInput.waitFor('Start Computers');
    await quickInput.choose('kepler');
    await quickInput.accept();
    await notifications.waitFor('kepler is running.');
    await notifications.press('kepler is running.', 'Open Terminal');
    await e2e.terminals.waitForText('ohm@kepler:~$ ');

    const made = await create();
    await notifications.waitFor(`${made} is running.`);
    await e2e.screenshot('created in the background');
    await notifications.close(`${made} is running.`);

    await e2e.control.setTimes({ create: 60_000 });
    const failed = await create();
    await e2e.control.setStatus({ id: failed, status: 'error', lastError: 'No host has room.' });
    await notifications.waitFor(`${failed} needs attention: No host has room.`);
    await notifications.close(`${failed} needs attention: No host has room.`);
    assert.deepEqual(await notifications.texts(), []);
    await e2e.window.openContainer('Celesto');
  });

  e2e.it('computers started here are stopped when the window closes, where the setting says so', async () => {
    const menu = await e2e.row('newton').openMenu();
    await menu.choose('Start Computer');
    await e2e.row('newton').waitForDescription('running');
    await e2e.window.reload();
    await e2e.waitForStatus('newton', 'stopped');
    assert.equal((await e2e.computer('curie')).status, 'running');
  });
});
