import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, before, describe } from 'node:test';
import { until } from '../harness/until';
import { E2eHarness } from './e2eHarness';

describe('a refusal of the service', () => {
  const e2e = new E2eHarness('refusals', {
    seed: [
      { name: 'einstein' },
      { name: 'curie', status: 'stopped' },
      { name: 'gauss', status: 'stopped' },
      { name: 'bohr', status: 'stopped' },
      { name: 'noether', status: 'stopped' },
    ],
  });
  const noSlot = { error_code: 'concurrency_limit_reached', running_limit: 2 };
  const noSlotText = /All 2 computers that your plan runs at a time are in use\. Stop or delete one first\./;

  before(() => {
    const folder = join(e2e.folder, 'empty', '.vscode');
    mkdirSync(folder, { recursive: true });
    const task = { type: 'celesto', label: 'once', computer: 'noether', command: 'true', problemMatcher: [] };
    writeFileSync(join(folder, 'tasks.json'), JSON.stringify({ version: '2.0.0', tasks: [task] }));
  });
  afterEach(() => e2e.control.clearFaults());

  /** Refuses every start. */
  async function refuseStarts(status: number, detail: unknown): Promise<void> {
    await e2e.control.addFault({ path: '/start$', times: 'always', answer: { status, body: { detail } } });
  }

  e2e.it('for want of a slot lets the user stop a computer, picked from a list', async () => {
    await refuseStarts(429, noSlot);
    await e2e.row('curie').click();
    await e2e.terminals.waitForText(noSlotText);
    await e2e.screenshot('no slot');
    await e2e.control.clearFaults();
    await e2e.window.notifications.press(noSlotText, 'Stop One…');
    await e2e.window.quickInput.waitFor('Stop Computers');
    assert.deepEqual(await e2e.window.quickInput.labels(), ['einstein']);
    await e2e.window.quickInput.choose('einstein');
    await e2e.window.quickInput.accept();
    await e2e.waitForStatus('einstein', 'stopped');
    await e2e.terminals.press('Enter');
    await e2e.terminals.waitForText('ohm@curie:~$ ');
  });

  e2e.it('of a run is told in its tab, with the way out beside it', async () => {
    await refuseStarts(402, { error_code: 'payment_failed' });
    const menu = await e2e.row('gauss').openMenu();
    await menu.choose('Run Command…');
    await e2e.window.quickInput.waitFor('Run Command on gauss');
    await e2e.window.quickInput.fill('true');
    await e2e.window.quickInput.accept();
    await e2e.terminals.waitForText(/Your last payment failed\. Update the payment method to go on\./);
    await e2e.screenshot('payment');
    assert.deepEqual(await e2e.window.notifications.buttons(/Your last payment failed\./), [
      'Open Billing',
      'Copy Details',
    ]);
    await e2e.window.notifications.close(/Your last payment failed\./);
  });

  e2e.it('of a task is told in its tab, with the way out beside it', async () => {
    await refuseStarts(403, { error_code: 'organization_access_denied' });
    await e2e.window.runCommand('Tasks: Run Task');
    await e2e.window.quickInput.choose('once');
    await e2e.terminals.waitForText(/You have no access to this organization\./);
    await e2e.window.notifications.press(/You have no access/, 'Switch Organization…');
    await e2e.window.quickInput.waitFor('Switch Organization');
    await e2e.window.quickInput.cancel();
  });

  e2e.it('of a scope names it, and asks for no sign-in', async () => {
    await refuseStarts(403, { error_code: 'api_key_scope_required', required_scope: 'computers:admin' });
    await e2e.row('bohr').pressButton('Start Computer');
    const text = /This API key lacks the scope computers:admin\./;
    await e2e.window.notifications.waitFor(text);
    assert.deepEqual(await e2e.window.notifications.buttons(text), ['Open API Keys', 'Copy Details']);
    await e2e.window.notifications.press(text, 'Copy Details');
    const details =
      /^Message: .*computers:admin.*\nStatus: 403\nKind: api_key_scope_required\nRequest: \S+\n/;
    await until('the details are copied', async () => details.test(await e2e.window.readClipboard()));
    await e2e.waitForStatus('bohr', 'stopped');
    assert.equal((await e2e.tree.contents()).length, 5);
  });

  e2e.it('of several computers at once keeps its way out', async () => {
    await refuseStarts(429, noSlot);
    await e2e.window.runCommand('Celesto: Start Computer');
    await e2e.window.quickInput.waitFor('Start Computers');
    for (const name of ['bohr', 'noether']) await e2e.window.quickInput.choose(name);
    await e2e.window.quickInput.accept();
    const text = /bohr: All 2 computers.* noether: All 2 computers/;
    await e2e.window.notifications.press(text, 'Delete One…');
    await e2e.window.quickInput.waitFor('Delete Computers');
    await e2e.window.quickInput.cancel();
  });

  e2e.it('of too many requests alone says to try again in a moment', async () => {
    await refuseStarts(429, 'Too many requests');
    await e2e.row('bohr').pressButton('Start Computer');
    await e2e.window.notifications.waitFor(/Too many requests\. Try again in a moment\./);
  });
});
