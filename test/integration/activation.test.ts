import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { until } from '../harness/until';
import { serviceControl } from './service';
import { watchLibraries } from './support/libraries';
import { signIn } from './support/signIn';
import { closeAll, open, shows } from './support/terminals';

describe('the extension', () => {
  const extension = vscode.extensions.getExtension('celesto.celesto-computers')!;
  const control = serviceControl();
  const libraries = watchLibraries();

  before(() => control.seed({ name: 'einstein' }));
  after(closeAll);

  it('is inactive before its first use', () => {
    assert.equal(extension.isActive, false);
  });

  it('is activated by a command, without requests that the command does not need', async () => {
    await control.clearRequests();
    await vscode.commands.executeCommand('celesto.clearFilter');
    assert.equal(extension.isActive, true);
    assert.deepEqual(await control.requests(), []);
  });

  it('registers every command that it contributes', async () => {
    const { contributes } = extension.packageJSON as { contributes: { commands: { command: string }[] } };
    const registered = new Set(await vscode.commands.getCommands(true));
    const missing = contributes.commands
      .map(({ command }) => command)
      .filter((command) => !registered.has(command));
    assert.deepEqual(missing, []);
  });

  it('signs in with the key of the environment once the user chooses it', async () => {
    await signIn();
    const paths = await until('the sign-in', async () => {
      const requests = await control.requests();
      return requests.filter(({ status }) => status !== undefined).length === 2 && requests;
    });
    assert.deepEqual(
      paths.map(({ path }) => path),
      ['/v1/users/info', '/v1/organizations/'],
    );
    await control.clearRequests();
  });

  it('requests the list once the view is shown', async () => {
    await vscode.commands.executeCommand('celesto.computers.focus');
    const lists = await until('a request for the list', async () => {
      const requests = await control.requests();
      return requests.some(({ status }) => status !== undefined) && requests;
    });
    const calls = lists.map(({ method, path, status }) => `${method} ${path} ${status}`);
    assert.equal(calls[0], 'GET /v1/computers 200');
    // Prices, plan and projects are requested after the list, so those requests may be among these already.
    assert.deepEqual(
      calls.slice(1).filter((call) => !/^GET \/v1\/(billing|projects)\//.test(call)),
      [],
    );
  });

  it('loads the SSH library on the first connection', async () => {
    assert.deepEqual([...libraries], []);
    await shows(await open('einstein'), /\$$/);
    assert.deepEqual([...libraries], ['ssh2']);
  });
});
