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

/** Tests of user actions before the prompt is there. */
export function openWhileStartingTests(e2e: E2eHarness): void {
  describe('while a computer starts', () => {
    // Computers start when a test sets their status.
    before(() => e2e.control.setTimes({ start: 60_000 }));
    const setRunning = (name: string) => e2e.control.setStatus({ id: name, status: 'running' });

    e2e.it('a second terminal joins the first: there is one start', async () => {
      // Slow, so that the second terminal still gets the status `stopped`.
      const { id } = await e2e.computer('pauli');
      await e2e.control.addFault({ path: `/computers/${id}/start$`, times: 'always', delay: 1500 });
      await e2e.row('pauli').click();
      await e2e.row('pauli').pressButton('New Terminal');
      await e2e.waitForStatus('pauli', 'starting');
      await setRunning('pauli');
      await e2e.terminals.waitForText('ohm@pauli:~$ ');
      const tabs = await e2e.terminals.tabs();
      assert.equal(tabs.filter(({ name }) => name.startsWith('pauli')).length, 2);
      assert.equal((await e2e.requests('POST', 'pauli', 'start')).length, 1);
      await e2e.control.clearFaults();
    });

    e2e.it('typed text is kept for the shell', async () => {
      await e2e.row('dirac').click();
      await e2e.terminals.waitForText('dirac: stopped. Starting it…');
      await e2e.terminals.enter('hostname');
      await setRunning('dirac');
      await e2e.terminals.waitForText(/^ohm@dirac:~\$ hostname\ndirac\nohm@dirac:~\$ $/m);
    });

    e2e.it('Ctrl+C cancels, and Enter tries again', async () => {
      await e2e.row('maxwell').click();
      await e2e.terminals.waitForText('maxwell: stopped. Starting it…');
      await e2e.terminals.press('Control+C');
      await e2e.terminals.waitForText('Cancelled. Press Enter to try again, Ctrl+C to close.');
      await e2e.terminals.waitForTab('maxwell (not connected)');
      await e2e.screenshot('cancelled');
      await e2e.terminals.press('Enter');
      await setRunning('maxwell');
      await e2e.terminals.waitForText('ohm@maxwell:~$ ');
      assert.equal((await e2e.requests('POST', 'maxwell', 'start')).length, 1);
    });

    e2e.it('closing the tab ends it: no more calls, no notification', async () => {
      await e2e.row('sagan').click();
      await e2e.terminals.waitForTab('sagan (starting)');
      await e2e.terminals.kill('sagan (starting)');
      await e2e.terminals.waitForTabGone('sagan (starting)');
      const { id } = await e2e.computer('sagan');
      const calls = () => e2e.control.requests({ path: `/computers/${id}` });
      // The longest interval between two polls of a status is 3 s.
      await until('the polls to end', async () => Date.now() - (await calls()).at(-1)!.at > 3_500);
      await e2e.control.clearRequests();
      await setRunning('sagan');
      await e2e.row('sagan').waitForDescription('running');
      assert.deepEqual(await calls(), []);
      assert.deepEqual(await e2e.window.notifications.texts(), []);
    });
  });
}
