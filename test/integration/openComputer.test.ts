import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { until } from '../harness/until';
import { listed, serviceControl } from './service';
import { signIn } from './support/signIn';
import { closeAll, open, shows, textOf } from './support/terminals';

describe('opening a computer', () => {
  const control = serviceControl();

  before(() => signIn());
  afterEach(closeAll);

  /** Status of a computer by the list; requests of a single computer are the extension's own. */
  async function statusOf(id: string): Promise<string | undefined> {
    return (await listed()).find((computer) => computer.id === id)?.status;
  }

  /** Waits until a terminal closes. @returns its exit code */
  async function exitOf(terminal: vscode.Terminal): Promise<number | undefined> {
    await until('the end of the terminal', () => !vscode.window.terminals.includes(terminal));
    return terminal.exitStatus?.code;
  }

  it('ends at a shell on it', async () => {
    const { id } = await control.seed({ name: 'curie' });
    const terminal = await open('curie');
    assert.match(await shows(terminal, /\$$/), /^Connecting to ohm@127\.0\.0\.1:\d+…/);
    terminal.sendText('echo mark-$((40 + 2)) on $(hostname) > ~/mark; cat ~/mark');
    await shows(terminal, /^mark-42 on \S+$/m);
    assert.match(readFileSync(join(await control.home({ id }), 'mark'), 'utf8'), /^mark-42 on /);
    assert.equal(terminal.name, 'curie');
    terminal.sendText('exit 3');
    assert.equal(await exitOf(terminal), 3);
  });

  it('that is stopped starts it first, and reports that', async () => {
    await control.seed({ name: 'gauss', status: 'stopped' });
    const terminal = await open('gauss');
    const text = await shows(terminal, /\$$/);
    assert.match(text, /gauss: stopped\. Starting it… \(Ctrl\+C cancels\)\s+Connecting to ohm@/);
    assert.equal((await control.requests({ method: 'POST', path: '/start$' })).length, 1);
  });

  it('twice at once starts it once, and opens two shells', async () => {
    const { id } = await control.seed({ name: 'noether', status: 'stopped' });
    await control.clearRequests();
    const [first, second] = [await open('noether'), await open('noether')];
    await shows(first, /\$$/);
    await shows(second, /\$$/);
    assert.equal((await control.requests({ method: 'POST', path: `${id}/start$` })).length, 1);
  });

  it('keeps text typed while it opens', async () => {
    await control.seed({ name: 'hilbert', status: 'stopped' });
    const terminal = await open('hilbert');
    terminal.sendText('echo early-$((1 + 1))');
    await shows(terminal, /^early-2$/m);
  });

  it('shows every character', async () => {
    await control.seed({ name: 'euler' });
    const terminal = await open('euler');
    await shows(terminal, /\$$/);
    terminal.sendText("printf '%s\\n' 'aé漢😀z'");
    await shows(terminal, /^aé漢😀z$/m);
  });

  it('continues in the same terminal after a lost connection', async () => {
    const { id } = await control.seed({ name: 'turing' });
    const terminal = await open('turing');
    await shows(terminal, /\$$/);
    await control.killSshd({ id, listener: false });
    await shows(terminal, /The connection to turing was lost: [^]+Reconnected\.[^]*\$$/);
    assert.equal(terminal.name, 'turing');
    terminal.sendText('echo again-$((1 + 1))');
    await shows(terminal, /^again-2$/m);
  });

  it('that does not exist reports that, and opens no terminal', async () => {
    const messages: string[] = [];
    const { showErrorMessage } = vscode.window;
    const record = (text: string): Promise<undefined> => {
      messages.push(text);
      return Promise.resolve(undefined);
    };
    Object.assign(vscode.window, { showErrorMessage: record });
    try {
      await vscode.commands.executeCommand('celesto.openByName', 'nobody');
      await until('a message', () => messages.length > 0);
    } finally {
      Object.assign(vscode.window, { showErrorMessage });
    }
    assert.deepEqual(messages, [
      'There is no computer named nobody. Check the spelling and the organization.',
    ]);
    assert.deepEqual(vscode.window.terminals, []);
  });

  it('whose tab is closed while it starts leaves nothing behind', async () => {
    const { id } = await control.seed({ name: 'lovelace', status: 'stopped' });
    await control.setTimes({ start: 3_000 });
    try {
      const terminal = await open('lovelace');
      await until('the start', async () => (await control.requests({ path: `${id}/start$` })).length === 1);
      assert.match(await textOf(terminal), /Starting it…/);
      await closeAll();
      await control.clearRequests();
      await until('the end of the start', async () => (await statusOf(id)) === 'running');
      const polls = await control.requests({ path: `${id}$` });
      assert.ok(polls.length <= 1, `${polls.length} polls of a computer that is not waited for`);
    } finally {
      await control.setTimes({ start: 300 });
    }
  });
});
