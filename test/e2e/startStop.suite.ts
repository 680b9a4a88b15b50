import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import type { Seed } from '../emulator/computer';
import type { E2eHarness } from './e2eHarness';

/** The computers for {@link startStopTests}. */
export const startStopSeed: Seed[] = [
  { name: 'einstein' },
  { name: 'curie', status: 'stopped' },
  { name: 'noether', status: 'error', lastError: 'The disk of this computer is full.' },
  { name: 'lovelace', status: 'restorable' },
  { name: 'darwin', status: 'lost' },
  { name: 'turing', status: 'creating' },
  { name: 'galileo', status: 'deleting' },
  { name: 'bohr', status: 'hibernating' },
  { name: 'fermi', status: 'stopped' },
  { name: 'gauss', status: 'stopped' },
];

/** Menu entries that depend on a computer's status; a test of package.json checks the whole menu. */
const entriesByStatus = [
  'New Terminal',
  'Start Computer',
  'Stop Computer',
  'Restore Computer',
  'Delete Computer…',
];

/** Tests of starting, stopping and restoring computers, and of the other entries of a row's menu. */
export function startStopTests(e2e: E2eHarness): void {
  describe('the menu and the buttons of a row', () => {
    for (const [name, buttons, entries] of [
      ['einstein', ['New Terminal', 'Stop Computer'], ['Stop Computer']],
      ['curie', ['New Terminal', 'Start Computer'], ['Start Computer']],
      ['noether', ['New Terminal', 'Start Computer'], ['Start Computer', 'Stop Computer']],
      ['lovelace', ['New Terminal', 'Restore Computer'], ['Restore Computer']],
      ['turing', ['New Terminal'], []],
      ['bohr', ['New Terminal', 'Start Computer'], ['Start Computer', 'Stop Computer']],
    ] as const) {
      e2e.it(`of ${name} offer just the actions that its status allows`, async () => {
        assert.deepEqual(await e2e.row(name).buttons(), buttons);
        assert.deepEqual(await menuOf(name), ['New Terminal', ...entries, 'Delete Computer…']);
      });
    }

    e2e.it('of a lost computer offer only to delete it, of one that is being deleted nothing', async () => {
      assert.deepEqual(await e2e.row('darwin').buttons(), []);
      assert.deepEqual(await menuOf('darwin'), ['Delete Computer…']);
      assert.deepEqual(await e2e.row('galileo').buttons(), []);
      assert.deepEqual(await menuOf('galileo'), []);
    });

    describe('show how the status changes, and', () => {
      before(() => e2e.control.setTimes({ stop: 60_000, start: 60_000, restore: 60_000 }));
      after(() => e2e.control.setTimes({ stop: 500, start: 700, restore: 500 }));

      /** Waits for the changing status, then for the final one. */
      async function changesStatus(
        name: string,
        changing: string,
        end: 'running' | 'stopped',
      ): Promise<void> {
        await e2e.row(name).waitForDescription(changing);
        await e2e.control.setStatus({ id: name, status: end });
        await e2e.row(name).waitForDescription(end);
      }

      e2e.it('stop a computer', async () => {
        await choose('einstein', 'Stop Computer');
        await changesStatus('einstein', 'stopping', 'stopped');
        const stopped = /^einstein was stopped\. Its disk is kept until /;
        await e2e.window.notifications.close(stopped);
      });

      e2e.it('start a computer', async () => {
        await e2e.row('curie').pressButton('Start Computer');
        await changesStatus('curie', 'starting', 'running');
      });

      e2e.it('restore a computer', async () => {
        const { dialog } = e2e.window;
        await choose('lovelace', 'Restore Computer');
        assert.match(await dialog.text(), /^Restore lovelace without files\?[^]*A restore keeps no files/);
        await e2e.screenshot('restore');
        await dialog.press('Cancel');
        assert.equal((await e2e.computer('lovelace')).status, 'restorable');
        await choose('lovelace', 'Restore Computer');
        await dialog.press('Restore');
        await changesStatus('lovelace', 'being restored', 'running');
      });
    });

    e2e.it('say why a computer did not start', async () => {
      await e2e.control.failNextStart({ id: 'noether', reason: 'No host has room.' });
      await choose('noether', 'Start Computer');
      await e2e.window.notifications.waitFor('noether did not start: No host has room.');
      await e2e.row('noether').waitForDescription('needs attention');
      await e2e.window.notifications.close('noether did not start: No host has room.');
    });

    e2e.it('start several picked computers', async () => {
      const { quickInput } = e2e.window;
      await e2e.window.runCommand('Celesto: Start Computer');
      await quickInput.waitFor('Start Computers');
      await quickInput.choose('fermi');
      await quickInput.choose('gauss');
      await e2e.screenshot('pick several');
      await quickInput.accept();
      await e2e.row('fermi').waitForDescription('running');
      await e2e.row('gauss').waitForDescription('running');
    });

    e2e.it('show a notification for a slow start, which can cancel it', async () => {
      const { notifications } = e2e.window;
      await e2e.control.setTimes({ start: 60_000 });
      await choose('einstein', 'Start Computer');
      await notifications.waitFor('Starting einstein…');
      await e2e.screenshot('takes long');
      await notifications.press('Starting einstein…', 'Cancel');
      await notifications.waitForGone('Starting einstein…');
      assert.deepEqual(await notifications.texts(), []);
      await e2e.control.setTimes({ start: 700 });
    });

    e2e.it('copy IDs and names, of one computer or of all selected ones', async () => {
      const { id } = await e2e.computer('curie');
      await choose('curie', 'Copy Computer ID');
      await e2e.window.waitForClipboard(id);
      await e2e.row('curie').toggleSelected();
      await e2e.row('lovelace').toggleSelected();
      await choose('curie', 'Copy Computer Name');
      await e2e.window.waitForClipboard('curie\nlovelace');
      await e2e.row('curie').toggleSelected();
      await e2e.row('lovelace').toggleSelected();
    });
  });

  /** The entries of its menu that depend on its status. */
  async function menuOf(name: string): Promise<string[]> {
    const menu = await e2e.row(name).openMenu();
    const entries = await menu.entries();
    await menu.close();
    return entries.filter((entry) => entriesByStatus.includes(entry));
  }

  async function choose(name: string, entry: string): Promise<void> {
    const menu = await e2e.row(name).openMenu();
    await menu.choose(entry);
  }
}
