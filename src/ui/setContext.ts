import * as vscode from 'vscode';

/** Sets a context key, for the conditions of menus and welcome texts. */
export function setContext(key: string, value: string | boolean): void {
  void vscode.commands.executeCommand('setContext', key, value);
}
