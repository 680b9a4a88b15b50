import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { until } from '../lab/until';
import { serviceControl } from './service';

describe('the extension', () => {
  const extension = vscode.extensions.getExtension('celesto.celesto-computers');
  const control = serviceControl();

  it('sleeps until the view is seen', () => {
    assert.equal(extension?.isActive, false);
  });

  it('asks the service for the computers once the view is seen', async () => {
    await control.seed({ name: 'einstein' });
    await vscode.commands.executeCommand('celesto.computers.focus');
    await until(
      'a request for the list',
      async () => (await control.requests({ path: '/v1/computers' })).length > 0,
    );
    assert.equal(extension?.isActive, true);
  });

  it('has every command that it declares', async () => {
    const { contributes } = extension?.packageJSON as { contributes: { commands: { command: string }[] } };
    const known = new Set(await vscode.commands.getCommands(true));
    const missing = contributes.commands
      .map(({ command }) => command)
      .filter((command) => !known.has(command));
    assert.deepEqual(missing, []);
  });
});
