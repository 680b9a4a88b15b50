import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { until } from '../harness/until';
import { serviceControl } from './service';
import { watchLibraries } from './support/libraries';
import { closeAll, open, shows } from './support/terminals';

describe('the extension', () => {
  const extension = vscode.extensions.getExtension('celesto.celesto-computers')!;
  const control = serviceControl();
  const libraries = watchLibraries();

  before(() => control.seed({ name: 'einstein' }));
  after(closeAll);

  it('sleeps until it is wanted', () => {
    assert.equal(extension.isActive, false);
  });

  it('wakes for a command, and asks for nothing that the command does not need', async () => {
    await control.clearRequests();
    await vscode.commands.executeCommand('celesto.clearFilter');
    assert.equal(extension.isActive, true);
    assert.deepEqual(await control.requests(), []);
  });

  it('has every command that it declares', async () => {
    const { contributes } = extension.packageJSON as { contributes: { commands: { command: string }[] } };
    const known = new Set(await vscode.commands.getCommands(true));
    const missing = contributes.commands
      .map(({ command }) => command)
      .filter((command) => !known.has(command));
    assert.deepEqual(missing, []);
  });

  it('asks the service for the list, once the view is seen', async () => {
    await vscode.commands.executeCommand('celesto.computers.focus');
    const lists = await until('a request for the list', async () => {
      const requests = await control.requests();
      return requests.some(({ status }) => status !== undefined) && requests;
    });
    const calls = lists.map(({ method, path, status }) => `${method} ${path} ${status}`);
    assert.equal(calls[0], 'GET /v1/computers 200');
    // What they cost is asked once the list is there, for the status bar; it may be on its way already.
    assert.deepEqual(
      calls.slice(1).filter((call) => !call.startsWith('GET /v1/billing/sizes ')),
      [],
    );
  });

  it('loads what it connects with when it first connects', async () => {
    assert.deepEqual([...libraries], []);
    await shows(await open('einstein'), /\$$/);
    assert.deepEqual([...libraries], ['ssh2']);
  });
});
