import assert from 'node:assert/strict';
import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { E2eHarness } from './e2eHarness';

describe('invalid links, files and commands', () => {
  const e2e = new E2eHarness('invalidInput', {
    seed: [{ name: 'einstein' }, { name: 'gauss', status: 'stopped' }, { name: 'bohr', sshd: false }],
    // Turns off VS Code's own question before it passes a link to the extension.
    userSettings: { 'extensions.confirmedUriHandlerExtensionIds': ['celesto.celesto-computers'] },
  });
  const file = (name: string): string => join(e2e.folder, 'empty', name);

  before(() => {
    const gone = { type: 'celesto', computer_id: 'cmp_gone' };
    for (const [name, state] of [
      ['half.json', '{ "type": "celesto", "computer_id": '],
      ['path.json', JSON.stringify({ ...gone, computer_id: '../../v1/computers' })],
      ['gone.json', JSON.stringify({ tools: [gone] })],
      ['closed.json', JSON.stringify({ tools: [{ ...gone, delete_on_close: true }] })],
      ['large.json', JSON.stringify(gone)],
    ] as const)
      writeFileSync(file(name), state);
    truncateSync(file('large.json'), 50_000_000);
  });

  async function openLink(end: string): Promise<void> {
    await e2e.window.runCommand('Developer: Open URL');
    await e2e.window.quickInput.fill(`vscode://celesto.celesto-computers${end}`);
    await e2e.window.quickInput.accept();
  }

  /** Waits for this notification, and checks that nothing else happens. */
  async function isRefused(message: string | RegExp): Promise<void> {
    const { notifications, terminals } = e2e.window;
    await notifications.waitFor(message);
    assert.deepEqual(await notifications.links(), []);
    await notifications.close(message);
    const calls = await e2e.control.requests({ path: '/v1/computers' });
    assert.deepEqual([calls.filter(({ method }) => method !== 'GET'), await terminals.tabs()], [[], []]);
  }

  e2e.it('a valid link activates the extension, which asks first', async () => {
    const { dialog } = e2e.window;
    await e2e.window.openContainer('Explorer');
    await e2e.window.reload();
    await e2e.control.clearRequests();
    await openLink('/open?computer=gauss');
    await dialog.waitFor('Open a terminal on the computer gauss?');
    await e2e.screenshot('link');
    await dialog.press('Cancel');
    assert.deepEqual(await e2e.control.requests(), []);
  });

  e2e.it('any other link is refused with the reason', async () => {
    const invalidName = /^This link does not name a valid computer\. Nothing was opened\.$/;
    for (const [end, message] of [
      ['/delete?computer=einstein', 'This link requests something that Celesto Computers cannot do.'],
      ['/open', 'This link names no computer. Nothing was opened.'],
      ['/open?computer=einstein&computer=gauss', 'This link names several computers. Nothing was opened.'],
      ['/open?computer=einstein&command=reboot', /^This link requests more than opening a computer\./],
      ['/open?computer=..%2F..%2Fetc', invalidName],
      ['/open?computer=einstein%00', invalidName],
      ['/open?computer=einstein%0Agauss', invalidName],
      ['/open?computer=%5Bx%5D(command%3Aworkbench.action.quit)', invalidName],
      [`/open?computer=${'x'.repeat(10_000)}`, invalidName],
    ] as const) {
      await openLink(end);
      await isRefused(message);
    }
  });

  e2e.it(
    'a saved session that is invalid, too large, or of a deleted computer is refused with the reason',
    async () => {
      const { quickInput } = e2e.window;
      for (const [name, message] of [
        ['half.json', /^This file is not valid JSON: /],
        ['path.json', 'The saved session in this file does not contain a valid computer ID.'],
        ['gone.json', 'There is no computer named cmp_gone. Check the spelling and the organization.'],
        [
          'closed.json',
          "The agent's runner deletes the computer when a run stops. Nothing is left to attach to.",
        ],
        ['large.json', 'This file is too large for a saved session (more than 8 MB).'],
      ] as const) {
        await e2e.window.runCommand('Celesto: Resume Saved Agent Session…');
        await quickInput.waitFor('Resume Saved Agent Session');
        await quickInput.choose(name);
        await isRefused(message);
      }
    },
  );

  e2e.it('a command that is too long for a computer without SSH is refused with the reason', async () => {
    await e2e.window.openContainer('Celesto');
    await (await e2e.row('bohr').openMenu()).choose('Run Command…');
    await e2e.window.quickInput.waitFor('Run Command on bohr');
    await e2e.window.quickInput.fill(`: ${'x'.repeat(120_000)}`);
    await e2e.window.quickInput.accept();
    await e2e.terminals.waitForText(
      /can have at most 120,000 characters\. This one has 120,\d{3}, so it was not run\./,
    );
    await e2e.screenshot('too long');
    // The extension also runs a command to find out whether the computer has SSH.
    const sent = await e2e.requests('POST', 'bohr', 'exec(/stream)?');
    assert.equal(sent.filter(({ body }) => JSON.stringify(body).includes('xxx')).length, 0);
  });

  it('leaves the window without errors', () => assert.deepEqual(e2e.window.errors, []));
});
