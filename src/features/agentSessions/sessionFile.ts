import * as vscode from 'vscode';
import { maxFileBytes, tooLargeError } from './savedSessionError';

/** Asks for the file of a saved session. */
export async function pickSessionFile(): Promise<vscode.Uri | undefined> {
  const [file] =
    (await vscode.window.showOpenDialog({
      title: vscode.l10n.t('Resume Saved Agent Session'),
      openLabel: vscode.l10n.t('Resume'),
      filters: {
        [vscode.l10n.t('Saved session')]: ['json', 'jsonl'],
        [vscode.l10n.t('All files')]: ['*'],
      },
    })) ?? [];
  return file;
}

/** @throws SavedSessionError for a file that is too large, or what VS Code throws for an unreadable one */
export async function readSessionFile(file: vscode.Uri): Promise<string> {
  // An open document may have unsaved changes.
  const document = vscode.workspace.textDocuments.find(({ uri }) => uri.toString() === file.toString());
  if (document) return document.getText();
  const { size } = await vscode.workspace.fs.stat(file);
  if (size > maxFileBytes) throw tooLargeError();
  return decode(await vscode.workspace.fs.readFile(file));
}

/** Decodes UTF-8, or the UTF-16 that PowerShell writes, which begins with a byte order mark. */
function decode(bytes: Uint8Array): string {
  const isUtf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
  return new TextDecoder(isUtf16 ? 'utf-16le' : 'utf-8').decode(bytes);
}
