import assert from 'node:assert/strict';
import { before, describe } from 'node:test';
import { until } from '../harness/until';
import type { E2eHarness } from './e2eHarness';

/**
 * What the extension is for: from a click on a stopped computer to its prompt, and out again.
 * @param curie the name of a computer that is stopped
 */
export function openAndExitTests(stage: E2eHarness, curie: string): void {
  const prompt = `ohm@${curie}:~$ `;

  describe('the walk', () => {
    // What comes before the prompt is looked at first.
    before(() => stage.control.setTimes({ start: 60_000 }));

    stage.it('shows a tab at a click, tells each step dimly, and gets to the prompt', async () => {
      const { terminals } = stage;
      await stage.row(curie).waitForDescription('stopped');
      await stage.screenshot('1 stopped');
      await stage.row(curie).click();
      await terminals.waitForTab(`${curie} (starting)`);
      await terminals.waitForText(`${curie}: stopped. Starting it… (Ctrl+C cancels)`);
      assert.equal((await stage.computer(curie)).status, 'starting', 'All that before it has started.');
      await stage.row(curie).waitForDescription('starting');
      await stage.screenshot('2 starting');
      await stage.control.setStatus({ id: curie, status: 'running' });
      await terminals.waitForText(prompt);
      const [step = '', connecting = '', ...rest] = (await terminals.text()).split('\n');
      assert.match(connecting, /^Connecting to ohm@127\.0\.0\.1:\d+…$/);
      assert.equal(rest.at(-1), prompt);
      assert.deepEqual([await terminals.isDim(step), await terminals.isDim(connecting)], [true, true]);
      assert.equal(await terminals.isDim(prompt.trim()), false);
      await terminals.waitForTab(curie);
      await stage.row(curie).waitForDescription('running');
      await stage.screenshot('3 prompt');
    });

    stage.it('is in the computer', async () => {
      await stage.terminals.enter('hostname');
      await stage.terminals.waitForText(new RegExp(`^${curie}$`, 'm'));
    });

    stage.it('types and shows all of Unicode', async () => {
      await stage.terminals.enter("printf '%s|' ünï→ 漢字 😀 é; echo");
      await stage.terminals.waitForText(/^ünï→\|漢字\|😀\|é\|$/m);
    });

    stage.it('has the size of the window, and follows it', async () => {
      const { terminals, window } = stage;
      // Asked again where it has changed meanwhile.
      const told = () =>
        until('the size that the window has', async () => {
          const { rows, columns } = await terminals.size();
          await terminals.enter('clear; stty size');
          await terminals.waitForText(new RegExp(`^${rows} ${columns}$`, 'm'), 5_000);
          return { rows, columns };
        });
      const before = await told();
      await window.page.setViewportSize({ width: 1000, height: 640 });
      await until('a narrower terminal', async () => (await terminals.size()).columns < before.columns);
      await told();
      await stage.screenshot('4 smaller');
      await window.page.setViewportSize({ width: 1280, height: 800 });
    });

    stage.it('closes the tab at exit', async () => {
      await stage.terminals.enter('exit');
      await stage.terminals.waitForTabGone(curie);
      assert.deepEqual(await stage.window.notifications.texts(), []);
    });

    stage.it('tells the exit code of a shell that failed', async () => {
      await stage.row(curie).click();
      await stage.terminals.waitForText(prompt);
      // VS Code takes a shell that ends within half a second for one that could not be launched.
      await stage.terminals.enter('sleep 0.6; exit 3');
      await stage.window.notifications.waitFor(/terminated with exit code: 3/);
      await stage.screenshot('5 exit 3');
      await stage.terminals.waitForTabGone(curie);
      await stage.window.notifications.close(/exit code: 3/);
    });
  });
}
