import assert from 'node:assert/strict';
import { describe } from 'node:test';
import type { Seed } from '../emulator/computer';
import { until } from '../harness/until';
import type { E2eHarness } from './e2eHarness';

/** The computers for {@link deleteTests}. */
export const deleteSeed: Seed[] = ['hopper', 'kepler', 'maxwell', 'planck', 'sagan'].map((name) => ({
  name,
  status: 'stopped',
}));

/** Tests of deleting one computer and several. */
export function deleteTests(e2e: E2eHarness): void {
  const loss =
    'All files on it will be lost, and everything that runs on it will end, including its terminals.';
  const deletions = () => e2e.control.requests({ method: 'DELETE' });

  describe('deleting computers', () => {
    e2e.it('asks first, names what will be lost, and does nothing on Cancel', async () => {
      const menu = await e2e.row('hopper').openMenu();
      await menu.choose('Delete Computer…');
      await e2e.window.dialog.waitFor('Delete hopper?');
      await e2e.window.dialog.waitFor(loss);
      await e2e.screenshot('delete');
      await e2e.window.dialog.press('Cancel');
      assert.deepEqual(await deletions(), []);
      await e2e.row('hopper').waitForDescription('stopped');
    });

    e2e.it('deletes on the Delete key, once confirmed', async () => {
      await e2e.control.setTimes({ delete: 60_000 });
      await e2e.row('hopper').toggleSelected();
      await e2e.window.page.keyboard.press('Delete');
      await e2e.window.dialog.waitFor('Delete hopper?');
      await e2e.window.dialog.press('Delete');
      await e2e.row('hopper').waitForDescription('being deleted');
      await e2e.control.setStatus({ id: 'hopper', status: 'deleted' });
      await e2e.row('hopper').waitForGone();
      await e2e.control.setTimes({ delete: 300 });
      assert.equal((await deletions()).length, 1);
    });

    e2e.it('lists several, deletes them together, and reports which could not be deleted', async () => {
      const [kepler, maxwell, planck] = await Promise.all(
        ['kepler', 'maxwell', 'planck'].map((name) => e2e.computer(name)),
      );
      await e2e.row('kepler').toggleSelected();
      await e2e.row('maxwell').toggleSelected();
      await e2e.row('planck').toggleSelected();
      const menu = await e2e.row('planck').openMenu();
      await menu.choose('Delete Computer…');
      await e2e.window.dialog.waitFor('Delete 3 computers?');
      const text = await e2e.window.dialog.text();
      await e2e.screenshot('delete several');
      for (const { name, id } of [kepler!, maxwell!, planck!])
        assert.ok(text.includes(`${name} (${id}, stopped)`), text);
      // The service deletes two of them.
      const gone = [kepler!.id, planck!.id];
      for (const id of gone) await e2e.control.setStatus({ id, status: 'deleted' });
      await e2e.control.addFault({
        path: '/bulk-delete$',
        answer: { status: 200, body: { deleted: 2, deleted_ids: gone, failed_ids: [maxwell!.id] } },
      });
      await e2e.window.dialog.press('Delete');
      await e2e.window.notifications.waitFor(
        'Deleted: kepler, planck. Not deleted: maxwell (stopped). Try again, or delete them one by one to see why.',
      );
      await e2e.screenshot('deleted in part');
      await e2e.row('kepler').waitForGone();
      await e2e.row('planck').waitForGone();
      await e2e.row('maxwell').waitForDescription('stopped');
      await e2e.window.notifications.close(/^Deleted: kepler/);
    });

    e2e.it('deletes all picked computers', async () => {
      const { quickInput, dialog } = e2e.window;
      await e2e.window.runCommand('Celesto: Delete Computer…');
      await quickInput.waitFor('Delete Computers');
      await quickInput.choose('maxwell');
      await quickInput.choose('sagan');
      await quickInput.accept();
      await dialog.waitFor('Delete 2 computers?');
      await dialog.press('Delete');
      await e2e.row('maxwell').waitForGone();
      await e2e.row('sagan').waitForGone();
      const names = async () => (await e2e.computers()).map(({ name }) => name);
      await until('both are gone', async () => !(await names()).some((name) => /maxwell|sagan/.test(name)));
      assert.deepEqual(await e2e.window.notifications.texts(), []);
    });
  });
}
