import assert from 'node:assert/strict';
import { describe } from 'node:test';
import type { Seed } from '../emulator/computer';
import { until } from '../harness/until';
import type { E2eHarness } from './e2eHarness';

/** The computers for {@link openActionsTests}, besides those of every status. */
export const openActionsSeed: Seed[] = [
  { name: 'kepler', template: 'coding-agent' },
  { name: 'twin', status: 'stopped' },
  { name: 'twin', status: 'stopped' },
];

/** Tests of each action that opens a terminal. `einstein` runs and has a terminal. */
export function openActionsTests(e2e: E2eHarness): void {
  const named = async (name: string) => (await e2e.terminals.tabs()).filter((tab) => tab.name === name);

  describe('a terminal opens', () => {
    e2e.it('on Enter on a row', async () => {
      await e2e.row('kepler').toggleSelected();
      assert.deepEqual(await named('kepler'), []);
      await e2e.window.page.keyboard.press('Enter');
      await e2e.terminals.waitForText('ohm@kepler:~$ ');
    });

    e2e.it('once for all clicks on the same row', async () => {
      await e2e.row('einstein').click();
      await until('the terminal of einstein shows', async () => (await named('einstein'))[0]?.active);
      await e2e.row('kepler').click();
      await until('the terminal of kepler shows', async () => (await named('kepler'))[0]?.active);
      assert.equal((await named('kepler')).length, 1);
    });

    e2e.it('by the button of a row, one more each time', async () => {
      await e2e.row('kepler').pressButton('New Terminal');
      await until('a second one', async () => (await named('kepler'))[1]?.active);
      await e2e.terminals.waitForText('ohm@kepler:~$ ');
    });

    e2e.it('from the palette, which lists computers with icon and status', async () => {
      const { quickInput } = e2e.window;
      await e2e.window.runCommand('Celesto: Open Computer');
      await quickInput.waitFor('Open Computer');
      await e2e.screenshot('picker');
      await quickInput.fill('kepler');
      await until('one is left', async () => (await quickInput.entries()).length === 1);
      assert.deepEqual(await quickInput.entries(), [
        { label: 'kepler', description: 'running · coding-agent · 2 CPU, 4 GB', icon: 'vm-running' },
      ]);
      await quickInput.fill('twin');
      await until('two are left', async () => (await quickInput.entries()).length === 2);
      assert.deepEqual(
        (await quickInput.entries()).map(({ icon }) => icon),
        ['vm-outline', 'vm-outline'],
      );
      await quickInput.fill('einstein');
      await quickInput.choose('einstein');
      await until('the terminal of einstein shows', async () => (await named('einstein'))[0]?.active);
    });

    e2e.it('by a typed name', async () => {
      await openByName('kepler');
      await until('a third one', async () => (await named('kepler'))[2]?.active);
      await e2e.terminals.waitForText('ohm@kepler:~$ ');
    });

    e2e.it('by a typed ID, where the name is ambiguous', async () => {
      await openByName('twin');
      const message = 'Several computers are named twin. Use the ID of one of them instead.';
      await e2e.window.notifications.waitFor(message);
      await e2e.window.notifications.close(message);
      const { id } = await e2e.computer('twin');
      await openByName(id);
      await e2e.terminals.waitForText('ohm@twin:~$ ');
      assert.equal((await e2e.requests('POST', 'twin', 'start')).length, 1);
    });

    e2e.it('for no name that no computer has', async () => {
      await openByName('nobody');
      const message = 'There is no computer named nobody. Check the spelling and the organization.';
      await e2e.window.notifications.waitFor(message);
      await e2e.window.notifications.close(message);
    });

    async function openByName(text: string): Promise<void> {
      await e2e.window.runCommand('Celesto: Open Computer by ID or Name…');
      await e2e.window.quickInput.waitFor('Open Computer by ID or Name');
      await e2e.window.quickInput.fill(text);
      await e2e.window.quickInput.accept();
    }
  });
}
