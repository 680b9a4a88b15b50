import * as vscode from 'vscode';
import { escapeIcons } from '../base/text';

/** Copies words, each on a line of its own, and says so in passing. */
export async function copy(texts: readonly string[]): Promise<void> {
  await vscode.env.clipboard.writeText(texts.join('\n'));
  vscode.window.setStatusBarMessage(escapeIcons(vscode.l10n.t('Copied {0}', texts.join(', '))), 3_000);
}
