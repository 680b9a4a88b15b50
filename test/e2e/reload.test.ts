import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runCommand } from '../emulator/sandbox/exec';
import { until } from '../harness/until';
import { E2eHarness } from './e2eHarness';

describe('a reloaded window with five terminals', () => {
  const names = ['einstein', 'curie', 'kepler', 'pauli', 'bohr'];
  const e2e = new E2eHarness('reload', {
    // The last computer has no tmux, so GNU screen keeps its shell.
    userSettings: { 'editor.accessibilitySupport': 'on' },
    seed: names.map((name) => ({ name, without: name === 'bohr' ? ['tmux'] : [] })),
  });

  /** Names of the computers with an open SSH session. */
  async function connected(): Promise<string[]> {
    const counts = await Promise.all(
      names.map(async (name) => {
        const run = e2e.emulator.computers
          .sandbox(name)
          .start(`ps -A -o args | grep -c '^sshd: oh[m]@'`, 10_000);
        return Number((await runCommand(run)).stdout);
      }),
    );
    return names.filter((_, index) => counts[index]! > 0);
  }

  e2e.it('restores all of them; each reconnects to its shell and screen when it is shown', async () => {
    for (const name of names) {
      await e2e.row(name).click();
      await e2e.terminals.waitForText(`ohm@${name}:~$ `);
      await e2e.terminals.enter(`cd /usr; mine=${name}; echo be""fore`);
      await e2e.terminals.waitForText(/^before$/m);
    }
    assert.deepEqual(await connected(), names);
    await e2e.window.reload();
    await until('all tabs', async () => {
      const tabs = (await e2e.terminals.tabs()).map(({ name }) => name);
      return names.every((name) => tabs.includes(name));
    });
    for (const [index, name] of names.entries()) {
      await e2e.terminals.show(name);
      await e2e.terminals.waitForText(/^Reconnected\.$/m);
      await e2e.terminals.waitForText(/^before\n[^]*ohm@\w+:\/usr\$ $/m);
      await e2e.terminals.enter('echo "<$mine>"');
      await e2e.terminals.waitForText(`<${name}>`);
      const { rows, columns } = await e2e.terminals.size();
      await e2e.terminals.enter('clear; stty size');
      await e2e.terminals.waitForText(`${rows} ${columns}`);
      // VS Code shows one of them by itself after the reload.
      await until(
        'only shown terminals to be connected',
        async () => (await connected()).length <= index + 2,
      );
    }
    await e2e.screenshot('after reload');
  });

  e2e.it('announces a stopped computer to a screen reader', async () => {
    await e2e.terminals.show('pauli');
    await e2e.callFromOutside('POST', 'pauli', 'stop');
    await e2e.terminals.waitForText('Press Enter to start it, Ctrl+C to close.');
    await until('it to be read out', async () =>
      /The connection to pauli was lost.*pauli was stopped\..*Press Enter to start it/s.test(
        await e2e.terminals.announcement(),
      ),
    );
    await e2e.row('pauli').waitForDescription('stopped');
    assert.match(await e2e.row('pauli').ariaLabel(), /stopped/);
  });

  it('leaves the window without errors', () => assert.deepEqual(e2e.window.errors, []));
});
