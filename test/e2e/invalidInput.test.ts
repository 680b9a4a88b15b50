import assert from 'node:assert/strict';
import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { E2eHarness } from './e2eHarness';

describe('what is wrong with a link, a file or a command', () => {
  const stage = new E2eHarness('badInput', {
    seed: [{ name: 'einstein' }, { name: 'gauss', status: 'stopped' }, { name: 'bohr', sshd: false }],
    // VS Code asks before it hands on a link, whatever the extension; here it was told not to.
    userSettings: { 'extensions.confirmedUriHandlerExtensionIds': ['celesto.celesto-computers'] },
  });
  const file = (name: string): string => join(stage.folder, 'empty', name);

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

  async function follow(end: string): Promise<void> {
    await stage.window.runCommand('Developer: Open URL');
    await stage.window.quickInput.fill(`vscode://celesto.celesto-computers${end}`);
    await stage.window.quickInput.accept();
  }

  /** Waits until this is told, and makes sure that it is all that happens. */
  async function isRefused(words: string | RegExp): Promise<void> {
    const { notifications, terminals } = stage.window;
    await notifications.waitFor(words);
    assert.deepEqual(await notifications.links(), []);
    await notifications.close(words);
    const calls = await stage.control.requests({ path: '/v1/computers' });
    assert.deepEqual([calls.filter(({ method }) => method !== 'GET'), await terminals.tabs()], [[], []]);
  }

  stage.it('a good link wakes the extension, and asks', async () => {
    const { dialog } = stage.window;
    await stage.window.openContainer('Explorer');
    await stage.window.reload();
    await stage.control.clearRequests();
    await follow('/open?computer=gauss');
    await dialog.waitFor('Open a terminal on the computer gauss?');
    await stage.screenshot('link');
    await dialog.press('Cancel');
    assert.deepEqual(await stage.control.requests(), []);
  });

  stage.it('a link that asks for anything else is refused, with why', async () => {
    const isNone = /^This link names no computer that there can be\. Nothing was opened\.$/;
    for (const [end, words] of [
      ['/delete?computer=einstein', 'This link asks for something that Celesto Computers cannot do.'],
      ['/open', 'This link names no computer. Nothing was opened.'],
      ['/open?computer=einstein&computer=gauss', 'This link names several computers. Nothing was opened.'],
      ['/open?computer=einstein&command=reboot', /^This link asks for more than to open a computer\./],
      ['/open?computer=..%2F..%2Fetc', isNone],
      ['/open?computer=einstein%00', isNone],
      ['/open?computer=einstein%0Agauss', isNone],
      ['/open?computer=%5Bx%5D(command%3Aworkbench.action.quit)', isNone],
      [`/open?computer=${'x'.repeat(10_000)}`, isNone],
    ] as const) {
      await follow(end);
      await isRefused(words);
    }
  });

  stage.it('a saved session that is none, too large, or of a computer that is gone says so', async () => {
    const { quickInput } = stage.window;
    for (const [name, words] of [
      ['half.json', /^This file is not valid JSON: /],
      ['path.json', 'The saved session in this file names no usable computer ID.'],
      ['gone.json', 'There is no computer called cmp_gone. Check the spelling and the organization.'],
      ['closed.json', /^The computer of this session, cmp_gone, is gone: it was to be deleted/],
      ['large.json', 'This file is too large for a saved session (more than 8 MB).'],
    ] as const) {
      await stage.window.runCommand('Celesto: Resume Saved Agent Session…');
      await quickInput.waitFor('Resume Saved Agent Session');
      await quickInput.choose(name);
      await isRefused(words);
    }
  });

  stage.it('a command that is too long for a computer without SSH is not run, and that is told', async () => {
    await stage.window.openContainer('Celesto');
    await (await stage.row('bohr').openMenu()).choose('Run Command…');
    await stage.window.quickInput.waitFor('Run Command on bohr');
    await stage.window.quickInput.fill(`: ${'x'.repeat(9_999)}`);
    await stage.window.quickInput.accept();
    await stage.terminals.waitForText(/takes 10,000 characters at most; this has 10,001\. Nothing was run\./);
    await stage.screenshot('too long');
    // Whether SSH can be had there was found out by a command, too.
    const sent = await stage.requests('POST', 'bohr', 'exec(/stream)?');
    assert.equal(sent.filter(({ body }) => JSON.stringify(body).includes('xxx')).length, 0);
  });

  it('leaves the window without errors', () => assert.deepEqual(stage.window.errors, []));
});
