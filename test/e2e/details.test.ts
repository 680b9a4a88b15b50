import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { runCommand } from '../emulator/sandbox/exec';
import { until } from '../harness/until';
import { E2eHarness } from './e2eHarness';

describe('status bar, details, saved sessions and links', () => {
  const e2e = new E2eHarness('details', {
    seed: [
      { name: 'einstein' },
      { name: 'curie', status: 'stopped' },
      { name: 'noether', status: 'error', lastError: 'The disk of <b>this</b> computer is full.' },
    ],
  });

  /** Waits for a Markdown preview with this text. @returns all of its text */
  const preview = async (text: RegExp): Promise<string> =>
    until('the page of details', async () => {
      for (const frame of e2e.window.page.frames().slice(1)) {
        const body = await frame
          .locator('body')
          .innerText({ timeout: 1_000 })
          .catch(() => '');
        if (text.test(body)) return body;
      }
      return undefined;
    });

  e2e.it('the status bar shows how many computers run and their cost', async () => {
    await e2e.row('einstein').waitForDescription('running');
    await until('the entry', () => e2e.window.statusBarEntry(/^\s*1\s*$/));
    const entry = e2e.window.page.locator('.part.statusbar .statusbar-item[id*="celesto"]');
    await until('the price', async () => {
      await entry.hover();
      const tips = await e2e.window.page.locator('.workbench-hover').allInnerTexts();
      return tips.some((tip) => /1 computer is running, about \$[\d.]+ an hour/.test(tip));
    });
    await e2e.screenshot('status bar');
  });

  e2e.it('the tooltip of a running computer shows its metrics, which are requested on hover', async () => {
    const { id } = await e2e.computer('einstein');
    const latest = {
      ...{ uptime_seconds: 12_345, cpu_used_percent: 42, ram_used_mb: 512, ram_total_mb: 2048 },
      ...{ disk_used_mb: 3072, disk_total_mb: 10_240 },
    };
    await e2e.control.setMetrics({ id, metrics: { latest, samples: [] } });
    const metricsRequests = async () => (await e2e.control.requests({ path: '/observability' })).length;
    assert.equal(await metricsRequests(), 0, 'no metrics are requested before a tooltip needs them');
    await e2e.row('curie').hover('State: stopped');
    assert.equal(await metricsRequests(), 0);

    const text = await e2e.row('einstein').hover('Uptime');
    await e2e.screenshot('tooltip');
    for (const fact of ['CPU: 42 %', 'Memory: 512 MB of 2 GB', 'Disk in use: 3 GB of 10 GB'])
      assert.ok(text.includes(fact), text);
    assert.match(text, /Uptime: 3 h 26 min/);
    assert.equal(await metricsRequests(), 1);
    await e2e.control.setMetrics({ id });
  });

  e2e.it('a click on the status bar picks a computer, then an action', async () => {
    await e2e.window.page.locator('.part.statusbar .statusbar-item[id*="celesto"]').click();
    await e2e.window.quickInput.choose('curie');
    await e2e.window.quickInput.waitFor('curie');
    await e2e.screenshot('actions');
    await e2e.window.quickInput.choose('Show Details');
    const text = await preview(/curie/);
    assert.match(text, /State\s+stopped/);

    const { quickInput } = e2e.window;
    await e2e.window.runCommand('Celesto: Pick a Computer…');
    await quickInput.choose('einstein');
    await quickInput.waitFor('einstein');
    await quickInput.choose('Run Command…');
    await quickInput.waitFor('Run Command on einstein');
    await quickInput.cancel();
  });

  e2e.it('the details of a computer show its metrics, its commands and the plan', async () => {
    await e2e.control.setFeatures({ billingSummary: true });
    const menu = await e2e.row('einstein').openMenu();
    await menu.choose('Show Details');
    const text = await preview(/einstein[^]*The last 24 hours/);
    assert.match(text, /Memory\s+[\d.]+ [MG]B of/);
    assert.match(text, /Commands/);
    assert.match(text, /Running computers\s+1/);
    await e2e.screenshot('details');
  });

  e2e.it(
    'the details of one that needs attention say why and what to do, with server text escaped',
    async () => {
      const menu = await e2e.row('noether').openMenu();
      await menu.choose('Show Details');
      const text = await preview(/noether[^]*Try starting it/);
      assert.match(text, /The disk of <b>this<\/b> computer is full\./);
    },
  );

  e2e.it('a saved agent session is resumed in its directory, on its computer, which is started', async () => {
    const file = 'agent-session.json';
    const { id } = await e2e.computer('curie');
    await e2e.callFromOutside('POST', 'curie', 'start');
    await e2e.waitForStatus('curie', 'running');
    await runCommand(e2e.emulator.computers.sandbox(id).start('mkdir ~/work', 10_000));
    await e2e.callFromOutside('POST', 'curie', 'stop');
    await e2e.waitForStatus('curie', 'stopped');
    const session = { type: 'celesto', computer_id: id, manifest: { root: '~/work' } };
    writeFileSync(join(e2e.folder, 'empty', file), JSON.stringify({ steps: [], sandbox: session }));
    writeFileSync(join(e2e.folder, 'empty', 'state.json'), '{"type":"docker"}');
    await e2e.window.openFile(file);
    await e2e.window.page
      .locator('.editor-actions [aria-label^="Resume Saved Agent Session"]')
      .first()
      .click();
    await e2e.window.dialog.waitFor(`Start curie for the session in ${file}?`);
    await e2e.window.dialog.press('Start');
    await e2e.terminals.waitForText('ohm@curie:~/work$ ');
    await e2e.screenshot('resumed');
  });

  e2e.it('a file without a session reports that', async () => {
    await e2e.window.openFile('state.json');
    await e2e.window.page
      .locator('.editor-actions [aria-label^="Resume Saved Agent Session"]')
      .first()
      .click();
    await e2e.window.notifications.waitFor(
      'This file does not contain a saved session of a Celesto computer.',
    );
  });

  e2e.it('the default computer of the workspace is chosen once, and opened by a command', async () => {
    const menu = await e2e.row('einstein').openMenu();
    await menu.choose('Use as Workspace Default');
    await e2e.window.notifications.waitFor('einstein is now the default computer of this workspace.');
    await e2e.window.runCommand('Celesto: Open Workspace Default');
    await e2e.terminals.waitForText('ohm@einstein:~$ ');
  });

  e2e.it('a link asks before it opens a computer', async () => {
    const { dialog, quickInput } = e2e.window;
    await e2e.callFromOutside('POST', 'curie', 'stop');
    await e2e.waitForStatus('curie', 'stopped');
    await e2e.window.runCommand('Developer: Open URL');
    await quickInput.fill('vscode://celesto.celesto-computers/open?computer=curie');
    await quickInput.accept();
    // VS Code's own question, for links to any extension.
    await dialog.waitFor("Allow 'Celesto Computers' extension to open this URI?");
    await dialog.press('Open');
    await dialog.waitFor('Open a terminal on the computer curie?');
    await e2e.screenshot('link');
    await dialog.press('Cancel');
    assert.equal((await e2e.computer('curie')).status, 'stopped');
  });

  it('leaves the window without errors', () => assert.deepEqual(e2e.window.errors, []));
});
