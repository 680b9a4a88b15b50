import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { until } from '../harness/until';
import { E2eHarness } from './e2eHarness';

const day = 86_400_000;

describe('facts of the service about computers and the account', () => {
  const soon = new Date(Date.now() + 3 * day);
  const e2e = new E2eHarness('service-facts', {
    times: { build: 8_000 },
    seed: [
      { name: 'einstein', project: 'web', publicPorts: false },
      { name: 'curie', status: 'stopped', diskDeleteAt: soon.toISOString(), published: [3000] },
      { name: 'lovelace', status: 'restorable' },
      { name: 'runner', origin: 'github_ci' },
      { name: 'builder', status: 'stopped', origin: 'template_build', project: 'web' },
    ],
  });
  const dayOf = (date: Date): string => date.toLocaleDateString('en-US', { dateStyle: 'long' });

  e2e.it(
    'a disk that is deleted within five days is warned of, with Start as the way to keep it',
    async () => {
      const warning = `The disk of curie is kept only until ${dayOf(soon)}. Start it to keep its files.`;
      await e2e.window.notifications.waitFor(warning);
      await e2e.row('curie').waitForDescription(`disk is kept until ${dayOf(soon)}`);
      const tooltip = await e2e.row('curie').hover('Disk is kept until');
      assert.ok(tooltip.includes(`Disk is kept until: ${dayOf(soon)}`), tooltip);
      assert.match(tooltip, /Files: A stop keeps all files\. A restore keeps no files/);
      await e2e.screenshot('disk');
      assert.deepEqual(await e2e.window.notifications.buttons(warning), ['Start']);
      await e2e.window.notifications.close(warning);
    },
  );

  e2e.it("the service's own machines are marked, come last, and are left out of counts", async () => {
    await e2e.tree.waitForLabels(['einstein', 'curie', 'lovelace', 'runner', 'builder']);
    await e2e.row('runner').waitForDescription(/^CI runner · running/);
    await e2e.row('builder').waitForDescription(/^template build · stopped/);
    assert.match(await e2e.row('runner').ariaLabel(), /^runner, CI runner, running/);
    assert.equal(await e2e.window.badge('Celesto'), '1');
    await until('the entry', () => e2e.window.statusBarEntry(/^\s*1\s*$/));
  });

  e2e.it('pickers leave them out; only their own menu acts on them', async () => {
    const { dialog, quickInput } = e2e.window;
    await e2e.window.runCommand('Celesto: Delete Computer…');
    await quickInput.waitFor('Delete Computers');
    await quickInput.waitForEntry('einstein');
    assert.deepEqual(await quickInput.labels(), ['einstein', 'curie', 'lovelace']);
    await e2e.screenshot('picker');
    await quickInput.cancel();
    await (await e2e.row('runner').openMenu()).choose('Delete Computer…');
    assert.match(
      await dialog.text(),
      /^Delete runner\?\nIn the organization of the API key\.\n\nCelesto runs it for itself: CI runner\./,
    );
    await dialog.press('Cancel');
    await (await e2e.row('runner').openMenu()).choose('Use as Workspace Default');
    const refusal = 'Celesto runs runner for itself. Select a computer of your own.';
    await e2e.window.notifications.waitFor(refusal);
    await e2e.window.notifications.close(refusal);
  });

  e2e.it('a port of a stopped computer is suspended: its URL can be copied, not opened', async () => {
    await e2e.row('curie').expand();
    const port = e2e.tree.row('Port 3000');
    await port.waitForDescription('public · suspended until curie runs again');
    const menu = await port.openMenu();
    await e2e.screenshot('suspended');
    assert.deepEqual(await menu.entries(), ['Copy URL of Published Port', 'Unpublish Port…']);
    await menu.choose('Copy URL of Published Port');
    const copied = 'The URL of port 3000 was copied. It is suspended, and works when curie runs again.';
    await e2e.window.notifications.waitFor(copied);
    await e2e.window.notifications.close(copied);
    assert.equal(await e2e.window.readClipboard(), (await e2e.computer('curie')).published_ports[0]?.url);

    await e2e.row('curie').pressButton('Start Computer');
    await port.waitForDescription(/^public · http/);
    assert.ok((await port.buttons()).some((button) => button.startsWith('Open')));
  });

  e2e.it('a publish that the image rules out is refused in the words of the service', async () => {
    const refusal = /^The image of this computer does not support public ports\./;
    const { dialog, quickInput } = e2e.window;
    await (await e2e.row('einstein').openMenu()).choose('Publish Port…');
    await quickInput.waitFor('Publish Port of einstein');
    await quickInput.fill('8080');
    await quickInput.choose('Port 8080');
    await dialog.press('Publish');
    await e2e.window.notifications.waitFor(refusal);
    await e2e.window.notifications.close(refusal);
  });

  e2e.it('a stop says until when the disk is kept', async () => {
    await e2e.row('curie').pressButton('Stop Computer');
    const stopped = /^curie was stopped\. Its disk is kept until \w+ \d+, \d{4}\.$/;
    await e2e.window.notifications.waitFor(stopped);
    await e2e.screenshot('stopped');
    await e2e.window.notifications.close(stopped);
  });

  e2e.it('the plan shows by its command and in the status bar', async () => {
    const { dialog } = e2e.window;
    await e2e.window.runCommand('Celesto: Show Plan and Usage');
    const text = await dialog.text();
    assert.match(
      text,
      /^Plan and Usage\nPlan: pay as you go\nRunning computers: \d of \d+\nThis month: about \$\d/,
    );
    await e2e.screenshot('plan');
    await dialog.press('Cancel');
    await until('the tooltip', async () => {
      await e2e.window.page.locator('.part.statusbar .statusbar-item[id*="celesto"]').hover();
      const tips = await e2e.window.page.locator('.workbench-hover').allInnerTexts();
      return tips.some((tip) => /running, about[^]*Plan: pay as you go[^]*This month: about/.test(tip));
    });
    await e2e.screenshot('status bar');
    const asked = await e2e.control.requests({ path: '/usage-overview$' });
    assert.equal(asked.length, 1, 'once in five minutes');
  });

  e2e.it(
    'the build log of a failed template tells the reason first; a rebuild is followed to its end',
    async () => {
      const { dialog, notifications, quickInput } = e2e.window;
      const script = ['echo one', 'false', 'echo two'].join('\n');
      await e2e.control.seedTemplate({
        name: 'tools',
        status: 'failed',
        script,
        log: '\u001b[31mno such package\r\n',
      });
      await e2e.window.runCommand('Celesto: Show Build Log of Template…');
      await quickInput.waitFor('Show Build Log');
      await quickInput.choose('tools');
      const shown = async (): Promise<string> =>
        (await e2e.window.page.locator('.editor-instance .view-lines').first().innerText()).replaceAll(
          '\u00a0',
          ' ',
        );
      await until('the log', async () => /Template tools: failed[^]*no such package/.test(await shown()));
      const text = await shown();
      assert.match(text, /Reason: [^]*␛\[31mno such package/);
      await e2e.screenshot('build log');

      await e2e.window.runCommand('Celesto: Rebuild Template…');
      await quickInput.waitFor('Rebuild Template');
      await quickInput.choose('tools');
      assert.match(await dialog.text(), /^Rebuild the template tools\?/);
      await dialog.press('Rebuild');
      await notifications.press('The template tools is being rebuilt.', 'Show Build Log');
      await until('the build', async () =>
        /Template tools: (being built|waiting to be built)/.test(await shown()),
      );
      await e2e.screenshot('building');
      await until('its end', async () => (await shown()).includes('Template tools: failed'), 40_000);
    },
  );

  e2e.it('little credit and the last slot are told before they are used up', async () => {
    const { notifications } = e2e.window;
    const end = new Date(Date.now() + 20 * day);
    await e2e.control.setProjects({ further: ['web'] });
    await e2e.control.setBilling({
      runningLimit: 3,
      usage: { state: 'trial', trial_credit_remaining_usd: '0.40', trial_expires_at: end.toISOString() },
    });
    await e2e.window.reload();
    await e2e.window.openContainer('Celesto');
    const credit = `Less than $1 of your trial credit is left, until ${dayOf(end)}.`;
    assert.deepEqual(await notifications.buttons(credit), ['Open Billing']);
    await notifications.close(credit);
    await e2e.row('curie').pressButton('Start Computer');
    const slot = 'This is the last of 3 computers that your plan runs at the same time.';
    await notifications.waitFor(slot);
    await e2e.screenshot('last slot');
    await notifications.close(slot);
    await e2e.row('curie').waitForDescription('running');
  });

  e2e.it('the list is filtered by a project, which the title and a line above it name', async () => {
    const { quickInput } = e2e.window;
    const choose = async (project: string): Promise<void> => {
      await e2e.window.runCommand('Celesto: Filter by Project…');
      await quickInput.waitFor('Filter by Project');
      await quickInput.choose(project);
    };
    await choose('web');
    await e2e.tree.waitForLabels(['einstein', 'builder']);
    await e2e.tree.waitForMessage('Only the project web');
    await e2e.screenshot('project');
    assert.deepEqual(await e2e.window.notifications.texts(), []);
    await choose('All projects');
    await e2e.row('curie').waitFor();
    await e2e.tree.waitForNoMessage();
  });

  it('leaves the window without errors', () => assert.deepEqual(e2e.window.errors, []));
});
