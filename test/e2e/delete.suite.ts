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

/** Deleting one and several. */
export function deleteTests(stage: E2eHarness): void {
  const loss =
    'All files on it will be lost, and everything that runs on it will end, including its terminals.';
  const deletions = () => stage.control.requests({ method: 'DELETE' });

  describe('deleting', () => {
    stage.it('asks first, names what is lost, and does nothing when told not to', async () => {
      const menu = await stage.row('hopper').openMenu();
      await menu.choose('Delete Computer…');
      await stage.window.dialog.waitFor('Delete hopper?');
      await stage.window.dialog.waitFor(loss);
      await stage.screenshot('delete');
      await stage.window.dialog.press('Cancel');
      assert.deepEqual(await deletions(), []);
      await stage.row('hopper').waitForDescription('stopped');
    });

    stage.it('deletes at the Delete key, once confirmed', async () => {
      await stage.control.setTimes({ delete: 60_000 });
      await stage.row('hopper').toggleSelected();
      await stage.window.page.keyboard.press('Delete');
      await stage.window.dialog.waitFor('Delete hopper?');
      await stage.window.dialog.press('Delete');
      await stage.row('hopper').waitForDescription('being deleted');
      await stage.control.setStatus({ id: 'hopper', status: 'deleted' });
      await stage.row('hopper').waitForGone();
      await stage.control.setTimes({ delete: 300 });
      assert.equal((await deletions()).length, 1);
    });

    stage.it('lists several, deletes them together, and tells which could not be', async () => {
      const [kepler, maxwell, planck] = await Promise.all(
        ['kepler', 'maxwell', 'planck'].map((name) => stage.computer(name)),
      );
      await stage.row('kepler').toggleSelected();
      await stage.row('maxwell').toggleSelected();
      await stage.row('planck').toggleSelected();
      const menu = await stage.row('planck').openMenu();
      await menu.choose('Delete Computer…');
      await stage.window.dialog.waitFor('Delete 3 computers?');
      const text = await stage.window.dialog.text();
      await stage.screenshot('delete several');
      for (const { name, id } of [kepler!, maxwell!, planck!])
        assert.ok(text.includes(`${name} (${id}, stopped)`), text);
      // The service deletes two of them.
      const gone = [kepler!.id, planck!.id];
      for (const id of gone) await stage.control.setStatus({ id, status: 'deleted' });
      await stage.control.addFault({
        path: '/bulk-delete$',
        answer: { status: 200, body: { deleted: 2, deleted_ids: gone, failed_ids: [maxwell!.id] } },
      });
      await stage.window.dialog.press('Delete');
      await stage.window.notifications.waitFor(
        'Deleted: kepler, planck. Not deleted: maxwell (stopped). Try again, or delete them one by one to see why.',
      );
      await stage.screenshot('deleted in part');
      await stage.row('kepler').waitForGone();
      await stage.row('planck').waitForGone();
      await stage.row('maxwell').waitForDescription('stopped');
      await stage.window.notifications.close(/^Deleted: kepler/);
    });

    stage.it('deletes all that are picked', async () => {
      const { quickInput, dialog } = stage.window;
      await stage.window.runCommand('Celesto: Delete Computer…');
      await quickInput.waitFor('Delete Computers');
      await quickInput.choose('maxwell');
      await quickInput.choose('sagan');
      await quickInput.accept();
      await dialog.waitFor('Delete 2 computers?');
      await dialog.press('Delete');
      await stage.row('maxwell').waitForGone();
      await stage.row('sagan').waitForGone();
      const names = async () => (await stage.computers()).map(({ name }) => name);
      await until('both are gone', async () => !(await names()).some((name) => /maxwell|sagan/.test(name)));
      assert.deepEqual(await stage.window.notifications.texts(), []);
    });
  });
}
