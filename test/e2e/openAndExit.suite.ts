import assert from 'node:assert/strict';
import { before, describe } from 'node:test';
import { until } from '../harness/until';
import type { E2eHarness } from './e2eHarness';

/**
 * Tests of the main path: a click on a stopped computer, its prompt, commands, exit.
 * @param curie the name of a stopped computer
 */
export function openAndExitTests(e2e: E2eHarness, curie: string): void {
  const prompt = `ohm@${curie}:~$ `;

  describe('a click on a stopped computer', () => {
    // Longer than the checks of the steps before the prompt take.
    before(() => e2e.control.setTimes({ start: 60_000 }));

    e2e.it('opens a tab, reports each step dimly, and reaches the prompt', async () => {
      const { terminals } = e2e;
      await e2e.row(curie).waitForDescription('stopped');
      await e2e.screenshot('1 stopped');
      await e2e.row(curie).click();
      await terminals.waitForTab(`${curie} (starting)`);
      await terminals.waitForText(`${curie}: stopped. Starting it… (Ctrl+C cancels)`);
      assert.equal((await e2e.computer(curie)).status, 'starting', 'All that happened while it starts.');
      await e2e.row(curie).waitForDescription('starting');
      await e2e.screenshot('2 starting');
      await e2e.control.setStatus({ id: curie, status: 'running' });
      await terminals.waitForText(prompt);
      const [step = '', connecting = '', ...output] = (await terminals.text()).split('\n');
      assert.match(connecting, /^Connecting to ohm@127\.0\.0\.1:\d+…$/);
      assert.equal(output.at(-1), prompt);
      assert.deepEqual([await terminals.isDim(step), await terminals.isDim(connecting)], [true, true]);
      assert.equal(await terminals.isDim(prompt.trim()), false);
      await terminals.waitForTab(curie);
      await e2e.row(curie).waitForDescription('running');
      await e2e.screenshot('3 prompt');
    });

    e2e.it('runs commands on that computer', async () => {
      await e2e.terminals.enter('hostname');
      await e2e.terminals.waitForText(new RegExp(`^${curie}$`, 'm'));
    });

    e2e.it('sends and shows all of Unicode', async () => {
      await e2e.terminals.enter("printf '%s|' ünï→ 漢字 😀 é; echo");
      await e2e.terminals.waitForText(/^ünï→\|漢字\|😀\|é\|$/m);
    });

    e2e.it('has the size of the window and follows its changes', async () => {
      const { terminals, window } = e2e;
      // Repeated if the size changes in between.
      const sizeOnComputer = () =>
        until('the size of the window', async () => {
          const { rows, columns } = await terminals.size();
          await terminals.enter('clear; stty size');
          await terminals.waitForText(new RegExp(`^${rows} ${columns}$`, 'm'), 5_000);
          return { rows, columns };
        });
      const before = await sizeOnComputer();
      await window.page.setViewportSize({ width: 1000, height: 640 });
      await until('a narrower terminal', async () => (await terminals.size()).columns < before.columns);
      await sizeOnComputer();
      await e2e.screenshot('4 smaller');
      await window.page.setViewportSize({ width: 1280, height: 800 });
    });

    e2e.it('closes the tab at exit', async () => {
      await e2e.terminals.enter('exit');
      await e2e.terminals.waitForTabGone(curie);
      assert.deepEqual(await e2e.window.notifications.texts(), []);
    });

    e2e.it('reports the exit code of a shell that failed', async () => {
      await e2e.row(curie).click();
      await e2e.terminals.waitForText(prompt);
      // VS Code takes a shell that ends within half a second for one that could not be launched.
      await e2e.terminals.enter('sleep 0.6; exit 3');
      await e2e.window.notifications.waitFor(/terminated with exit code: 3/);
      await e2e.screenshot('5 exit 3');
      await e2e.terminals.waitForTabGone(curie);
      await e2e.window.notifications.close(/exit code: 3/);
    });
  });
}
