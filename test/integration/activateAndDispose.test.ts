import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { activate } from '../../src/extension';
import { until } from '../harness/until';
import { serviceControl } from './service';
import { OpenHandles } from './support/openHandles';
import { signIn } from './support/signIn';
import { Memory, Secrets } from './support/storage';
import { closeAll, shows } from './support/terminals';

/** Milliseconds; longer than the 15 s that an idle connection is kept after its last channel closed. */
const idleTimeoutMs = 25_000;

// Files run in the order of their names: this one before VS Code activates the extension itself.
describe('the extension, activated and disposed by the test', function () {
  this.timeout(2 * idleTimeoutMs);

  const control = serviceControl();
  const subscriptions: vscode.Disposable[] = [];
  const secrets = new Secrets();
  const storage = mkdtempSync(join(tmpdir(), 'celesto-storage-'));
  const commands = new Map<string, (...args: unknown[]) => unknown>();
  const handles = new OpenHandles(__filename);

  const recordCommand = (id: string, run: (...args: unknown[]) => unknown): vscode.Disposable => {
    commands.set(id, run);
    return new vscode.Disposable(() => commands.delete(id));
  };
  const openTerminal = async (): Promise<vscode.Terminal> => {
    const before = new Set(vscode.window.terminals);
    await commands.get('celesto.openByName')!('ramanujan');
    return until('a new terminal', () => vscode.window.terminals.find((terminal) => !before.has(terminal)));
  };
  const deactivate = (): void => {
    for (const subscription of subscriptions.splice(0).reverse()) subscription.dispose();
  };

  before(async () => {
    await control.seed({ name: 'ramanujan' });
    // A computer whose status changes makes the list poll while it is in use.
    await control.seed({ name: 'restless', status: 'pending' });
    await control.clearRequests();
    const context = {
      subscriptions,
      globalState: new Memory(),
      workspaceState: new Memory(),
      globalStorageUri: vscode.Uri.file(storage),
      extensionUri: vscode.Uri.file(storage),
      secrets,
    };
    // Keeps the commands out of VS Code: running a contributed command would activate the extension itself.
    const { registerCommand } = vscode.commands;
    Object.assign(vscode.commands, { registerCommand: recordCommand });
    activate(context as unknown as vscode.ExtensionContext);
    Object.assign(vscode.commands, { registerCommand });
  });

  after(async () => {
    deactivate();
    await closeAll();
    handles.dispose();
    rmSync(storage, { recursive: true });
  });

  it('makes no request on activation', async () => {
    assert.deepEqual(await control.requests(), []);
    assert.deepEqual(secrets.calls, []);
    assert.ok(commands.size > 0);
  });

  it('leaves no socket, timer or poll behind after twenty terminals', async () => {
    await signIn(() => commands.get('celesto.signIn')!());
    for (let i = 0; i < 20; i += 1) await openTerminal();
    const terminals = [...vscode.window.terminals];
    assert.equal(terminals.length, 20);
    await shows(terminals[0]!, /\$$/);
    await shows(terminals[19]!, /\$$/);
    assert.ok(handles.items.some((item) => item.startsWith('TCPWRAP')));
    assert.ok(handles.items.some((item) => item.startsWith('Timeout')));
    await closeAll();
    await control.clearRequests();
    await handles.waitUntilNone(idleTimeoutMs);
    const polls = await control.requests();
    assert.ok(polls.length <= 1, `${polls.length} polls of a list that is not used`);
  });

  it('ends its connections, polls and commands on dispose', async () => {
    const terminal = await openTerminal();
    await shows(terminal, /\$$/);
    deactivate();
    await shows(terminal, /The connection to ramanujan was lost: /);
    await handles.waitUntilNone(5_000);
    assert.equal(commands.size, 0);
    assert.equal(secrets.listeners, 0);
  });
});
