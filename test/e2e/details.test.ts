import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { runCommand } from '../emulator/sandbox/exec';
import { until } from '../harness/until';
import { E2eHarness } from './e2eHarness';

describe('computers at a glance, and those named elsewhere', () => {
  const stage = new E2eHarness('glance', {
    seed: [
      { name: 'einstein' },
      { name: 'curie', status: 'stopped' },
      { name: 'noether', status: 'error', lastError: 'The disk of <b>this</b> computer is full.' },
    ],
  });

  /** The frame of the page that shows a Markdown file. */
  const preview = async (text: RegExp): Promise<string> =>
    until('the page of details', async () => {
      for (const frame of stage.window.page.frames().slice(1)) {
        const body = await frame
          .locator('body')
          .innerText({ timeout: 1_000 })
          .catch(() => '');
        if (text.test(body)) return body;
      }
      return undefined;
    });

  stage.it('the status bar tells how many run, and what they cost', async () => {
    await stage.row('einstein').waitForDescription('running');
    await until('the entry', () => stage.window.statusBarEntry(/^\s*1\s*$/));
    const entry = stage.window.page.locator('.part.statusbar .statusbar-item[id*="celesto"]');
    await until('the price', async () => {
      await entry.hover();
      const tips = await stage.window.page.locator('.workbench-hover').allInnerTexts();
      return tips.some((tip) => /1 computer is running, about \$[\d.]+ an hour/.test(tip));
    });
    await stage.screenshot('status bar');
  });

  stage.it('the tooltip of one that runs tells how it does, asked when the mouse is there', async () => {
    const { id } = await stage.computer('einstein');
    const latest = {
      ...{ uptime_seconds: 12_345, cpu_used_percent: 42, ram_used_mb: 512, ram_total_mb: 2048 },
      ...{ disk_used_mb: 3072, disk_total_mb: 10_240 },
    };
    await stage.control.setMetrics({ id, metrics: { latest, samples: [] } });
    const asked = async () => (await stage.control.requests({ path: '/observability' })).length;
    assert.equal(await asked(), 0, 'nobody asks for what nobody looks at');
    await stage.row('curie').hover('State: stopped');
    assert.equal(await asked(), 0);

    const text = await stage.row('einstein').hover('Up for');
    await stage.screenshot('tooltip');
    for (const fact of ['CPU: 42 %', 'Memory: 512 MB of 2 GB', 'Disk in use: 3 GB of 10 GB'])
      assert.ok(text.includes(fact), text);
    assert.match(text, /Up for: 3 h 26 min/);
    assert.equal(await asked(), 1);
    await stage.control.setMetrics({ id });
  });

  stage.it('a click on it leads to a computer and to what can be done with it', async () => {
    await stage.window.page.locator('.part.statusbar .statusbar-item[id*="celesto"]').click();
    await stage.window.quickInput.choose('curie');
    await stage.window.quickInput.waitFor('curie');
    await stage.screenshot('actions');
    await stage.window.quickInput.choose('Show Details');
    const text = await preview(/curie/);
    assert.match(text, /State\s+stopped/);

    const { quickInput } = stage.window;
    await stage.window.runCommand('Celesto: Pick a Computer…');
    await quickInput.choose('einstein');
    await quickInput.waitFor('einstein');
    await quickInput.choose('Run Command…');
    await quickInput.waitFor('Run Command on einstein');
    await quickInput.cancel();
  });

  stage.it('the page of a computer tells how it does, what ran on it, and what the plan allows', async () => {
    const menu = await stage.row('einstein').openMenu();
    await menu.choose('Show Details');
    const text = await preview(/einstein[^]*The last 24 hours/);
    assert.match(text, /Memory\s+[\d.]+ [MG]B of/);
    assert.match(text, /Commands/);
    assert.match(text, /Running computers\s+1/);
    await stage.screenshot('details');
  });

  stage.it(
    'the page of one that needs attention tells why and what to do; server text stays text',
    async () => {
      const menu = await stage.row('noether').openMenu();
      await menu.choose('Show Details');
      const text = await preview(/noether[^]*A start may help/);
      assert.match(text, /The disk of <b>this<\/b> computer is full\./);
    },
  );

  stage.it('a saved agent session is resumed in its directory; its computer is started', async () => {
    const file = 'agent-session.json';
    const { id } = await stage.computer('curie');
    await stage.callFromOutside('POST', 'curie', 'start');
    await stage.waitForStatus('curie', 'running');
    await runCommand(stage.emulator.computers.sandbox(id).start('mkdir ~/work', 10_000));
    await stage.callFromOutside('POST', 'curie', 'stop');
    await stage.waitForStatus('curie', 'stopped');
    const session = { type: 'celesto', computer_id: id, manifest: { root: '~/work' } };
    writeFileSync(join(stage.folder, 'empty', file), JSON.stringify({ steps: [], sandbox: session }));
    writeFileSync(join(stage.folder, 'empty', 'state.json'), '{"type":"docker"}');
    await stage.window.openFile(file);
    await stage.window.page
      .locator('.editor-actions [aria-label^="Resume Saved Agent Session"]')
      .first()
      .click();
    await stage.terminals.waitForText('ohm@curie:~/work$ ');
    await stage.screenshot('resumed');
  });

  stage.it('a file without a session says so', async () => {
    await stage.window.openFile('state.json');
    await stage.window.page
      .locator('.editor-actions [aria-label^="Resume Saved Agent Session"]')
      .first()
      .click();
    await stage.window.notifications.waitFor('This file holds no saved session of a Celesto computer.');
  });

  stage.it('the default of the workspace is chosen once, and opened by a command', async () => {
    const menu = await stage.row('einstein').openMenu();
    await menu.choose('Use as Workspace Default');
    await stage.window.notifications.waitFor('einstein is now the default computer of this workspace.');
    await stage.window.runCommand('Celesto: Open Workspace Default');
    await stage.terminals.waitForText('ohm@einstein:~$ ');
  });

  stage.it('a link asks before it does anything', async () => {
    const { dialog, quickInput } = stage.window;
    await stage.callFromOutside('POST', 'curie', 'stop');
    await stage.waitForStatus('curie', 'stopped');
    await stage.window.runCommand('Developer: Open URL');
    await quickInput.fill('vscode://celesto.celesto-computers/open?computer=curie');
    await quickInput.accept();
    // VS Code asks first, whatever the extension.
    await dialog.waitFor("Allow 'Celesto Computers' extension to open this URI?");
    await dialog.press('Open');
    await dialog.waitFor('Open a terminal on the computer curie?');
    await stage.screenshot('link');
    await dialog.press('Cancel');
    assert.equal((await stage.computer('curie')).status, 'stopped');
  });

  it('leaves the window without errors', () => assert.deepEqual(stage.window.errors, []));
});
