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

/** All the ways to a terminal. `einstein` runs and has a terminal. */
export function openActionsTests(stage: E2eHarness): void {
  const named = async (name: string) => (await stage.terminals.tabs()).filter((tab) => tab.name === name);

  describe('a terminal opens', () => {
    stage.it('at Enter on a line', async () => {
      await stage.row('kepler').toggleSelected();
      assert.deepEqual(await named('kepler'), []);
      await stage.window.page.keyboard.press('Enter');
      await stage.terminals.waitForText('ohm@kepler:~$ ');
    });

    stage.it('once for all clicks on the same line', async () => {
      await stage.row('einstein').click();
      await until('the terminal of einstein shows', async () => (await named('einstein'))[0]?.active);
      await stage.row('kepler').click();
      await until('the terminal of kepler shows', async () => (await named('kepler'))[0]?.active);
      assert.equal((await named('kepler')).length, 1);
    });

    stage.it('at the button in the line, one more each time', async () => {
      await stage.row('kepler').pressButton('New Terminal');
      await until('a second one', async () => (await named('kepler'))[1]?.active);
      await stage.terminals.waitForText('ohm@kepler:~$ ');
    });

    stage.it('from the palette, which lists computers with icon and state', async () => {
      const { quickInput } = stage.window;
      await stage.window.runCommand('Celesto: Open Computer');
      await quickInput.waitFor('Open Computer');
      await stage.screenshot('picker');
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

    stage.it('by a name that is typed', async () => {
      await openByName('kepler');
      await until('a third one', async () => (await named('kepler'))[2]?.active);
      await stage.terminals.waitForText('ohm@kepler:~$ ');
    });

    stage.it('by an ID that is typed, where a name would not do', async () => {
      await openByName('twin');
      const message = 'Several computers are called twin. Name the one you mean by its ID.';
      await stage.window.notifications.waitFor(message);
      await stage.window.notifications.close(message);
      const { id } = await stage.computer('twin');
      await openByName(id);
      await stage.terminals.waitForText('ohm@twin:~$ ');
      assert.equal((await stage.requests('POST', 'twin', 'start')).length, 1);
    });

    stage.it('not by a name that nobody has', async () => {
      await openByName('nobody');
      const message = 'There is no computer called nobody. Check the spelling and the organization.';
      await stage.window.notifications.waitFor(message);
      await stage.window.notifications.close(message);
    });

    async function openByName(text: string): Promise<void> {
      await stage.window.runCommand('Celesto: Open Computer by ID or Name…');
      await stage.window.quickInput.waitFor('Open Computer by ID or Name');
      await stage.window.quickInput.fill(text);
      await stage.window.quickInput.accept();
    }
  });
}
