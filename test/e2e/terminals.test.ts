import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { until } from '../harness/until';
import { E2eHarness } from './e2eHarness';

describe('the terminals of a window', () => {
  const e2e = new E2eHarness('terminals', {
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
  const names = async () => (await e2e.terminals.tabs()).map(({ name }) => name);

  async function open(name: string): Promise<void> {
    await e2e.row(name).click();
    await e2e.terminals.waitForText(prompt(name));
  }

  e2e.it('a terminal that loses its connection reconnects, with its text and its tab', async () => {
    await open('einstein');
    await e2e.terminals.enter('echo be""fore');
    await e2e.terminals.waitForText(/^before$/m);
    await e2e.control.killSshd({ id: 'einstein', listener: false });
    await e2e.terminals.waitForText(
      /^before\n[^]*The connection to einstein was lost: .+\nReconnected\. This is a new shell, because the previous one has ended\.\n[^]*\$ $/m,
    );
    assert.ok(await e2e.terminals.isDim('Reconnected.'));
    await e2e.terminals.waitForTab('einstein');
    await e2e.screenshot('mended');
  });

  e2e.it('a reconnect resets the modes that a program had set: alternate screen, cursor, mouse', async () => {
    await e2e.terminals.enter(
      String.raw`printf '\033[?1049h\033[?25l\033[?1003h\033[41mfull screen'; sleep 60`,
    );
    await e2e.terminals.waitForText(/^\s*full screen/m);
    await e2e.control.killSshd({ id: 'einstein', listener: false });
    await e2e.terminals.waitForText(/^before\n[^]*The connection to einstein was lost[^]*\$ $/m);
    await e2e.screenshot('taken back');
  });

  e2e.it(
    'a tab reports an SSH server that stays down, and another transport is used after a while',
    async () => {
      await open('pauli');
      await e2e.control.killSshd({ id: 'pauli' });
      await e2e.terminals.waitForText('pauli cannot be reached yet. Retrying… (Enter retries now)');
      await e2e.terminals.waitForTab('pauli (reconnecting)');
      await e2e.terminals.waitForText(
        /Using SSH through its terminal gateway instead\.\n[^]*ohm@pauli:~\$ $/,
      );
      await e2e.terminals.waitForTab('pauli');
    },
  );

  e2e.it(
    'a computer that another client stops is reported as stopped, and started only at Enter',
    async () => {
      await open('curie');
      await e2e.callFromOutside('POST', 'curie', 'stop');
      await e2e.terminals.waitForText(/The connection to curie was lost[^]*curie was stopped\.\n/);
      await e2e.terminals.waitForText('Press Enter to start it, Ctrl+C to close.');
      await e2e.terminals.waitForTab('curie (not connected)');
      await e2e.screenshot('stopped elsewhere');
      assert.equal((await e2e.computer('curie')).status, 'stopped');
      await e2e.terminals.press('Enter');
      await e2e.terminals.waitForText(/Starting it…[^]*ohm@curie:~\$ $/);
    },
  );

  e2e.it('a computer that another client deletes is reported as deleted', async () => {
    await open('kepler');
    await e2e.callFromOutside('DELETE', 'kepler');
    await e2e.terminals.waitForText(/kepler (?:was|is being) deleted\.\nPress Ctrl\+C to close\./);
    await e2e.terminals.press('Control+C');
    await e2e.terminals.waitForTabGone('kepler (not connected)');
  });

  e2e.it('a plain terminal of the gateway reconnects to its shell', async () => {
    await open('euclid');
    await e2e.terminals.enter('kept=yes; echo k""ept');
    await e2e.terminals.waitForText(/^kept$/m);
    const { id } = await e2e.computer('euclid');
    await e2e.control.closeGateway({ id, code: 1006, reason: '' });
    await e2e.terminals.waitForText(/The connection to euclid was lost[^]*Reconnected\.\n[^]*\$ $/);
    await e2e.terminals.enter('echo "[$kept]"');
    await e2e.terminals.waitForText(/^\[yes\]$/m);
  });

  e2e.it('a terminal opens from the + menu of the panel', async () => {
    await e2e.terminals.chooseProfile('Celesto Computer');
    await e2e.window.quickInput.choose('einstein');
    await until(
      'a second one',
      async () => (await names()).filter((name) => name === 'einstein').length === 2,
    );
    await e2e.terminals.waitForText(prompt('einstein'));
  });

  e2e.it('a terminal splits, on the same computer', async () => {
    await e2e.window.runCommand('Celesto: Split Terminal');
    await until(
      'a third one',
      async () => (await names()).filter((name) => name === 'einstein').length === 3,
    );
    await e2e.screenshot('split');
  });

  e2e.it('a terminal opens at a directory', async () => {
    const menu = await e2e.row('einstein').openMenu();
    await menu.choose('New Terminal at Directory…');
    await e2e.window.quickInput.waitFor('New Terminal at Directory');
    await e2e.window.quickInput.fill('/tmp');
    await e2e.window.quickInput.accept();
    await e2e.terminals.waitForText('ohm@einstein:/tmp$ ');
  });

  e2e.it('all terminals are restored after a reload; each connects when it is shown', async () => {
    const before = await until('all to be connected', async () => {
      const now = await names();
      return now.some((name) => name.includes('(')) ? undefined : now;
    });
    assert.ok(before.length >= 5, before.join());
    await e2e.control.clearRequests();
    await e2e.window.reload();
    await until('all tabs', async () => {
      // VS Code may open a terminal of its own besides.
      const now = await names();
      return before.every(
        (name) =>
          now.filter((other) => other === name).length >= before.filter((other) => other === name).length,
      );
    });
    await e2e.terminals.show('euclid');
    await e2e.terminals.waitForText(/^Reconnected\.$/m);
    await e2e.terminals.enter('echo "<$kept>"');
    await e2e.terminals.waitForText(/^<yes>$/m);
    await e2e.screenshot('after reload');
    await e2e.terminals.show('curie');
    await e2e.terminals.waitForText(prompt('curie'));
    await e2e.terminals.waitForText('Reconnected. This is a new shell, because the previous one has ended.');
  });

  it('leaves the window without errors', () => assert.deepEqual(e2e.window.errors, []));
});
