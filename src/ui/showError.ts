import * as vscode from 'vscode';
import { messageOf } from '../base/errors';
import { escapeLinks } from '../base/text';
import { apiErrorIn, copyDetailsAction, type ErrorAction, refusalActions } from './errorActions';

/** Shows an error notification with the next step. VS Code merges notifications of the same text. */
export async function showError(error: unknown): Promise<void> {
  const actions = actionsFor(error);
  const labels = actions.map(({ label }) => label);
  const chosen = await vscode.window.showErrorMessage(escapeLinks(messageOf(error)), ...labels);
  await actions.find(({ label }) => label === chosen)?.run();
}

/** Offers the way out of a refusal that a terminal has printed already: a terminal has no buttons. */
export function offerWayOut(error: unknown): void {
  if (refusalActions(error).length > 0) void showError(error);
}

function actionsFor(error: unknown): readonly ErrorAction[] {
  const signIn = { label: vscode.l10n.t('Sign In…'), run: () => runCommand('celesto.signIn') };
  const showLog = { label: vscode.l10n.t('Show Log'), run: () => runCommand('celesto.showLog') };
  const copyDetails = copyDetailsAction(error);
  const forSupport = copyDetails ? [copyDetails] : [];
  const wayOut = refusalActions(error);
  // A refusal explains itself; three buttons are what a notification has room for.
  if (wayOut.length > 0) return [...wayOut, ...forSupport];
  return [...(apiErrorIn(error)?.needsSignIn ? [signIn] : []), showLog, ...forSupport];
}

function runCommand(id: string): Thenable<unknown> {
  return vscode.commands.executeCommand(id);
}
