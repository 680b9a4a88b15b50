import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe } from 'node:test';
import type { Fault } from '../emulator/faults';
import { E2eHarness } from './e2eHarness';

describe('a terminal with a connection problem', () => {
  const e2e = new E2eHarness('connectionProblems', {
    // With `auto` another transport would be used where SSH is refused.
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

  /** Connects once, so that the host keys are stored, then replaces them. */
  async function replaceHostKeys(name: string, hidden: boolean): Promise<void> {
    await e2e.row(name).click();
    await e2e.terminals.waitForText(prompt(name));
    await e2e.terminals.enter('exit');
    await e2e.terminals.waitForTabGone(name);
    await e2e.control.killSshd({ id: name });
    await e2e.control.replaceHostKeys({ id: name, hidden });
    await e2e.control.startSshd({ id: name });
  }

  async function addFault(name: string, action: string, fault: Fault): Promise<void> {
    const { id } = await e2e.computer(name);
    await e2e.control.addFault({ path: `/computers/${id}${action}$`, ...fault });
  }

  e2e.it('refuses a host key that the computer does not confirm, and sends it nothing', async () => {
    const { dialog, page } = e2e.window;
    await replaceHostKeys('einstein', true);
    await e2e.row('einstein').click();
    await dialog.waitFor('The host key does not match');
    await e2e.screenshot('host key');
    const text = await dialog.text();
    assert.match(
      text,
      /showed another host key than it should, so nothing was sent to it\. It showed SHA256:[\w+/]{43}; expected was SHA256:[\w+/]{43}/,
    );
    assert.equal(new Set(text.match(/SHA256:[\w+/]{43}/g)).size, 3, 'The one shown and the two expected.');
    await page.keyboard.press('Escape');
    await e2e.terminals.waitForText(tryAgain);
    await e2e.terminals.enter('touch reached');
    await dialog.waitFor('The host key does not match');
    await page.keyboard.press('Escape');
    assert.equal(existsSync(join(await e2e.control.home({ id: 'einstein' }), 'reached')), false);
    await e2e.terminals.waitForTab('einstein (not connected)');
    await e2e.terminals.press('Control+C');
    await e2e.terminals.waitForTabGone('einstein (not connected)');
  });

  e2e.it('accepts a new host key that the computer confirms, without a question', async () => {
    await replaceHostKeys('kepler', false);
    await e2e.row('kepler').click();
    await e2e.terminals.waitForText(prompt('kepler'));
  });

  e2e.it('lists the refused keys, and says what to do', async () => {
    const key = join(e2e.home, '.ssh', 'id_person');
    mkdirSync(dirname(key), { recursive: true });
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
    const answer = { status: 403, body: { detail: 'This key may not run commands.' } };
    await addFault('pauli', '/exec', { times: 'always', answer });
    await e2e.row('pauli').click();
    await e2e.window.dialog.waitFor('Trust the host key of pauli?');
    await e2e.window.dialog.press('Trust');
    await e2e.terminals.waitForText(/ohm@127\.0\.0\.1:\d+ accepted none of the keys\./);
    await e2e.terminals.waitForText(tryAgain);
    await e2e.screenshot('keys refused');
    const text = await e2e.terminals.text();
    for (const line of [
      new RegExp(`^  ${key} \\(ssh-ed25519, SHA256:[\\w+/]{43}\\): refused$`, 'm'),
      /^ {2}the key of this extension \(SHA256:[\w+/]{43}\): refused$/m,
      /^It offers: publickey\.$/m,
      /^The key of this extension could not be installed there: .* It says: This key may not run commands\./m,
      /^Add one of these keys to ~\/\.ssh\/authorized_keys there, or name another in celesto\.ssh\.identityFile\.$/m,
    ])
      assert.match(text, line);
    await e2e.control.clearFaults();
    await e2e.terminals.press('Enter');
    await e2e.terminals.waitForText(prompt('pauli'));
  });

  e2e.it('waits for an SSH server that starts after the computer', async () => {
    await e2e.control.delaySshd({ id: 'dirac', ms: 60_000 });
    await e2e.row('dirac').click();
    await e2e.terminals.waitForText('The SSH server of dirac is not ready yet. Waiting for it…');
    await e2e.control.startSshd({ id: 'dirac' });
    await e2e.terminals.waitForText(prompt('dirac'));
    await e2e.screenshot('sshd late');
  });

  e2e.it('reports a lost connection, and reconnects in the same terminal', async () => {
    await e2e.control.killSshd({ id: 'dirac', listener: false });
    await e2e.terminals.waitForText(
      /The connection to dirac was lost: .*\nReconnected\. This is a new shell, because the previous one has ended\.\n(?:[^]*\n)?ohm@dirac:~\$ $/,
    );
    await e2e.terminals.waitForTab('dirac');
  });

  for (const [name, problem, fault, message] of [
    ['bohr', 'limits its requests', { answer: { status: 429 } }, 'Too many requests. Try again in a moment.'],
    ['curie', 'fails', { answer: { status: 500 } }, 'Celesto reported an internal error (500). Try again'],
    ['darwin', 'drops its connections', { drop: true }, 'Unable to reach Celesto. Check the network'],
  ] as const) {
    e2e.it(`reports that the service ${problem}, and continues when it works again`, async () => {
      // One call of the extension makes three attempts.
      await addFault(name, '', { times: 3, ...fault });
      await e2e.row(name).click();
      await e2e.terminals.waitForText(message);
      assert.match(await e2e.terminals.text(), /Retrying…/);
      await e2e.screenshot(problem);
      await e2e.terminals.waitForText(prompt(name));
    });
  }

  e2e.it('reports an invalid answer of the service, and continues at Enter', async () => {
    await addFault('fermi', '', { answer: { status: 200, body: '<html>Welcome!</html>' } });
    await e2e.row('fermi').click();
    await e2e.terminals.waitForText('Celesto sent a response that this extension cannot read.');
    await e2e.terminals.waitForText(tryAgain);
    await e2e.screenshot('nonsense');
    await e2e.terminals.press('Enter');
    await e2e.terminals.waitForText(prompt('fermi'));
  });

  e2e.it('quotes the reason of a failed start, and starts again only at Enter', async () => {
    const answer = { status: 500, body: { detail: 'No host has room.' } };
    await addFault('gauss', '/start', { answer });
    await e2e.row('gauss').click();
    await e2e.terminals.waitForText('It says: No host has room.');
    await e2e.terminals.waitForText(tryAgain);
    assert.equal((await e2e.requests('POST', 'gauss', 'start')).length, 1);
    await e2e.terminals.press('Enter');
    await e2e.terminals.waitForText(prompt('gauss'));
    assert.equal((await e2e.requests('POST', 'gauss', 'start')).length, 2);
  });

  e2e.it('reports that the computer was deleted while it started', async () => {
    await e2e.control.setTimes({ start: 60_000 });
    await e2e.row('maxwell').click();
    await e2e.terminals.waitForText('maxwell: stopped. Starting it…');
    await e2e.control.setStatus({ id: 'maxwell', status: 'deleting' });
    await e2e.terminals.waitForText('maxwell is being deleted.');
    await e2e.screenshot('deleted');
    assert.deepEqual(await e2e.window.notifications.texts(), []);
    assert.deepEqual(e2e.window.errors, []);
  });
});
