import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { until } from '../harness/until';
import type { Window } from '../harness/window';
import { E2eHarness } from './e2eHarness';

/** SSH_CONNECTION of a shell, in brackets, by transport. */
const sshConnection = {
  ssh: /^\[127\.0\.0\.1 \d+ 127\.0\.0\.1 \d+\]$/m,
  tunnel: /^\[UNKNOWN \d+ (UNKNOWN)? \d+\]$/m,
  gateway: /^\[\]$/m,
};

describe('a computer is reached', () => {
  const e2e = new E2eHarness('transports', {
    // Without tmux and shell integration the terminal holds the steps of connecting and the prompt only.
    settings: { 'celesto.terminal.persistence': 'off', 'celesto.terminal.shellIntegration': false },
    // Long enough to see the status of a computer that moves to another host.
    times: { restorePickup: 1500 },
    seed: [
      { name: 'einstein' },
      { name: 'euclid', listens: false },
      { name: 'pascal', ssh: null, listens: false, gatewayFrames: 'text' },
      { name: 'bohr', sshd: false },
      { name: 'noether', sshd: false, gatewayFrames: 'text' },
      { name: 'curie', listens: false },
      { name: 'kepler', listens: false },
      { name: 'turing', status: 'stopped' },
    ],
  });
  const noEndpoint = (name: string) =>
    `${name} has no SSH endpoint. Using SSH through its terminal gateway instead.`;

  /** Checks the transport of a shell, its size and its character set. */
  async function expectTransport(
    transport: keyof typeof sshConnection,
    name: string,
    { terminals }: Window = e2e.window,
  ): Promise<void> {
    await terminals.waitForText(`ohm@${name}:~$ `);
    const { rows, columns } = await terminals.size();
    await terminals.enter('echo "[$SSH_CONNECTION]"; stty size; echo "$(hostname) ünï→漢字😀"');
    await terminals.waitForText(sshConnection[transport]);
    await terminals.waitForText(new RegExp(`^${rows} ${columns}$`, 'm'));
    await terminals.waitForText(new RegExp(`^${name} ünï→漢字😀$`, 'm'));
  }

  /** The steps that the terminal reports before the prompt. */
  async function reportedSteps(name: string): Promise<string[]> {
    await e2e.terminals.waitForText(`ohm@${name}:~$ `);
    const lines = (await e2e.terminals.text()).split('\n');
    return lines.slice(0, lines.indexOf(`ohm@${name}:~$ `));
  }

  async function openAgain(name: string): Promise<void> {
    const tabs = await e2e.terminals.tabs();
    await e2e.row(name).pressButton('New Terminal');
    await until('one more terminal shows', async () => {
      const now = await e2e.terminals.tabs();
      return now.length === tabs.length + 1 && now.at(-1)?.active;
    });
  }

  async function copySshCommand(name: string): Promise<void> {
    const menu = await e2e.row(name).openMenu();
    await menu.choose('Copy SSH Command');
  }

  e2e.it('directly where it names an SSH endpoint', async () => {
    await e2e.row('einstein').click();
    const [step = '', ...others] = await reportedSteps('einstein');
    assert.match(step, /^Connecting to ohm@127\.0\.0\.1:\d+…$/);
    assert.deepEqual(others, []);
    await expectTransport('ssh', 'einstein');
  });

  e2e.it('by SSH through its gateway where it names none; the reason is reported once, dimly', async () => {
    await e2e.row('euclid').click();
    const through = 'Connecting to euclid through its terminal gateway…';
    assert.deepEqual(await reportedSteps('euclid'), [noEndpoint('euclid'), through]);
    assert.equal(await e2e.terminals.isDim('euclid has no SSH'), true);
    await expectTransport('tunnel', 'euclid');
    await e2e.screenshot('tunnel');
    await openAgain('euclid');
    assert.deepEqual(await reportedSteps('euclid'), [through]);
  });

  e2e.it('by SSH through a gateway that passes text frames only', async () => {
    await e2e.row('pascal').click();
    assert.deepEqual(await reportedSteps('pascal'), [
      noEndpoint('pascal'),
      'Connecting to pascal through its terminal gateway…',
    ]);
    await expectTransport('tunnel', 'pascal');
  });

  for (const [name, frames] of [
    ['bohr', 'bytes'],
    ['noether', 'text'],
  ] as const) {
    e2e.it(`by a plain terminal, in ${frames}, where it has no SSH server`, async () => {
      await e2e.row(name).click();
      assert.deepEqual(await reportedSteps(name), [
        noEndpoint(name),
        `Connecting to ${name} through its terminal gateway…`,
        'SSH cannot be carried by the terminal gateway: it has no OpenSSH server. Using a plain terminal instead.',
        `Opening a plain terminal on ${name}…`,
      ]);
      await expectTransport('gateway', name);
      await e2e.screenshot(`plain ${frames}`);
    });
  }

  e2e.it(
    'by a plain terminal where the extension may not install files; the reason is reported once',
    async () => {
      const { id } = await e2e.computer('curie');
      const answer = { status: 403, body: { detail: 'This key may not run commands.' } };
      await e2e.control.addFault({ path: `/computers/${id}/exec$`, times: 'always', answer });
      await e2e.row('curie').click();
      const lines = await reportedSteps('curie');
      assert.match(lines.at(-2) ?? '', /This key may not run commands\..* Using a plain terminal instead\.$/);
      await expectTransport('gateway', 'curie');
      await openAgain('curie');
      assert.deepEqual(await reportedSteps('curie'), ['Opening a plain terminal on curie…']);
    },
  );

  e2e.it('by the best transport again after it moved to another host during a session', async () => {
    await e2e.row('kepler').click();
    await expectTransport('tunnel', 'kepler');
    await e2e.control.setSystem({ id: 'kepler', listens: true });
    await e2e.control.interrupt({ id: 'kepler' });
    await e2e.terminals.waitForText(/lost/);
    await e2e.waitForStatus('kepler', 'running');
    await e2e.row('kepler').waitForDescription('running');
    await e2e.row('kepler').click();
    await e2e.terminals.waitForText(/lost[^]*ohm@kepler:~\$ $/);
    await e2e.terminals.enter('echo "[$SSH_CONNECTION]"');
    await e2e.terminals.waitForText(sshConnection.ssh);
    await e2e.screenshot('moved');
  });

  e2e.it('by any SSH client, with the copied command', async () => {
    await copySshCommand('euclid');
    await e2e.window.notifications.waitFor(
      'Copied the SSH command for euclid. It works in any terminal of this machine while this window is open. The key of this extension is in a file that only you can read.',
    );
    await e2e.screenshot('copied');
    const command = await e2e.window.readClipboard();
    const shell = promisify(execFile)('sh', ['-c', `${command} hostname < /dev/null`], { timeout: 30_000 });
    assert.equal((await shell).stdout, 'euclid\n');
    await copySshCommand('einstein');
    await e2e.window.notifications.waitFor(
      /^Copied the SSH command for einstein\. It logs in with the keys of/,
    );
    assert.match(await e2e.window.readClipboard(), /^ssh -p \d+ ohm@127\.0\.0\.1$/);
  });

  e2e.it('by that command only while it runs; copying it offers to start the computer', async () => {
    await copySshCommand('turing');
    const question = 'turing is not running (stopped). SSH can reach it only while it is running.';
    await e2e.window.notifications.waitFor(question);
    assert.deepEqual(await e2e.requests('POST', 'turing', 'start'), []);
    await e2e.window.notifications.press(question, 'Start');
    await e2e.window.notifications.waitFor(/^Copied the SSH command for turing\./);
    assert.equal((await e2e.computer('turing')).status, 'running');
  });

  e2e.it('by two windows at once, each with the transport of its settings', async () => {
    for (const transport of ['tunnel', 'gateway'] as const) {
      const window = await e2e.openSecondWindow(transport, { 'celesto.terminal.transport': transport });
      await window.tree('Computers').row('einstein').click();
      await expectTransport(transport, 'einstein', window);
      assert.deepEqual(window.errors, []);
      await window.page.close();
    }
    await e2e.window.page.bringToFront();
    await e2e.terminals.show('einstein');
    await e2e.terminals.enter('echo "still $((40 + 2))"');
    await e2e.terminals.waitForText('still 42');
  });

  it('leaves the window without errors', () => assert.deepEqual(e2e.window.errors, []));
});
