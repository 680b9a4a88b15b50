import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { until } from '../harness/until';
import type { Window } from '../harness/window';
import { E2eHarness } from './e2eHarness';

/** What a shell knows of the connection it came by. */
const cameBy = {
  ssh: /^\[127\.0\.0\.1 \d+ 127\.0\.0\.1 \d+\]$/m,
  tunnel: /^\[UNKNOWN \d+ (UNKNOWN)? \d+\]$/m,
  gateway: /^\[\]$/m,
};

describe('a computer is reached', () => {
  const stage = new E2eHarness('transports', {
    // Shells as they are, so that what is told before them is all there is.
    settings: { 'celesto.terminal.persistence': 'off', 'celesto.terminal.shellIntegration': false },
    // While it moves to another host it can be seen on its way.
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
    `${name} offers no SSH endpoint. Taking SSH through its terminal gateway instead.`;

  /** Sees that the shell came by this transport, has the window's size and knows all characters. */
  async function isReachedBy(
    transport: keyof typeof cameBy,
    name: string,
    { terminals }: Window = stage.window,
  ): Promise<void> {
    await terminals.waitForText(`ohm@${name}:~$ `);
    const { rows, columns } = await terminals.size();
    await terminals.enter('echo "[$SSH_CONNECTION]"; stty size; echo "$(hostname) ünï→漢字😀"');
    await terminals.waitForText(cameBy[transport]);
    await terminals.waitForText(new RegExp(`^${rows} ${columns}$`, 'm'));
    await terminals.waitForText(new RegExp(`^${name} ünï→漢字😀$`, 'm'));
  }

  /** The lines that it tells until there is a prompt. */
  async function told(name: string): Promise<string[]> {
    await stage.terminals.waitForText(`ohm@${name}:~$ `);
    const lines = (await stage.terminals.text()).split('\n');
    return lines.slice(0, lines.indexOf(`ohm@${name}:~$ `));
  }

  async function openAgain(name: string): Promise<void> {
    const tabs = await stage.terminals.tabs();
    await stage.row(name).pressButton('New Terminal');
    await until('one more terminal shows', async () => {
      const now = await stage.terminals.tabs();
      return now.length === tabs.length + 1 && now.at(-1)?.active;
    });
  }

  async function copySshCommand(name: string): Promise<void> {
    const menu = await stage.row(name).openMenu();
    await menu.choose('Copy SSH Command');
  }

  stage.it('directly where it names an SSH endpoint', async () => {
    await stage.row('einstein').click();
    const [line = '', ...others] = await told('einstein');
    assert.match(line, /^Connecting to ohm@127\.0\.0\.1:\d+…$/);
    assert.deepEqual(others, []);
    await isReachedBy('ssh', 'einstein');
  });

  stage.it('by SSH through its gateway where it names none; why is told once, and dimly', async () => {
    await stage.row('euclid').click();
    const through = 'Connecting to euclid through its terminal gateway…';
    assert.deepEqual(await told('euclid'), [noEndpoint('euclid'), through]);
    assert.equal(await stage.terminals.isDim('euclid offers'), true);
    await isReachedBy('tunnel', 'euclid');
    await stage.screenshot('tunnel');
    await openAgain('euclid');
    assert.deepEqual(await told('euclid'), [through]);
  });

  stage.it('by SSH through a gateway that passes on only text', async () => {
    await stage.row('pascal').click();
    assert.deepEqual(await told('pascal'), [
      noEndpoint('pascal'),
      'Connecting to pascal through its terminal gateway…',
    ]);
    await isReachedBy('tunnel', 'pascal');
  });

  for (const [name, frames] of [
    ['bohr', 'bytes'],
    ['noether', 'text'],
  ] as const) {
    stage.it(`by a plain terminal, in ${frames}, where it has no SSH server`, async () => {
      await stage.row(name).click();
      assert.deepEqual(await told(name), [
        noEndpoint(name),
        `Connecting to ${name} through its terminal gateway…`,
        'SSH cannot be carried by the terminal gateway: it has no OpenSSH server. Taking a plain terminal instead.',
        `Opening a plain terminal on ${name}…`,
      ]);
      await isReachedBy('gateway', name);
      await stage.screenshot(`plain ${frames}`);
    });
  }

  stage.it('by a plain terminal where nothing may be put on it; why is told once', async () => {
    const { id } = await stage.computer('curie');
    const answer = { status: 403, body: { detail: 'This key may not run commands.' } };
    await stage.control.addFault({ path: `/computers/${id}/exec$`, times: 'always', answer });
    await stage.row('curie').click();
    const lines = await told('curie');
    assert.match(lines.at(-2) ?? '', /This key may not run commands\..* Taking a plain terminal instead\.$/);
    await isReachedBy('gateway', 'curie');
    await openAgain('curie');
    assert.deepEqual(await told('curie'), ['Opening a plain terminal on curie…']);
  });

  stage.it(
    'by the best transport again when it has moved to another host in the middle of a session',
    async () => {
      await stage.row('kepler').click();
      await isReachedBy('tunnel', 'kepler');
      await stage.control.setSystem({ id: 'kepler', listens: true });
      await stage.control.interrupt({ id: 'kepler' });
      await stage.terminals.waitForText(/lost/);
      await stage.waitForStatus('kepler', 'running');
      await stage.row('kepler').waitForDescription('running');
      await stage.row('kepler').click();
      await stage.terminals.waitForText(/lost[^]*ohm@kepler:~\$ $/);
      await stage.terminals.enter('echo "[$SSH_CONNECTION]"');
      await stage.terminals.waitForText(cameBy.ssh);
      await stage.screenshot('moved');
    },
  );

  stage.it('by any SSH client, with the command that is copied', async () => {
    await copySshCommand('euclid');
    await stage.window.notifications.waitFor(
      'Copied the SSH command for euclid. It works in any terminal of this machine while this window is open. The key of this extension is in a file that only you can read.',
    );
    await stage.screenshot('copied');
    const command = await stage.window.readClipboard();
    const shell = promisify(execFile)('sh', ['-c', `${command} hostname < /dev/null`], { timeout: 30_000 });
    assert.equal((await shell).stdout, 'euclid\n');
    await copySshCommand('einstein');
    await stage.window.notifications.waitFor(
      /^Copied the SSH command for einstein\. It logs in with the keys of/,
    );
    assert.match(await stage.window.readClipboard(), /^ssh -p \d+ ohm@127\.0\.0\.1$/);
  });

  stage.it('with that command only when it runs; it is started when a person wants it', async () => {
    await copySshCommand('turing');
    const question = 'turing is not running (stopped). SSH can reach it only while it is running.';
    await stage.window.notifications.waitFor(question);
    assert.deepEqual(await stage.requests('POST', 'turing', 'start'), []);
    await stage.window.notifications.press(question, 'Start');
    await stage.window.notifications.waitFor(/^Copied the SSH command for turing\./);
    assert.equal((await stage.computer('turing')).status, 'running');
  });

  stage.it('by two windows at once, each by the transport that its settings want', async () => {
    for (const transport of ['tunnel', 'gateway'] as const) {
      const window = await stage.openSecondWindow(transport, { 'celesto.terminal.transport': transport });
      await window.tree('Computers').row('einstein').click();
      await isReachedBy(transport, 'einstein', window);
      assert.deepEqual(window.errors, []);
      await window.page.close();
    }
    await stage.window.page.bringToFront();
    await stage.terminals.show('einstein');
    await stage.terminals.enter('echo "still $((40 + 2))"');
    await stage.terminals.waitForText('still 42');
  });

  it('leaves the window without errors', () => assert.deepEqual(stage.window.errors, []));
});
