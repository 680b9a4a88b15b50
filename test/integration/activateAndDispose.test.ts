import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { activate } from '../../src/extension';
import { until } from '../harness/until';
import { serviceControl } from './service';
import { Footprint } from './support/footprint';
import { Memory, Secrets } from './support/storage';
import { closeAll, shows } from './support/terminals';

/** A connection stays for 15 s after its last channel has closed, in case another is wanted. */
const linger = 25_000;

// Files run in the order of their names. This one comes before the extension itself wakes.
describe('the whole of the extension, made and ended by hand', function () {
  this.timeout(2 * linger);

  const control = serviceControl();
  const parts: vscode.Disposable[] = [];
  const secrets = new Secrets();
  const storage = mkdtempSync(join(tmpdir(), 'celesto-storage-'));
  const commands = new Map<string, (...args: unknown[]) => unknown>();
  const footprint = new Footprint(__filename);

  const keepCommand = (id: string, run: (...args: unknown[]) => unknown): vscode.Disposable => {
    commands.set(id, run);
    return new vscode.Disposable(() => commands.delete(id));
  };
  const openAnother = async (): Promise<vscode.Terminal> => {
    const there = new Set(vscode.window.terminals);
    await commands.get('celesto.openByName')!('ramanujan');
    return until('a new terminal', () => vscode.window.terminals.find((terminal) => !there.has(terminal)));
  };
  const end = (): void => {
    for (const part of parts.splice(0).reverse()) part.dispose();
  };

  before(async () => {
    await control.seed({ name: 'ramanujan' });
    // While something changes the list is read again and again, for as long as somebody is interested.
    await control.seed({ name: 'restless', status: 'pending' });
    await control.clearRequests();
    const context = {
      subscriptions: parts,
      globalState: new Memory(),
      workspaceState: new Memory(),
      globalStorageUri: vscode.Uri.file(storage),
      secrets,
    };
    // Not with VS Code: a command that it knows of wakes the extension itself.
    const { registerCommand } = vscode.commands;
    Object.assign(vscode.commands, { registerCommand: keepCommand });
    activate(context as unknown as vscode.ExtensionContext);
    Object.assign(vscode.commands, { registerCommand });
  });

  after(async () => {
    end();
    await closeAll();
    footprint.dispose();
    rmSync(storage, { recursive: true });
  });

  it('asks for nothing as it is made', async () => {
    assert.deepEqual(await control.requests(), []);
    assert.deepEqual(secrets.calls, []);
    assert.ok(commands.size > 0);
  });

  it('leaves no socket, no timer and no poll behind when twenty terminals have been opened and closed', async () => {
    for (let i = 0; i < 20; i += 1) await openAnother();
    const terminals = [...vscode.window.terminals];
    assert.equal(terminals.length, 20);
    await shows(terminals[0]!, /\$$/);
    await shows(terminals[19]!, /\$$/);
    assert.ok(footprint.items.some((item) => item.startsWith('TCPWRAP')));
    assert.ok(footprint.items.some((item) => item.startsWith('Timeout')));
    await closeAll();
    await control.clearRequests();
    await footprint.vanishes(linger);
    const polls = await control.requests();
    assert.ok(polls.length <= 1, `${polls.length} polls of a list that nobody needs`);
  });

  it('ends its connections, its polls and its commands when it is ended', async () => {
    const terminal = await openAnother();
    await shows(terminal, /\$$/);
    end();
    await shows(terminal, /The connection to ramanujan was lost: /);
    await footprint.vanishes(5_000);
    assert.equal(commands.size, 0);
    assert.equal(secrets.listeners, 0);
  });
});
