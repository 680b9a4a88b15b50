import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';

/**
 * Signs in with the key of the environment, as a user does. VS Code shows no modal dialog in its tests, so the address is
 * that of the setting, which needs no question of its own.
 */
export async function signIn(
  command = (): unknown => vscode.commands.executeCommand('celesto.signIn'),
): Promise<void> {
  const { CELESTO_BASE_URL: url } = process.env;
  const settings = vscode.workspace.getConfiguration('celesto');
  await settings.update('baseUrl', url, vscode.ConfigurationTarget.Global);
  const done = Promise.resolve(command()).then(() => true);
  // VS Code tells no one that the list is shown. Without one, nothing is accepted.
  while (!(await Promise.race([done, delay(50, false)])))
    await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
}
