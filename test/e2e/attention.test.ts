import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { until } from '../lab/until';
import { Stage } from './support';

describe('what a person is told of unasked, and what helps to find a cause', () => {
  const stage = new Stage('attention', {
    seed: [{ name: 'einstein' }, { name: 'curie' }, { name: 'newton', status: 'stopped' }],
    settings: {
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

  // From here on newton idles: that is told at the end.
  stage.it('a start that is seen in the list needs no words', async () => {
    const menu = await stage.row('newton').openMenu();
    await menu.choose('Start Computer');
    await stage.row('newton').waitForDescription('running');
    assert.deepEqual(await stage.window.notifications.texts(), []);
  });

  stage.it(
    'a computer with a terminal behind another one was stopped elsewhere; Start brings both back',
    async () => {
      await open('einstein');
      await open('curie');
      await stage.asSomebodyElse('POST', 'einstein', 'stop');
      await stage.window.notifications.waitFor('einstein was stopped from elsewhere.');
      await stage.picture('stopped from elsewhere');
      await stage.window.notifications.press('einstein was stopped from elsewhere.', 'Start');
      await stage.terminals.waitForText(/was stopped\.[^]*ohm@einstein:~\$ $/);
    },
  );

  stage.it('a terminal that is in front says it alone', async () => {
    await stage.asSomebodyElse('POST', 'einstein', 'stop');
    await stage.terminals.waitForText(/\$ [^]*was stopped\.\nPress Enter to start it/);
    assert.deepEqual(await stage.window.notifications.texts(), []);
  });

  stage.it('diagnostics tell what happened, and no secret', async () => {
    await stage.window.runCommand('Celesto: Copy Diagnostics');
    await stage.window.notifications.waitFor(/^Diagnostics are on the clipboard\./);
    const text = await stage.window.readClipboard();
    assert.match(text, /^- Extension: \d+\.\d+\.\d+$/m);
    assert.match(text, /^- celesto\.idle\.stop: "ask"$/m);
    assert.match(text, /^- Key: that of the environment$/m);
    assert.match(
      text,
      /^- einstein \(cmp_\w+\)\n {2}- \S+Z running\n {2}- \S+Z stopping\n {2}- \S+Z stopped/m,
    );
    assert.match(text, /^- curie \(cmp_\w+\): open, road: ssh$/m);
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
    await stage.picture('idle');
    assert.equal((await stage.calls('POST', 'newton', 'stop')).length, 0);
    await notifications.press(question, 'Stop');
    await stage.reaches('newton', 'stopped');
    await stage.row('newton').waitForDescription('stopped');
  });

  stage.it('what was started here is stopped as the window goes, where that is wished for', async () => {
    const menu = await stage.row('newton').openMenu();
    await menu.choose('Start Computer');
    await stage.row('newton').waitForDescription('running');
    await stage.window.reload();
    await stage.reaches('newton', 'stopped');
    assert.equal((await stage.computer('curie')).status, 'running');
  });
});
