import * as vscode from 'vscode';
import { inform } from '../../ui/prompts';
import type { Feature } from '../../ui/registerCommands';
import { DiagnosticsReport, type DiagnosticsReportDeps } from './diagnosticsReport';

export type DiagnosticsCommandId = 'celesto.copyDiagnostics' | 'celesto.showLog';

export interface DiagnosticsDeps extends DiagnosticsReportDeps {
  readonly output: Pick<vscode.LogOutputChannel, 'show'>;
}

/** Makes the commands that show the log and copy the diagnostics report. */
export function registerDiagnostics(deps: DiagnosticsDeps): Feature<DiagnosticsCommandId> {
  const report = new DiagnosticsReport(deps);
  const copyDiagnostics = async (): Promise<void> => {
    await vscode.env.clipboard.writeText(await report.text());
    void inform(
      vscode.l10n.t(
        'Copied the diagnostics. They contain the names of computers but no keys or tokens. Read them before you share them.',
      ),
    );
  };
  return {
    handlers: { 'celesto.copyDiagnostics': copyDiagnostics, 'celesto.showLog': () => deps.output.show() },
    dispose: () => undefined,
  };
}
