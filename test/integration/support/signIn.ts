import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';

/**
 * Signs in with the key of the environment, as a user does. VS Code shows no modal dialog in its tests, so the address is
 * that of the setting, which needs no question of its own.
 */
export async function signIn(): Promise<void> {
  const { CELESTO_BASE_URL: url } = process.env;
  const settings = vscode.workspace.getConfiguration('celesto');
  await settings.update('baseUrl', url, vscode.ConfigurationTarget.Global);
  let isDone = false;
  const signingIn = Promise.resolve(vscode.commands.executeCommand('celesto.signIn')).finally(
    () => (isDone = true),
  );
  // VS Code tells no one that the list is shown. Without one, nothing is accepted.
  while (!isDone) {
    await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
    await Promise.race([signingIn, delay(50)]);
  }
  await signingIn;
}
