import * as vscode from 'vscode';
import { escapeIcons } from '../base/text';

/** Copies words, each on a line of its own, and says so in passing. */
export async function copy(words: readonly string[]): Promise<void> {
  await vscode.env.clipboard.writeText(words.join('\n'));
  vscode.window.setStatusBarMessage(escapeIcons(vscode.l10n.t('Copied {0}', words.join(', '))), 3_000);
}
