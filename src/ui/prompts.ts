import * as vscode from 'vscode';
import { cancellation } from '../base/abort';
import { escapeLinks } from '../base/text';

/** The texts of a modal dialog with one action. VS Code adds Cancel by itself. */
export interface Confirmation {
  readonly question: string;
  readonly detail: string;
  readonly action: string;
}

/** Asks in a modal dialog. @returns true when the user chooses the action */
export async function confirm({ question, detail, action }: Confirmation): Promise<boolean> {
  return (await vscode.window.showWarningMessage(question, { modal: true, detail }, action)) === action;
}

/** Asks in a modal dialog. @throws a cancellation unless the user chooses the action */
export async function confirmOrCancel(confirmation: Confirmation): Promise<void> {
  if (!(await confirm(confirmation))) throw cancellation();
}

/** Shows an information notification, in which server text makes no link. @returns the chosen action */
export async function inform(message: string, ...actions: string[]): Promise<string | undefined> {
  return vscode.window.showInformationMessage(escapeLinks(message), ...actions);
}

/** Shows a warning notification, in which server text makes no link. @returns the chosen action */
export async function warn(message: string, ...actions: string[]): Promise<string | undefined> {
  return vscode.window.showWarningMessage(escapeLinks(message), ...actions);
}
