import * as vscode from 'vscode';
import type { Diagnostics } from './diagnostics';
import type { Handler } from '../../ui/registerCommands';

/** Puts into a person's hands what helps to find the cause of something. */
export class DiagnosticsCommand {
  constructor(private readonly diagnostics: Pick<Diagnostics, 'text'>) {}

  readonly copy: Handler = async () => {
    await vscode.env.clipboard.writeText(await this.diagnostics.text());
    void vscode.window.showInformationMessage(
      vscode.l10n.t(
        'Diagnostics are on the clipboard. They hold the names of computers and no keys or tokens; read them before you share them.',
      ),
    );
  };
}
