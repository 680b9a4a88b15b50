import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { until } from '../harness/until';
import type { Window } from '../harness/window';
import { E2eHarness } from './e2eHarness';

describe('what a person is told of unasked, and what helps to find a cause', () => {
  const stage = new E2eHarness('attention', {
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
    await stage.row(name).click();
    await stage.terminals.waitForText(`ohm@${name}:~$ `);
  }

  /** One more window of the same person. What nobody uses is stopped there without a question. */
  let other: Window;

  // From here on gauss and kepler idle, as far as that one is concerned.
  stage.it('another window starts two computers', async () => {
    other = await stage.openSecondWindow('other', {
      'celesto.idle.stop': 'always',
      'celesto.idle.minutes': 0.4,
    });
    for (const name of ['gauss', 'kepler']) {
      const row = other.tree('Computers').row(name);
      await row.pressButton('Start Computer');
      await row.waitForDescription('running');
    }
    await stage.window.page.bringToFront();
  });

  stage.it('this window uses what the other one has started', () => open('gauss'));

  stage.it(
    'a computer with a terminal behind another one was stopped elsewhere; Start brings both back',
    async () => {
      await open('einstein');
      await open('curie');
      await stage.callFromOutside('POST', 'einstein', 'stop');
      await stage.window.notifications.waitFor('einstein was stopped outside this window.');
      await stage.screenshot('stopped from elsewhere');
      await stage.window.notifications.press('einstein was stopped outside this window.', 'Start');
      await stage.terminals.waitForText(/was stopped\.[^]*ohm@einstein:~\$ $/);
    },
  );

  stage.it('a terminal that is in front says it alone', async () => {
    await stage.callFromOutside('POST', 'einstein', 'stop');
    await stage.terminals.waitForText(/\$ [^]*was stopped\.\nPress Enter to start it/);
    assert.deepEqual(await stage.window.notifications.texts(), []);
  });

  // From here on newton idles. What that leads to shows for a few seconds only, so little may come between.
  stage.it('a start that is seen in the list needs no words', async () => {
    const menu = await stage.row('newton').openMenu();
    await menu.choose('Start Computer');
    await stage.row('newton').waitForDescription('running');
    assert.deepEqual(await stage.window.notifications.texts(), []);
  });

  stage.it('diagnostics tell what happened, and no secret', async () => {
    await stage.window.runCommand('Celesto: Copy Diagnostics');
    await stage.window.notifications.waitFor(/^Copied the diagnostics\./);
    const text = await stage.window.readClipboard();
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
    for (const secret of [stage.emulator.apiKey, 'pass', 'hush']) assert.ok(!text.includes(secret), text);
  });

  stage.it('one that was started here and that nobody uses is asked about, and stopped', async () => {
    const { notifications } = stage.window;
    const question = /^newton has been idle for .+\. Stop it\?$/;
    await until(
      'the question',
      async () => (await notifications.texts()).some((text) => question.test(text)),
      90_000,
    );
    await stage.screenshot('idle');
    assert.equal((await stage.requests('POST', 'newton', 'stop')).length, 0);
    await notifications.press(question, 'Stop');
    await stage.waitForStatus('newton', 'stopped');
    await stage.row('newton').waitForDescription('stopped');
  });

  stage.it('the other window stopped what nobody used, and not what this one uses', async () => {
    const stops = async (name: string) => (await stage.requests('POST', name, 'stop')).length;
    await until(
      'kepler is stopped',
      async () => (await stage.computer('kepler')).status === 'stopped',
      60_000,
    );
    assert.deepEqual([await stops('kepler'), await stops('gauss')], [1, 0]);
    assert.equal((await stage.computer('gauss')).status, 'running');
    await other.runCommand('Notifications: Show Notifications');
    const told = /^kepler had been idle for one minute, so it was stopped\.$/;
    await other.page.locator('.notification-list-item-message', { hasText: told }).first().waitFor();
    assert.deepEqual(other.errors, []);
    await other.page.close();
    await stage.window.page.bringToFront();
  });

  stage.it('what has a terminal and was deleted elsewhere, or has failed, is told', async () => {
    const { notifications } = stage.window;
    await open('hopper');
    await stage.terminals.show('gauss');
    await stage.callFromOutside('DELETE', 'hopper');
    await notifications.waitFor('hopper was deleted outside this window.');
    await stage.screenshot('deleted from elsewhere');
    await notifications.press('hopper was deleted outside this window.', 'Show Terminal');
    await stage.terminals.waitForText(/ohm@hopper:[^]*deleted/);

    await stage.control.setStatus({ id: 'gauss', status: 'error', lastError: 'Its disk is full.' });
    await notifications.waitFor('gauss needs attention: Its disk is full.');
    await stage.screenshot('needs attention');
    await notifications.press('gauss needs attention: Its disk is full.', 'Details');
    await stage.window.page.locator('.tab', { hasText: 'gauss.md' }).waitFor();
    assert.deepEqual(await notifications.texts(), []);
  });

  stage.it('what comes of a start, and of a create, is told to who does not look at the list', async () => {
    const { notifications, quickInput } = stage.window;
    const create = async (): Promise<string> => {
      const before = (await stage.computers()).map(({ name }) => name);
      await stage.window.runCommand('Celesto: Create Computer…');
      for (const step of [1, 2, 3, 4]) {
        await quickInput.waitFor(`Create Computer (${step}/4)`);
        await quickInput.labels();
        await quickInput.accept();
      }
      return until('the new computer', async () =>
        (await stage.computers()).map(({ name }) => name).find((name) => !before.includes(name)),
      );
    };
    await stage.window.openContainer('Explorer');
    await stage.window.runCommand('Celesto: Start Computer');
    await quickInput.waitFor('Start Computers');
    await quickInput.choose('kepler');
    await quickInput.accept();
    await notifications.waitFor('kepler is running.');
    await notifications.press('kepler is running.', 'Open Terminal');
    await stage.terminals.waitForText('ohm@kepler:~$ ');

    const made = await create();
    await notifications.waitFor(`${made} is running.`);
    await stage.screenshot('created in the background');
    await notifications.close(`${made} is running.`);

    await stage.control.setTimes({ create: 60_000 });
    const failed = await create();
    await stage.control.setStatus({ id: failed, status: 'error', lastError: 'No host has room.' });
    await notifications.waitFor(`${failed} needs attention: No host has room.`);
    await notifications.close(`${failed} needs attention: No host has room.`);
    assert.deepEqual(await notifications.texts(), []);
    await stage.window.openContainer('Celesto');
  });

  stage.it('what was started here is stopped as the window goes, where that is wished for', async () => {
    const menu = await stage.row('newton').openMenu();
    await menu.choose('Start Computer');
    await stage.row('newton').waitForDescription('running');
    await stage.window.reload();
    await stage.waitForStatus('newton', 'stopped');
    assert.equal((await stage.computer('curie')).status, 'running');
  });
});
