import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe } from 'node:test';
import { runCommand } from '../emulator/sandbox/exec';
import { until } from '../harness/until';
import { E2eHarness } from './e2eHarness';

const fingerprint = /^SHA256:[\w+/]{43}$/;

describe('keys and what is put on a computer', () => {
  const stage = new E2eHarness('trust', {
    settings: { 'celesto.ssh.identityFile': '~/.ssh/id_locked', 'celesto.terminal.transport': 'ssh' },
    seed: [{ name: 'einstein' }, { name: 'curie' }, { name: 'newton' }],
  });
  const prompt = (name: string): string => `ohm@${name}:~$ `;

  async function run(name: string, command: string): Promise<string> {
    const { stdout } = await runCommand(stage.emulator.computers.sandbox(name).start(command, 10_000));
    return stdout;
  }

  async function authorizedKeys(name: string): Promise<string[]> {
    return (await run(name, 'cat ~/.ssh/authorized_keys')).split('\n').filter(Boolean);
  }

  async function openAndLeave(name: string): Promise<void> {
    await stage.row(name).click();
    await stage.terminals.waitForText(prompt(name));
    await stage.terminals.enter('exit');
    await stage.terminals.waitForTabGone(name);
  }

  async function stop(name: string): Promise<void> {
    await stage.row(name).pressButton('Stop Computer');
    await stage.row(name).waitForDescription(/^stopped/i);
  }

  /** Runs a command on a computer that a person picks. */
  async function command(name: string, computer: string): Promise<void> {
    await stage.window.runCommand(`Celesto: ${name}`);
    await stage.window.quickInput.waitFor(name.replace('…', ''));
    await stage.window.quickInput.choose(computer);
  }

  stage.it(
    'asks for the passphrase of a key that the computer accepts, once in the life of the window',
    async () => {
      const path = join(stage.home, '.ssh', 'id_locked');
      mkdirSync(dirname(path), { recursive: true });
      execFileSync('ssh-keygen', ['-q', '-a', '1', '-t', 'ed25519', '-N', 'open sesame', '-f', path]);
      const line = readFileSync(`${path}.pub`, 'utf8').trim();
      await run('einstein', `mkdir -p -m 700 ~/.ssh && echo '${line}' > ~/.ssh/authorized_keys`);

      const { quickInput } = stage.window;
      await stage.row('einstein').click();
      await quickInput.waitFor(`Passphrase of ${path}`);
      assert.equal(await quickInput.isPassword(), true);
      await quickInput.waitForMessage(`The computer accepts the key in ${path}.`);
      await quickInput.fill('open barley');
      await quickInput.accept();
      await quickInput.waitForMessage('Wrong passphrase. Attempts left: 2.');
      await stage.screenshot('passphrase');
      await quickInput.fill('open sesame');
      await quickInput.accept();
      await stage.terminals.waitForText(prompt('einstein'));
      await stage.control.killSshd({ id: 'einstein', listener: false });
      await stage.terminals.waitForText(/Connected again\.[^]*ohm@einstein:~\$ $/);
      await stage.terminals.enter('exit');
      await stage.terminals.waitForTabGone('einstein');
    },
  );

  stage.it('shows the host keys of a computer, to be copied, and forgets them when asked to', async () => {
    const { dialog, notifications, quickInput } = stage.window;
    await command('Show Host Keys', 'einstein');
    await quickInput.waitFor('Host Keys of einstein');
    const looks = await quickInput.entries();
    assert.ok(looks.length > 0 && looks.every(({ label }) => fingerprint.test(label)), JSON.stringify(looks));
    const ed25519 = looks.find(({ description }) => description === 'ssh-ed25519')!;
    await stage.screenshot('host keys');
    await quickInput.choose(ed25519.label);
    await stage.window.waitForClipboard(ed25519.label);

    await command('Forget Host Key…', 'einstein');
    await dialog.waitFor('Forget the host keys of einstein?');
    assert.ok((await dialog.text()).includes(`ssh-ed25519 ${ed25519.label}`));
    await dialog.press('Forget');
    await command('Show Host Keys', 'einstein');
    await notifications.waitFor(/^No host key of einstein is known yet\./);
    await notifications.close(/^No host key of einstein is known yet\./);
  });

  stage.it(
    'replaces the key of the extension: at once where it can, and tells what became of it',
    async () => {
      const { dialog, notifications } = stage.window;
      await openAndLeave('newton');
      await openAndLeave('curie');
      await stop('curie');
      const [before] = await authorizedKeys('newton');

      await stage.window.runCommand('Celesto: Rotate SSH Key…');
      await dialog.waitFor('Create a new SSH key for this extension?');
      for (const name of ['einstein', 'newton', 'curie']) assert.ok((await dialog.text()).includes(name));
      await stage.screenshot('rotate');
      await dialog.press('Create New Key');
      const told = /^The extension has a new SSH key\..*newton: replaced/;
      await notifications.waitFor(told);
      const text = (await notifications.texts()).join();
      assert.match(text, /curie: by the next connection \(stopped\)/);
      await notifications.close(told);
      const after = await authorizedKeys('newton');
      assert.equal(after.length, 1);
      assert.notEqual(after[0], before);

      await openAndLeave('curie');
      await until(
        'the key on curie to be replaced',
        async () => (await authorizedKeys('curie')).join() === after[0],
      );
    },
  );

  stage.it(
    'lists what was put on a computer, and removes what is ticked; nothing is started for it',
    async () => {
      const { notifications, quickInput } = stage.window;
      await command('Remove Celesto Files and Keys…', 'einstein');
      await quickInput.waitFor('Files and Keys of This Extension on einstein');
      const [entry] = await quickInput.entries();
      assert.match(entry!.label, /^SSH key SHA256:/);
      assert.equal(entry!.description, 'of this machine');
      await stage.screenshot('put there');
      await quickInput.accept();
      await notifications.waitFor(/^Removed from einstein: SSH key SHA256:/);
      assert.equal((await authorizedKeys('einstein')).filter((line) => line.includes('celesto')).length, 0);
      await notifications.close(/^Removed from einstein/);

      await stop('newton');
      await command('Remove SSH Helper…', 'newton');
      await notifications.waitFor(/^newton is not running \(stopped\)\./);
      assert.deepEqual(await stage.requests('POST', 'newton', 'start'), []);
    },
  );
});
