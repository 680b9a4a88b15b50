import * as vscode from 'vscode';
import { ApiError } from '../api/apiErrors';
import { messageOf } from '../base/errors';
import { escapeLinks } from '../base/text';

/** Shows an error notification with the next step. VS Code merges notifications of the same text. */
export async function showError(error: unknown): Promise<void> {
  const message = escapeLinks(messageOf(error));
  const showLog = vscode.l10n.t('Show Log');
  const signIn = vscode.l10n.t('Sign In…');
  const actions = error instanceof ApiError && error.needsSignIn ? [signIn, showLog] : [showLog];
  const chosen = await vscode.window.showErrorMessage(message, ...actions);
  if (chosen === showLog) await vscode.commands.executeCommand('celesto.showLog');
  if (chosen === signIn) await vscode.commands.executeCommand('celesto.signIn');
}
