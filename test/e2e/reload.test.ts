import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runCommand } from '../emulator/sandbox/exec';
import { until } from '../harness/until';
import { E2eHarness } from './e2eHarness';

describe('a window with five terminals, loaded anew', () => {
  const names = ['einstein', 'curie', 'kepler', 'pauli', 'bohr'];
  const stage = new E2eHarness('reload', {
    // The last one has its shell kept by GNU screen.
    userSettings: { 'editor.accessibilitySupport': 'on' },
    seed: names.map((name) => ({ name, without: name === 'bohr' ? ['tmux'] : [] })),
  });

  /** Those who have a connection to a terminal or a command at the moment. */
  async function connected(): Promise<string[]> {
    const counts = await Promise.all(
      names.map(async (name) => {
        const run = stage.emulator.computers
          .sandbox(name)
          .start(`ps -A -o args | grep -c '^sshd: oh[m]@'`, 10_000);
        return Number((await runCommand(run)).stdout);
      }),
    );
    return names.filter((_, index) => counts[index]! > 0);
  }

  stage.it(
    'has all of them again: each connects when it is shown, and is at its shell, with its screen',
    async () => {
      for (const name of names) {
        await stage.row(name).click();
        await stage.terminals.waitForText(`ohm@${name}:~$ `);
        await stage.terminals.enter(`cd /usr; mine=${name}; echo be""fore`);
        await stage.terminals.waitForText(/^before$/m);
      }
      assert.deepEqual(await connected(), names);
      await stage.window.reload();
      await until('all tabs', async () => {
        const tabs = (await stage.terminals.tabs()).map(({ name }) => name);
        return names.every((name) => tabs.includes(name));
      });
      for (const [index, name] of names.entries()) {
        await stage.terminals.show(name);
        await stage.terminals.waitForText(/^Connected again\.$/m);
        await stage.terminals.waitForText(/^before\n[^]*ohm@\w+:\/usr\$ $/m);
        await stage.terminals.enter('echo "<$mine>"');
        await stage.terminals.waitForText(`<${name}>`);
        const { rows, columns } = await stage.terminals.size();
        await stage.terminals.enter('clear; stty size');
        await stage.terminals.waitForText(`${rows} ${columns}`);
        // VS Code shows one of them by itself.
        await until(
          'nobody to be connected who was not shown',
          async () => (await connected()).length <= index + 2,
        );
      }
      await stage.screenshot('after reload');
    },
  );

  stage.it('tells a screen reader what becomes of a computer', async () => {
    await stage.terminals.show('pauli');
    await stage.callFromOutside('POST', 'pauli', 'stop');
    await stage.terminals.waitForText('Press Enter to start it, Ctrl+C to close.');
    await until('it to be read out', async () =>
      /The connection to pauli was lost.*pauli was stopped\..*Press Enter to start it/s.test(
        await stage.terminals.spoken(),
      ),
    );
    await stage.row('pauli').waitForDescription('stopped');
    assert.match(await stage.row('pauli').ariaLabel(), /stopped/);
  });

  it('leaves the window without errors', () => assert.deepEqual(stage.window.errors, []));
});
