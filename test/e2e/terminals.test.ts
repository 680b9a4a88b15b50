import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { until } from '../harness/until';
import { E2eHarness } from './e2eHarness';

describe('the terminals of a window', () => {
  const stage = new E2eHarness('terminals', {
    settings: { 'celesto.terminal.persistence': 'off' },
    seed: [
      { name: 'einstein' },
      { name: 'curie' },
      { name: 'kepler' },
      { name: 'pauli' },
      { name: 'euclid', ssh: null, listens: false, sshd: false },
    ],
  });
  const prompt = (name: string) => `ohm@${name}:~$ `;
  const names = async () => (await stage.terminals.tabs()).map(({ name }) => name);

  async function open(name: string): Promise<void> {
    await stage.row(name).click();
    await stage.terminals.waitForText(prompt(name));
  }

  stage.it('a terminal whose link breaks is mended, its text kept and its tab as before', async () => {
    await open('einstein');
    await stage.terminals.enter('echo be""fore');
    await stage.terminals.waitForText(/^before$/m);
    await stage.control.killSshd({ id: 'einstein', listener: false });
    await stage.terminals.waitForText(
      /^before\n[^]*The connection to einstein was lost: .+\nConnected again\. This is a new shell: the old one is gone\.\n[^]*\$ $/m,
    );
    assert.ok(await stage.terminals.isDim('Connected again.'));
    await stage.terminals.waitForTab('einstein');
    await stage.screenshot('mended');
  });

  stage.it('what a program had set is taken back: the screen, the cursor, the mouse', async () => {
    await stage.terminals.enter(
      String.raw`printf '\033[?1049h\033[?25l\033[?1003h\033[41mfull screen'; sleep 60`,
    );
    await stage.terminals.waitForText(/^\s*full screen/m);
    await stage.control.killSshd({ id: 'einstein', listener: false });
    await stage.terminals.waitForText(/^before\n[^]*The connection to einstein was lost[^]*\$ $/m);
    await stage.screenshot('taken back');
  });

  stage.it(
    'an SSH server that stays away is told in the tab; after a while another transport is taken',
    async () => {
      await open('pauli');
      await stage.control.killSshd({ id: 'pauli' });
      await stage.terminals.waitForText('pauli cannot be reached yet. Trying again… (Enter tries now)');
      await stage.terminals.waitForTab('pauli (reconnecting)');
      await stage.terminals.waitForText(
        /Taking SSH through its terminal gateway instead\.\n[^]*ohm@pauli:~\$ $/,
      );
      await stage.terminals.waitForTab('pauli');
    },
  );

  stage.it('a computer that somebody else stops is told as stopped, and started only at Enter', async () => {
    await open('curie');
    await stage.callFromOutside('POST', 'curie', 'stop');
    await stage.terminals.waitForText(/The connection to curie was lost[^]*curie was stopped\.\n/);
    await stage.terminals.waitForText('Press Enter to start it, Ctrl+C to close.');
    await stage.terminals.waitForTab('curie (not connected)');
    await stage.screenshot('stopped elsewhere');
    assert.equal((await stage.computer('curie')).status, 'stopped');
    await stage.terminals.press('Enter');
    await stage.terminals.waitForText(/Starting it…[^]*ohm@curie:~\$ $/);
  });

  stage.it('a computer that somebody else deletes is told as deleted', async () => {
    await open('kepler');
    await stage.callFromOutside('DELETE', 'kepler');
    await stage.terminals.waitForText(/kepler (?:was|is being) deleted\.\nPress Ctrl\+C to close\./);
    await stage.terminals.press('Control+C');
    await stage.terminals.waitForTabGone('kepler (not connected)');
  });

  stage.it('a plain terminal of the gateway goes back to its shell', async () => {
    await open('euclid');
    await stage.terminals.enter('kept=yes; echo k""ept');
    await stage.terminals.waitForText(/^kept$/m);
    const { id } = await stage.computer('euclid');
    await stage.control.closeGateway({ id, code: 1006, reason: '' });
    await stage.terminals.waitForText(/The connection to euclid was lost[^]*Connected again\.\n[^]*\$ $/);
    await stage.terminals.enter('echo "[$kept]"');
    await stage.terminals.waitForText(/^\[yes\]$/m);
  });

  stage.it('opens from the + menu of the panel', async () => {
    await stage.terminals.chooseProfile('Celesto Computer');
    await stage.window.quickInput.choose('einstein');
    await until(
      'a second one',
      async () => (await names()).filter((name) => name === 'einstein').length === 2,
    );
    await stage.terminals.waitForText(prompt('einstein'));
  });

  stage.it('opens beside another, on the same computer', async () => {
    await stage.window.runCommand('Celesto: Split Terminal');
    await until(
      'a third one',
      async () => (await names()).filter((name) => name === 'einstein').length === 3,
    );
    await stage.screenshot('split');
  });

  stage.it('opens at a directory', async () => {
    const menu = await stage.row('einstein').openMenu();
    await menu.choose('New Terminal at Directory…');
    await stage.window.quickInput.waitFor('New Terminal at Directory');
    await stage.window.quickInput.fill('/tmp');
    await stage.window.quickInput.accept();
    await stage.terminals.waitForText('ohm@einstein:/tmp$ ');
  });

  stage.it('comes back after the window was loaded anew; each connects when it is shown', async () => {
    const before = await until('all to be connected', async () => {
      const now = await names();
      return now.some((name) => name.includes('(')) ? undefined : now;
    });
    assert.ok(before.length >= 5, before.join());
    await stage.control.clearRequests();
    await stage.window.reload();
    await until('all tabs', async () => {
      // VS Code may open a terminal of its own besides.
      const now = await names();
      return before.every(
        (name) => now.filter((one) => one === name).length >= before.filter((one) => one === name).length,
      );
    });
    await stage.terminals.show('euclid');
    await stage.terminals.waitForText(/^Connected again\.$/m);
    await stage.terminals.enter('echo "<$kept>"');
    await stage.terminals.waitForText(/^<yes>$/m);
    await stage.screenshot('after reload');
    await stage.terminals.show('curie');
    await stage.terminals.waitForText(prompt('curie'));
    await stage.terminals.waitForText('Connected again. This is a new shell: the old one is gone.');
  });

  it('leaves the window without errors', () => assert.deepEqual(stage.window.errors, []));
});
