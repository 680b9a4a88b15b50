import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { until } from '../harness/until';
import { E2eHarness } from './e2eHarness';

describe('the list of computers', () => {
  const stage = new E2eHarness('tree', {
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

  stage.it('shows each state by a shape and in words, sorted by state and name', async () => {
    await stage.tree.waitForLabels(all);
    const scratch = (label: string, words: string, icon: string) => ({
      label,
      description: `${words} · scratch · 1 CPU, 1 GB`,
      icon,
    });
    assert.deepEqual(await stage.tree.contents(), [
      { label: 'einstein', description: 'running · coding-agent · 2 CPU, 4 GB', icon: 'vm-running' },
      scratch('fermi', 'starting', 'loading'),
      scratch('gauss', 'waiting for a place', 'loading'),
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
    assert.equal(await stage.window.badge('Celesto'), '1');
    await stage.screenshot('1 states');
  });

  stage.it('speaks each line to who cannot see it', async () => {
    assert.equal(
      await stage.row('noether').ariaLabel(),
      'noether, needs attention, The disk of this computer is full., scratch, 1 CPU, 1 GB',
    );
  });

  stage.it('tells the facts of a computer where the mouse rests', async () => {
    const tooltip = await stage.row('noether').hover('Last error');
    const { id } = await stage.computer('noether');
    await stage.screenshot('2 tooltip');
    for (const fact of [
      /^noether$/m,
      /^State: needs attention$/m,
      /^Last error: The disk of this computer is full\.$/m,
      new RegExp(`^ID: ${id}$`, 'm'),
      /^Template: scratch$/m,
      /^Size: 1 CPU, 1 GB$/m,
      /^Disk: 4 GB$/m,
      /^Region: local$/m,
      /^Network: open$/m,
      /^Created: \w+ \d+, \d{4}, \d+:\d\d/m,
    ])
      assert.match(tooltip, fact);
  });

  stage.it('is filtered while a person types', async () => {
    const { quickInput } = stage.window;
    await stage.tree.pressTitleButton('Filter Computers…');
    await quickInput.waitFor('Filter Computers');
    await quickInput.fill('stopped');
    await stage.tree.waitForLabels(['ampere', 'node-2', 'node-10']);
    await stage.tree.waitForMessage('Filter "stopped": 3 of 14');
    await quickInput.fill('NODE-1');
    await stage.tree.waitForLabels(['node-10']);
    await quickInput.accept();
    await stage.screenshot('3 filter');
    await stage.tree.waitForMessage('Filter "NODE-1": 1 of 14');
    await stage.tree.pressTitleButton('Clear Filter');
    await stage.tree.waitForLabels(all);
    await stage.tree.waitForNoMessage();
  });

  stage.it('says when no computer fits, and Escape takes the filter back', async () => {
    await stage.window.runCommand('Celesto: Filter Computers…');
    await stage.window.quickInput.waitFor('Filter Computers');
    await stage.window.quickInput.fill('nobody');
    await stage.tree.waitForWelcome('No computer fits the filter.');
    assert.deepEqual(await stage.tree.welcomeButtons(), ['Clear Filter']);
    await stage.window.quickInput.cancel();
    await stage.tree.waitForLabels(all);
  });

  stage.it('is grouped by state, by template, or not at all', async () => {
    await stage.window.runCommand('Celesto: Group Computers by Template');
    await stage.tree.waitForLabels(['coding-agent', 'einstein', 'scratch', ...all.slice(1)]);
    await stage.window.runCommand('Celesto: Group Computers by State');
    await stage.tree.waitForLabels([
      ...['running', 'einstein', 'starting', 'fermi', 'waiting for a place', 'gauss'],
      ...['being restored', 'planck', 'being created', 'turing', 'being deleted', 'galileo'],
      ...['stopping', 'hopper', 'needs attention', 'noether', 'stopped', 'ampere', 'node-2', 'node-10'],
      ...['can be restored', 'lovelace', 'lost', 'darwin', 'hibernating', 'bohr'],
    ]);
    await stage.row('stopped').waitForDescription('3');
    await stage.screenshot('4 groups');
    await stage.window.runCommand('Celesto: Show Computers without Groups');
    await stage.tree.waitForLabels(all);
  });

  stage.it('follows what happens elsewhere, without anybody doing anything', async () => {
    await stage.control.setStatus({ id: 'node-2', status: 'running' });
    await stage.row('node-2').waitForDescription('running');
    await stage.tree.waitForLabels([
      ...['einstein', 'node-2', ...all.slice(1, 9), 'node-10', 'lovelace', 'darwin', 'bohr'],
    ]);
    await until('the badge says 2', async () => (await stage.window.badge('Celesto')) === '2');
    await stage.control.setStatus({ id: 'node-2', status: 'stopped' });
    await stage.tree.waitForLabels(all);
  });

  stage.it('stays when the service fails, says so, and recovers', async () => {
    await stage.control.addFault({ path: '/computers$', times: 'always', answer: { status: 503 } });
    await stage.tree.waitForMessage(
      'This list may be out of date. Celesto had an error of its own (503). Try again in a moment.',
    );
    assert.deepEqual(
      (await stage.tree.contents()).map(({ label }) => label),
      all,
    );
    await stage.screenshot('5 out of date');
    await stage.control.clearFaults();
    await stage.tree.waitForNoMessage();
  });

  stage.it('waits as long as the service asks', async () => {
    const answer = { status: 429, headers: { 'retry-after': '6' } };
    await stage.control.addFault({ path: '/computers$', answer });
    await stage.tree.waitForMessage('This list may be out of date. Too many requests. Try again in 6 s.');
    await stage.tree.waitForNoMessage();
    const calls = await stage.control.requests({ path: '/computers$' });
    const refused = calls.findIndex(({ status }) => status === 429);
    assert.ok(calls[refused + 1]!.at - calls[refused]!.at >= 6000);
  });

  stage.it('shows the others when one cannot be read', async () => {
    await stage.control.addFault({ path: '/computers$', times: 'always', badComputer: true });
    await stage.tree.waitForMessage('One computer could not be read. The log says why.');
    await stage.tree.waitForLabels(all.filter((name) => name !== 'ampere'));
    await stage.control.clearFaults();
    await stage.tree.waitForLabels(all);
  });

  stage.it('shows names that mean harm as plain text', async () => {
    const link = '[x](command:workbench.action.closeWindow)';
    const icon = '$(trash) boom';
    const seeds = [link, icon, 'evil\u202Egnp.exe', 'bell\u0007\u001b[31mred\u001b]0;title\u0007'];
    for (const name of seeds)
      await stage.control.seed({ name, status: 'error', lastError: `**Why?** ${name}` });
    for (const name of [link, icon, 'evilgnp.exe', 'bell[31mred]0;title']) await stage.row(name).waitFor();
    await stage.screenshot('6 names');

    for (const name of [link, icon]) {
      const tooltip = await stage.row(name).hover('Last error');
      assert.ok(tooltip.startsWith(name), tooltip);
      assert.ok(tooltip.includes(`Last error: **Why?** ${name}`), tooltip);
    }

    await stage.row(icon).click();
    await stage.terminals.waitForText(`${icon} needs attention: **Why?** ${icon}`);
    await stage.terminals.waitForTab(`${icon} (not connected)`);
    assert.equal((await stage.terminals.tabs()).at(-1)?.icon, 'vm-connect');
    await stage.screenshot('7 tab');
    await stage.terminals.press('Control+C');
    await stage.terminals.waitForTabGone(`${icon} (not connected)`);

    await stage.window.runCommand('Celesto: Open Computer');
    await stage.window.quickInput.waitForEntry(icon);
    await stage.window.quickInput.waitForEntry(link);
    await stage.screenshot('8 picker');
    await stage.window.quickInput.cancel();

    await stage.control.setStatus({ id: link, status: 'lost', lastError: link });
    await stage.row(link).waitForDescription('lost');
    await stage.row(link).click();
    await stage.window.notifications.waitFor(/is lost: its host is gone/);
    await stage.screenshot('9 notification');
    assert.deepEqual(await stage.window.notifications.links(), []);
    await stage.window.notifications.close(/is lost/);
  });

  stage.it('says that there are possibly more when the page is full', async () => {
    await stage.control.addFakes({ count: 250 });
    await stage.tree.waitForMessage('Showing the first 200 computers. There may be more.');
    await stage.screenshot('10 full');
  });

  stage.it('of 10,000 computers is still of use', async () => {
    await stage.control.setFeatures({ ignoreListLimit: true });
    await stage.control.addFakes({ count: 9732 });
    await stage.tree.waitForMessage('Showing the first 10000 computers. There may be more.');
    await stage.tree.pressTitleButton('Filter Computers…');
    await stage.window.quickInput.fill('fake-09999');
    await stage.tree.waitForLabels(['fake-09999']);
    await stage.window.quickInput.fill('einstein');
    await stage.tree.waitForLabels(['einstein']);
    await stage.window.quickInput.accept();
    await stage.row('einstein').click();
    await stage.terminals.waitForText('ohm@einstein:~$ ');
    await stage.terminals.enter('hostname');
    await stage.terminals.waitForText(/^einstein$/m);
    assert.deepEqual(stage.window.errors, []);
  });
});
