import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import { createConnections } from './app/createConnections';
import { createService } from './app/createService';
import { registerFeatures } from './app/features';
import { systemClock } from './base/clock';

/** Ends what must not outlive the window. A module variable, since VS Code passes nothing to `deactivate`. */
let close: (() => Promise<void>) | undefined;

/** Builds and registers everything. Reads and requests nothing: that waits for the view to show or a command to run. */
export function activate(context: vscode.ExtensionContext): void {
  if (vscode.l10n.bundle) l10n.config({ contents: vscode.l10n.bundle });
  const service = createService(context, systemClock);
  const connections = createConnections(context, service, systemClock);
  const features = registerFeatures(context, service, connections, systemClock);
  close = () => features.close();
  connections.terminals.restore();
  features.restore();
  context.subscriptions.push(service, connections, features);
}

/** Runs as the window closes. VS Code waits a few seconds for it before it disposes of the subscriptions. */
export async function deactivate(): Promise<void> {
  await close?.();
}
