import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { until } from '../harness/until';
import { E2eHarness } from './e2eHarness';

describe('the list of computers', () => {
  const e2e = new E2eHarness('tree', {
    seed: [
      { name: 'ampere', status: 'stopped' },
      { name: 'einstein', template: 'coding-agent' },
      { name: 'node-10', status: 'stopped' },
      { name: 'node-2', status: 'stopped' },
      { name: 'turing', status: 'creating' },
      { name: 'fermi', status: 'starting' },
      { name: 'planck', status: 'restoring' },
      { name: 'gauss', status: 'pending' },
      { name: 'hopper', status: 'stopping' },
      { name: 'lovelace', status: 'restorable' },
      { name: 'noether', status: 'error', lastError: 'The disk of this computer is full.' },
      { name: 'darwin', status: 'lost' },
      { name: 'galileo', status: 'deleting' },
      { name: 'bohr', status: 'hibernating' },
    ],
  });
  const all = [
    ...['einstein', 'fermi', 'gauss', 'planck', 'turing', 'galileo', 'hopper', 'noether'],
    ...['ampere', 'node-2', 'node-10', 'lovelace', 'darwin', 'bohr'],
  ];

  e2e.it('shows each status by icon and text, sorted by status and name', async () => {
    await e2e.tree.waitForLabels(all);
    const scratch = (label: string, status: string, icon: string) => ({
      label,
      description: `${status} · scratch · 1 CPU, 2 GB`,
      icon,
    });
    assert.deepEqual(await e2e.tree.contents(), [
      { label: 'einstein', description: 'running · coding-agent · 2 CPU, 4 GB', icon: 'vm-running' },
      scratch('fermi', 'starting', 'loading'),
      scratch('gauss', 'waiting for a host', 'loading'),
      scratch('planck', 'being restored', 'loading'),
      scratch('turing', 'being created', 'loading'),
      scratch('galileo', 'being deleted', 'loading'),
      scratch('hopper', 'stopping', 'loading'),
      scratch('noether', 'needs attention', 'error'),
      scratch('ampere', 'stopped', 'vm-outline'),
      scratch('node-2', 'stopped', 'vm-outline'),
      scratch('node-10', 'stopped', 'vm-outline'),
      scratch('lovelace', 'can be restored', 'history'),
      scratch('darwin', 'lost', 'warning'),
      scratch('bohr', 'hibernating', 'question'),
    ]);
    assert.equal(await e2e.window.badge('Celesto'), '1');
    await e2e.screenshot('1 states');
  });

  e2e.it('describes each row to a screen reader', async () => {
    assert.equal(
      await e2e.row('noether').ariaLabel(),
      'noether, needs attention, The disk of this computer is full., scratch, 1 CPU, 2 GB',
    );
  });

  e2e.it('shows the details of a computer in its tooltip', async () => {
    const tooltip = await e2e.row('noether').hover('Last error');
    const { id } = await e2e.computer('noether');
    await e2e.screenshot('2 tooltip');
    for (const fact of [
      /^noether$/m,
      /^State: needs attention$/m,
      /^Last error: The disk of this computer is full\.$/m,
      new RegExp(`^ID: ${id}$`, 'm'),
      /^Template: scratch$/m,
      /^Size: 1 CPU, 2 GB$/m,
      /^Disk: 4 GB$/m,
      /^Region: local$/m,
      /^Network: open$/m,
      /^Created: \w+ \d+, \d{4}, \d+:\d\d/m,
    ])
      assert.match(tooltip, fact);
  });

  e2e.it('is filtered as the user types', async () => {
    const { quickInput } = e2e.window;
    await e2e.tree.pressTitleButton('Filter Computers…');
    await quickInput.waitFor('Filter Computers');
    await quickInput.fill('stopped');
    await e2e.tree.waitForLabels(['ampere', 'node-2', 'node-10']);
    await e2e.tree.waitForMessage('Filter "stopped": 3 of 14');
    await quickInput.fill('NODE-1');
    await e2e.tree.waitForLabels(['node-10']);
    await quickInput.accept();
    await e2e.screenshot('3 filter');
    await e2e.tree.waitForMessage('Filter "NODE-1": 1 of 14');
    await e2e.tree.pressTitleButton('Clear Filter');
    await e2e.tree.waitForLabels(all);
    await e2e.tree.waitForNoMessage();
  });

  e2e.it('says when no computer matches, and Escape clears the filter', async () => {
    await e2e.window.runCommand('Celesto: Filter Computers…');
    await e2e.window.quickInput.waitFor('Filter Computers');
    await e2e.window.quickInput.fill('nobody');
    await e2e.tree.waitForWelcome('No computers match the filter.');
    assert.deepEqual(await e2e.tree.welcomeButtons(), ['Clear Filter']);
    await e2e.window.quickInput.cancel();
    await e2e.tree.waitForLabels(all);
  });

  e2e.it('is grouped by status, by template, or not at all', async () => {
    await e2e.window.runCommand('Celesto: Group Computers by Template');
    await e2e.tree.waitForLabels(['coding-agent', 'einstein', 'scratch', ...all.slice(1)]);
    await e2e.window.runCommand('Celesto: Group Computers by State');
    await e2e.tree.waitForLabels([
      ...['running', 'einstein', 'starting', 'fermi', 'waiting for a host', 'gauss'],
      ...['being restored', 'planck', 'being created', 'turing', 'being deleted', 'galileo'],
      ...['stopping', 'hopper', 'needs attention', 'noether', 'stopped', 'ampere', 'node-2', 'node-10'],
      ...['can be restored', 'lovelace', 'lost', 'darwin', 'hibernating', 'bohr'],
    ]);
    await e2e.row('stopped').waitForDescription('3');
    await e2e.screenshot('4 groups');
    await e2e.window.runCommand('Celesto: Show Computers without Groups');
    await e2e.tree.waitForLabels(all);
  });

  e2e.it('follows changes by other clients', async () => {
    await e2e.control.setStatus({ id: 'node-2', status: 'running' });
    await e2e.row('node-2').waitForDescription('running');
    await e2e.tree.waitForLabels([
      ...['einstein', 'node-2', ...all.slice(1, 9), 'node-10', 'lovelace', 'darwin', 'bohr'],
    ]);
    await until('the badge says 2', async () => (await e2e.window.badge('Celesto')) === '2');
    await e2e.control.setStatus({ id: 'node-2', status: 'stopped' });
    await e2e.tree.waitForLabels(all);
  });

  e2e.it('stays while the service fails, says so, and recovers', async () => {
    await e2e.control.addFault({ path: '/computers$', times: 'always', answer: { status: 503 } });
    await e2e.tree.waitForMessage(
      'This list may be out of date. Celesto reported an internal error (503). Try again in a moment.',
    );
    assert.deepEqual(
      (await e2e.tree.contents()).map(({ label }) => label),
      all,
    );
    await e2e.screenshot('5 out of date');
    await e2e.control.clearFaults();
    await e2e.tree.waitForNoMessage();
  });

  e2e.it('waits as long as the service asks (Retry-After)', async () => {
    const answer = { status: 429, headers: { 'retry-after': '6' } };
    await e2e.control.addFault({ path: '/computers$', answer });
    await e2e.tree.waitForMessage('This list may be out of date. Too many requests. Try again in 6 s.');
    await e2e.tree.waitForNoMessage();
    const calls = await e2e.control.requests({ path: '/computers$' });
    const refused = calls.findIndex(({ status }) => status === 429);
    assert.ok(calls[refused + 1]!.at - calls[refused]!.at >= 6000);
  });

  e2e.it('shows the other computers when one cannot be parsed', async () => {
    await e2e.control.addFault({ path: '/computers$', times: 'always', badComputer: true });
    await e2e.tree.waitForMessage('One computer could not be read. The log says why.');
    await e2e.tree.waitForLabels(all.filter((name) => name !== 'ampere'));
    await e2e.control.clearFaults();
    await e2e.tree.waitForLabels(all);
  });

  e2e.it('shows malicious names as plain text', async () => {
    const link = '[x](command:workbench.action.closeWindow)';
    const icon = '$(trash) boom';
    const seeds = [link, icon, 'evil\u202Egnp.exe', 'bell\u0007\u001b[31mred\u001b]0;title\u0007'];
    for (const name of seeds)
      await e2e.control.seed({ name, status: 'error', lastError: `**Why?** ${name}` });
    for (const name of [link, icon, 'evilgnp.exe', 'bell[31mred]0;title']) await e2e.row(name).waitFor();
    await e2e.screenshot('6 names');

    for (const name of [link, icon]) {
      const tooltip = await e2e.row(name).hover('Last error');
      assert.ok(tooltip.startsWith(name), tooltip);
      assert.ok(tooltip.includes(`Last error: **Why?** ${name}`), tooltip);
    }

    await e2e.row(icon).click();
    await e2e.terminals.waitForText(`${icon} needs attention: **Why?** ${icon}`);
    await e2e.terminals.waitForTab(`${icon} (not connected)`);
    assert.equal((await e2e.terminals.tabs()).at(-1)?.icon, 'vm-connect');
    await e2e.screenshot('7 tab');
    await e2e.terminals.press('Control+C');
    await e2e.terminals.waitForTabGone(`${icon} (not connected)`);

    await e2e.window.runCommand('Celesto: Open Computer');
    await e2e.window.quickInput.waitForEntry(icon);
    await e2e.window.quickInput.waitForEntry(link);
    await e2e.screenshot('8 picker');
    await e2e.window.quickInput.cancel();

    await e2e.control.setStatus({ id: link, status: 'lost', lastError: link });
    await e2e.row(link).waitForDescription('lost');
    await e2e.row(link).click();
    await e2e.window.notifications.waitFor(/is lost because its host is gone/);
    await e2e.screenshot('9 notification');
    assert.deepEqual(await e2e.window.notifications.links(), []);
    await e2e.window.notifications.close(/is lost/);
  });

  e2e.it('says that there may be more when the page is full', async () => {
    await e2e.control.addFakes({ count: 250 });
    await e2e.tree.waitForMessage('Showing the first 200 computers. There may be more.');
    await e2e.screenshot('10 full');
  });

  e2e.it('is usable with 10,000 computers', async () => {
    await e2e.control.setFeatures({ ignoreListLimit: true });
    await e2e.control.addFakes({ count: 9732 });
    await e2e.tree.waitForMessage('Showing the first 10000 computers. There may be more.');
    await e2e.tree.pressTitleButton('Filter Computers…');
    await e2e.window.quickInput.fill('fake-09999');
    await e2e.tree.waitForLabels(['fake-09999']);
    await e2e.window.quickInput.fill('einstein');
    await e2e.tree.waitForLabels(['einstein']);
    await e2e.window.quickInput.accept();
    await e2e.row('einstein').click();
    await e2e.terminals.waitForText('ohm@einstein:~$ ');
    await e2e.terminals.enter('hostname');
    await e2e.terminals.waitForText(/^einstein$/m);
    assert.deepEqual(e2e.window.errors, []);
  });
});
