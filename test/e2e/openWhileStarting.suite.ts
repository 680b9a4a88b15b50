import assert from 'node:assert/strict';
import { before, describe } from 'node:test';
import type { Seed } from '../emulator/computer';
import { until } from '../harness/until';
import type { E2eHarness } from './e2eHarness';

/** The computers for {@link openWhileStartingTests}. */
export const openWhileStartingSeed: Seed[] = [
  { name: 'pauli', status: 'stopped' },
  { name: 'dirac', status: 'stopped' },
  { name: 'maxwell', status: 'stopped' },
  { name: 'sagan', status: 'stopped' },
];

/** What a person does who does not wait for the prompt. */
export function openWhileStartingTests(stage: E2eHarness): void {
  describe('while a computer starts', () => {
    // Until a test says that one is up.
    before(() => stage.control.setTimes({ start: 60_000 }));
    const isUp = (name: string) => stage.control.setStatus({ id: name, status: 'running' });

    stage.it('a second terminal joins the first: there is one start', async () => {
      // So slow a service still says "stopped" when the second one looks.
      const { id } = await stage.computer('pauli');
      await stage.control.addFault({ path: `/computers/${id}/start$`, times: 'always', delay: 1500 });
      await stage.row('pauli').click();
      await stage.row('pauli').pressButton('New Terminal');
      await stage.waitForStatus('pauli', 'starting');
      await isUp('pauli');
      await stage.terminals.waitForText('ohm@pauli:~$ ');
      const tabs = await stage.terminals.tabs();
      assert.equal(tabs.filter(({ name }) => name.startsWith('pauli')).length, 2);
      assert.equal((await stage.requests('POST', 'pauli', 'start')).length, 1);
      await stage.control.clearFaults();
    });

    stage.it('what is typed is kept for the shell', async () => {
      await stage.row('dirac').click();
      await stage.terminals.waitForText('dirac: stopped. Starting it…');
      await stage.terminals.enter('hostname');
      await isUp('dirac');
      await stage.terminals.waitForText(/^ohm@dirac:~\$ hostname\ndirac\nohm@dirac:~\$ $/m);
    });

    stage.it('Ctrl+C cancels, and Enter tries again', async () => {
      await stage.row('maxwell').click();
      await stage.terminals.waitForText('maxwell: stopped. Starting it…');
      await stage.terminals.press('Control+C');
      await stage.terminals.waitForText('Cancelled. Press Enter to try again, Ctrl+C to close.');
      await stage.terminals.waitForTab('maxwell (not connected)');
      await stage.screenshot('cancelled');
      await stage.terminals.press('Enter');
      await isUp('maxwell');
      await stage.terminals.waitForText('ohm@maxwell:~$ ');
      assert.equal((await stage.requests('POST', 'maxwell', 'start')).length, 1);
    });

    stage.it('closing the tab ends it all: no more calls, no word', async () => {
      await stage.row('sagan').click();
      await stage.terminals.waitForTab('sagan (starting)');
      await stage.terminals.kill('sagan (starting)');
      await stage.terminals.waitForTabGone('sagan (starting)');
      const { id } = await stage.computer('sagan');
      const calls = () => stage.control.requests({ path: `/computers/${id}` });
      // Who looks whether it is up looks every three seconds at least.
      await until('nobody to ask any more', async () => Date.now() - (await calls()).at(-1)!.at > 3_500);
      await stage.control.clearRequests();
      await isUp('sagan');
      await stage.row('sagan').waitForDescription('running');
      assert.deepEqual(await calls(), []);
      assert.deepEqual(await stage.window.notifications.texts(), []);
    });
  });
}
