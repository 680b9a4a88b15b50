import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe } from 'node:test';
import type { Fault } from '../emulator/faults';
import { E2eHarness } from './e2eHarness';

describe('opening a computer when something is wrong', () => {
  const stage = new E2eHarness('trouble', {
    // Else another transport is taken where SSH is refused.
    settings: {
      'celesto.ssh.identityFile': '~/.ssh/id_person',
      'celesto.terminal.transport': 'ssh',
      'celesto.terminal.persistence': 'off',
    },
    seed: [
      { name: 'einstein' },
      { name: 'kepler' },
      { name: 'pauli' },
      { name: 'dirac', status: 'stopped' },
      { name: 'maxwell', status: 'stopped' },
      { name: 'bohr', status: 'stopped' },
      { name: 'curie', status: 'stopped' },
      { name: 'darwin', status: 'stopped' },
      { name: 'fermi', status: 'stopped' },
      { name: 'gauss', status: 'stopped' },
    ],
  });
  const prompt = (name: string) => `ohm@${name}:~$ `;
  const tryAgain = 'Press Enter to try again, Ctrl+C to close.';

  /** Has the computer known and its connection gone, then gives it other host keys. */
  async function replaceHostKeys(name: string, hidden: boolean): Promise<void> {
    await stage.row(name).click();
    await stage.terminals.waitForText(prompt(name));
    await stage.terminals.enter('exit');
    await stage.terminals.waitForTabGone(name);
    await stage.control.killSshd({ id: name });
    await stage.control.replaceHostKeys({ id: name, hidden });
    await stage.control.startSshd({ id: name });
  }

  async function spoil(name: string, action: string, fault: Fault): Promise<void> {
    const { id } = await stage.computer(name);
    await stage.control.addFault({ path: `/computers/${id}${action}$`, ...fault });
  }

  stage.it(
    'refuses a host key that the computer does not confirm: nothing reaches who shows it',
    async () => {
      const { dialog, page } = stage.window;
      await replaceHostKeys('einstein', true);
      await stage.row('einstein').click();
      await dialog.waitFor('The host key does not match');
      await stage.screenshot('host key');
      const text = await dialog.text();
      assert.match(
        text,
        /showed another host key than it should, so nothing was sent to it\. It showed SHA256:[\w+/]{43}; expected was SHA256:[\w+/]{43}/,
      );
      assert.equal(new Set(text.match(/SHA256:[\w+/]{43}/g)).size, 3, 'The one shown, and the two expected.');
      await page.keyboard.press('Escape');
      await stage.terminals.waitForText(tryAgain);
      await stage.terminals.enter('touch reached');
      await dialog.waitFor('The host key does not match');
      await page.keyboard.press('Escape');
      assert.equal(existsSync(join(await stage.control.home({ id: 'einstein' }), 'reached')), false);
      await stage.terminals.waitForTab('einstein (not connected)');
      await stage.terminals.press('Control+C');
      await stage.terminals.waitForTabGone('einstein (not connected)');
    },
  );

  stage.it('takes a new host key that the computer confirms, without a question', async () => {
    await replaceHostKeys('kepler', false);
    await stage.row('kepler').click();
    await stage.terminals.waitForText(prompt('kepler'));
  });

  stage.it('tells the keys that were refused, and what to do', async () => {
    const key = join(stage.home, '.ssh', 'id_person');
    mkdirSync(dirname(key), { recursive: true });
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
    const answer = { status: 403, body: { detail: 'This key may not run commands.' } };
    await spoil('pauli', '/exec', { times: 'always', answer });
    await stage.row('pauli').click();
    await stage.window.dialog.waitFor('Trust the host key of pauli?');
    await stage.window.dialog.press('Trust');
    await stage.terminals.waitForText(/ohm@127\.0\.0\.1:\d+ accepted none of the keys\./);
    await stage.terminals.waitForText(tryAgain);
    await stage.screenshot('keys refused');
    const text = await stage.terminals.text();
    for (const line of [
      new RegExp(`^  ${key} \\(ssh-ed25519, SHA256:[\\w+/]{43}\\): refused$`, 'm'),
      /^ {2}the key of this extension \(SHA256:[\w+/]{43}\): refused$/m,
      /^It offers: publickey\.$/m,
      /^The key of this extension could not be installed there: .* It says: This key may not run commands\./m,
      /^Add one of these keys to ~\/\.ssh\/authorized_keys there, or name another in celesto\.ssh\.identityFile\.$/m,
    ])
      assert.match(text, line);
    await stage.control.clearFaults();
    await stage.terminals.press('Enter');
    await stage.terminals.waitForText(prompt('pauli'));
  });

  stage.it('waits for an SSH server that comes up after the computer', async () => {
    await stage.control.delaySshd({ id: 'dirac', ms: 60_000 });
    await stage.row('dirac').click();
    await stage.terminals.waitForText('The SSH server of dirac is not up yet. Waiting for it…');
    await stage.control.startSshd({ id: 'dirac' });
    await stage.terminals.waitForText(prompt('dirac'));
    await stage.screenshot('sshd late');
  });

  stage.it('says that the connection is lost, and mends it in the same terminal', async () => {
    await stage.control.killSshd({ id: 'dirac', listener: false });
    await stage.terminals.waitForText(
      /The connection to dirac was lost: .*\nConnected again\. This is a new shell: the old one is gone\.\n(?:[^]*\n)?ohm@dirac:~\$ $/,
    );
    await stage.terminals.waitForTab('dirac');
  });

  for (const [name, what, fault, words] of [
    ['bohr', 'limits its requests', { answer: { status: 429 } }, 'Too many requests. Try again in a moment.'],
    ['curie', 'fails', { answer: { status: 500 } }, 'Celesto had an error of its own (500). Try again'],
    ['darwin', 'says nothing', { drop: true }, 'Celesto cannot be reached. Check the network'],
  ] as const) {
    stage.it(`goes on when the service ${what} for a while, and says so`, async () => {
      // Three tries are one call.
      await spoil(name, '', { times: 3, ...fault });
      await stage.row(name).click();
      await stage.terminals.waitForText(words);
      assert.match(await stage.terminals.text(), /Trying again…/);
      await stage.screenshot(what);
      await stage.terminals.waitForText(prompt(name));
    });
  }

  stage.it('rests when the service sends nonsense, and goes on at Enter', async () => {
    await spoil('fermi', '', { answer: { status: 200, body: '<html>Welcome!</html>' } });
    await stage.row('fermi').click();
    await stage.terminals.waitForText('Celesto sent an answer that this extension cannot read.');
    await stage.terminals.waitForText(tryAgain);
    await stage.screenshot('nonsense');
    await stage.terminals.press('Enter');
    await stage.terminals.waitForText(prompt('fermi'));
  });

  stage.it('rests when the start fails, quotes the reason, and starts once more only at Enter', async () => {
    const answer = { status: 500, body: { detail: 'No host has room.' } };
    await spoil('gauss', '/start', { answer });
    await stage.row('gauss').click();
    await stage.terminals.waitForText('It says: No host has room.');
    await stage.terminals.waitForText(tryAgain);
    assert.equal((await stage.requests('POST', 'gauss', 'start')).length, 1);
    await stage.terminals.press('Enter');
    await stage.terminals.waitForText(prompt('gauss'));
    assert.equal((await stage.requests('POST', 'gauss', 'start')).length, 2);
  });

  stage.it('says that a computer was deleted while it started', async () => {
    await stage.control.setTimes({ start: 60_000 });
    await stage.row('maxwell').click();
    await stage.terminals.waitForText('maxwell: stopped. Starting it…');
    await stage.control.setStatus({ id: 'maxwell', status: 'deleting' });
    await stage.terminals.waitForText('maxwell is being deleted.');
    await stage.screenshot('deleted');
    assert.deepEqual(await stage.window.notifications.texts(), []);
    assert.deepEqual(stage.window.errors, []);
  });
});
