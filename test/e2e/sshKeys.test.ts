import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe } from 'node:test';
import { runCommand } from '../emulator/sandbox/exec';
import { until } from '../harness/until';
import { E2eHarness } from './e2eHarness';

const fingerprint = /^SHA256:[\w+/]{43}$/;

describe('SSH keys, host keys and installed files', () => {
  const e2e = new E2eHarness('sshKeys', {
    settings: { 'celesto.ssh.identityFile': '~/.ssh/id_locked', 'celesto.terminal.transport': 'ssh' },
    seed: [{ name: 'einstein' }, { name: 'curie' }, { name: 'newton' }],
  });
  const prompt = (name: string): string => `ohm@${name}:~$ `;

  async function run(name: string, command: string): Promise<string> {
    const { stdout } = await runCommand(e2e.emulator.computers.sandbox(name).start(command, 10_000));
    return stdout;
  }

  async function authorizedKeys(name: string): Promise<string[]> {
    return (await run(name, 'cat ~/.ssh/authorized_keys')).split('\n').filter(Boolean);
  }

  async function openAndLeave(name: string): Promise<void> {
    await e2e.row(name).click();
    await e2e.terminals.waitForText(prompt(name));
    await e2e.terminals.enter('exit');
    await e2e.terminals.waitForTabGone(name);
  }

  async function stop(name: string): Promise<void> {
    await e2e.row(name).pressButton('Stop Computer');
    await e2e.row(name).waitForDescription(/^stopped/i);
  }

  /** Runs a command of the palette on a computer picked in its list. */
  async function command(name: string, computer: string): Promise<void> {
    await e2e.window.runCommand(`Celesto: ${name}`);
    await e2e.window.quickInput.waitFor(name.replace('…', ''));
    await e2e.window.quickInput.choose(computer);
  }

  e2e.it('asks once per window for the passphrase of a key that the computer accepts', async () => {
    const path = join(e2e.home, '.ssh', 'id_locked');
    mkdirSync(dirname(path), { recursive: true });
    execFileSync('ssh-keygen', ['-q', '-a', '1', '-t', 'ed25519', '-N', 'open sesame', '-f', path]);
    const publicKey = readFileSync(`${path}.pub`, 'utf8').trim();
    await run('einstein', `mkdir -p -m 700 ~/.ssh && echo '${publicKey}' > ~/.ssh/authorized_keys`);

    const { quickInput } = e2e.window;
    await e2e.row('einstein').click();
    await quickInput.waitFor(`Passphrase of ${path}`);
    assert.equal(await quickInput.isPassword(), true);
    await quickInput.waitForMessage(`The computer accepts the key in ${path}.`);
    await quickInput.fill('open barley');
    await quickInput.accept();
    await quickInput.waitForMessage('Wrong passphrase. Attempts left: 2.');
    await e2e.screenshot('passphrase');
    await quickInput.fill('open sesame');
    await quickInput.accept();
    await e2e.terminals.waitForText(prompt('einstein'));
    await e2e.control.killSshd({ id: 'einstein', listener: false });
    await e2e.terminals.waitForText(/Reconnected\.[^]*ohm@einstein:~\$ $/);
    await e2e.terminals.enter('exit');
    await e2e.terminals.waitForTabGone('einstein');
  });

  e2e.it('shows and copies the host keys of a computer, and forgets them on request', async () => {
    const { dialog, notifications, quickInput } = e2e.window;
    await command('Show Host Keys', 'einstein');
    await quickInput.waitFor('Host Keys of einstein');
    const entries = await quickInput.entries();
    assert.ok(
      entries.length > 0 && entries.every(({ label }) => fingerprint.test(label)),
      JSON.stringify(entries),
    );
    const ed25519 = entries.find(({ description }) => description === 'ssh-ed25519')!;
    await e2e.screenshot('host keys');
    await quickInput.choose(ed25519.label);
    await e2e.window.waitForClipboard(ed25519.label);

    await command('Forget Host Key…', 'einstein');
    await dialog.waitFor('Forget the host keys of einstein?');
    assert.ok((await dialog.text()).includes(`ssh-ed25519 ${ed25519.label}`));
    await dialog.press('Forget');
    await command('Show Host Keys', 'einstein');
    await notifications.waitFor(/^No host key of einstein is known yet\./);
    await notifications.close(/^No host key of einstein is known yet\./);
  });

  e2e.it('rotates the key of the extension, at once on running computers, and reports each', async () => {
    const { dialog, notifications } = e2e.window;
    await openAndLeave('newton');
    await openAndLeave('curie');
    await stop('curie');
    const [before] = await authorizedKeys('newton');

    await e2e.window.runCommand('Celesto: Rotate SSH Key…');
    await dialog.waitFor('Create a new SSH key for this extension?');
    for (const name of ['einstein', 'newton', 'curie']) assert.ok((await dialog.text()).includes(name));
    await e2e.screenshot('rotate');
    await dialog.press('Create New Key');
    const report = /^The extension has a new SSH key\..*newton: replaced/;
    await notifications.waitFor(report);
    const text = (await notifications.texts()).join();
    assert.match(text, /curie: by the next connection \(stopped\)/);
    await notifications.close(report);
    const after = await authorizedKeys('newton');
    assert.equal(after.length, 1);
    assert.notEqual(after[0], before);

    await openAndLeave('curie');
    await until(
      'the key on curie to be replaced',
      async () => (await authorizedKeys('curie')).join() === after[0],
    );
  });

  e2e.it(
    'lists installed files and keys, and removes the selected ones without starting a computer',
    async () => {
      const { notifications, quickInput } = e2e.window;
      await command('Remove Celesto Files and Keys…', 'einstein');
      await quickInput.waitFor('Files and Keys of This Extension on einstein');
      const [entry] = await quickInput.entries();
      assert.match(entry!.label, /^SSH key SHA256:/);
      assert.equal(entry!.description, 'of this machine');
      await e2e.screenshot('put there');
      await quickInput.accept();
      await notifications.waitFor(/^Removed from einstein: SSH key SHA256:/);
      assert.equal((await authorizedKeys('einstein')).filter((line) => line.includes('celesto')).length, 0);
      await notifications.close(/^Removed from einstein/);

      await stop('newton');
      await command('Remove SSH Helper…', 'newton');
      await notifications.waitFor(/^newton is not running \(stopped\)\./);
      assert.deepEqual(await e2e.requests('POST', 'newton', 'start'), []);
    },
  );
});
