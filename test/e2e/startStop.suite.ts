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

/** What the state of a computer decides; a test of package.json holds the whole menu. */
const byState = ['New Terminal', 'Start Computer', 'Stop Computer', 'Restore Computer', 'Delete Computer…'];

/** Starting, stopping, restoring and what the menu of a line has besides. */
export function startStopTests(stage: E2eHarness): void {
  describe('the menu and the buttons of a line', () => {
    for (const [name, buttons, entries] of [
      ['einstein', ['New Terminal', 'Stop Computer'], ['Stop Computer']],
      ['curie', ['New Terminal', 'Start Computer'], ['Start Computer']],
      ['noether', ['New Terminal', 'Start Computer'], ['Start Computer', 'Stop Computer']],
      ['lovelace', ['New Terminal', 'Restore Computer'], ['Restore Computer']],
      ['turing', ['New Terminal'], []],
      ['bohr', ['New Terminal', 'Start Computer'], ['Start Computer', 'Stop Computer']],
    ] as const) {
      stage.it(`of ${name} have just what its state allows`, async () => {
        assert.deepEqual(await stage.row(name).buttons(), buttons);
        assert.deepEqual(await menuOf(name), ['New Terminal', ...entries, 'Delete Computer…']);
      });
    }

    stage.it('of one that is lost can but delete it, of one that is being deleted nothing', async () => {
      assert.deepEqual(await stage.row('darwin').buttons(), []);
      assert.deepEqual(await menuOf('darwin'), ['Delete Computer…']);
      assert.deepEqual(await stage.row('galileo').buttons(), []);
      assert.deepEqual(await menuOf('galileo'), []);
    });

    describe('show how a computer comes along, and', () => {
      before(() => stage.control.setTimes({ stop: 60_000, start: 60_000, restore: 60_000 }));
      after(() => stage.control.setTimes({ stop: 500, start: 700, restore: 500 }));

      /** Sees it on its way, and how it gets there. */
      async function comesAlong(name: string, meanwhile: string, end: 'running' | 'stopped'): Promise<void> {
        await stage.row(name).waitForDescription(meanwhile);
        await stage.control.setStatus({ id: name, status: end });
        await stage.row(name).waitForDescription(end);
      }

      stage.it('stop a computer', async () => {
        await choose('einstein', 'Stop Computer');
        await comesAlong('einstein', 'stopping', 'stopped');
      });

      stage.it('start a computer', async () => {
        await stage.row('curie').pressButton('Start Computer');
        await comesAlong('curie', 'starting', 'running');
      });

      stage.it('restore a computer', async () => {
        await choose('lovelace', 'Restore Computer');
        await comesAlong('lovelace', 'being restored', 'running');
      });
    });

    stage.it('say why a computer did not start', async () => {
      await stage.control.failNextStart({ id: 'noether', reason: 'No host has room.' });
      await choose('noether', 'Start Computer');
      await stage.window.notifications.waitFor('noether did not start: No host has room.');
      await stage.row('noether').waitForDescription('needs attention');
      await stage.window.notifications.close('noether did not start: No host has room.');
    });

    stage.it('start several that are picked', async () => {
      const { quickInput } = stage.window;
      await stage.window.runCommand('Celesto: Start Computer');
      await quickInput.waitFor('Start Computers');
      await quickInput.choose('fermi');
      await quickInput.choose('gauss');
      await stage.screenshot('pick several');
      await quickInput.accept();
      await stage.row('fermi').waitForDescription('running');
      await stage.row('gauss').waitForDescription('running');
    });

    stage.it('tell of what takes long, and let it be cancelled', async () => {
      const { notifications } = stage.window;
      await stage.control.setTimes({ start: 60_000 });
      await choose('einstein', 'Start Computer');
      await notifications.waitFor('Starting einstein…');
      await stage.screenshot('takes long');
      await notifications.press('Starting einstein…', 'Cancel');
      await notifications.waitForGone('Starting einstein…');
      assert.deepEqual(await notifications.texts(), []);
      await stage.control.setTimes({ start: 700 });
    });

    stage.it('copy IDs and names, of one or of all that are selected', async () => {
      const { id } = await stage.computer('curie');
      await choose('curie', 'Copy Computer ID');
      await stage.window.waitForClipboard(id);
      await stage.row('curie').toggleSelected();
      await stage.row('lovelace').toggleSelected();
      await choose('curie', 'Copy Computer Name');
      await stage.window.waitForClipboard('curie\nlovelace');
      await stage.row('curie').toggleSelected();
      await stage.row('lovelace').toggleSelected();
    });
  });

  /** The entries of its menu that its state decides. */
  async function menuOf(name: string): Promise<string[]> {
    const menu = await stage.row(name).openMenu();
    const entries = await menu.entries();
    await menu.close();
    return entries.filter((entry) => byState.includes(entry));
  }

  async function choose(name: string, entry: string): Promise<void> {
    const menu = await stage.row(name).openMenu();
    await menu.choose(entry);
  }
}
