import * as vscode from 'vscode';
import { escapeIcons } from '../base/text';

/** Milliseconds for which the status bar says that something was copied. */
const messageMs = 3_000;

/** Copies texts, one a line, and shows so in the status bar. */
export async function copy(texts: readonly string[]): Promise<void> {
  await copyAs(texts.join('\n'), texts.join(', '));
}

/** Copies a text and shows in the status bar that it did, by a name for the text. */
export async function copyAs(text: string, name: string): Promise<void> {
  await vscode.env.clipboard.writeText(text);
  vscode.window.setStatusBarMessage(escapeIcons(vscode.l10n.t('Copied {0}', name)), messageMs);
}
