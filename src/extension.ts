import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import { createConnectivity } from './app/connectivity';
import { registerFeatures } from './app/features';
import { createService } from './app/service';
import { systemClock } from './base/clock';

/** Ends what must not outlive the window. A module variable, since VS Code passes nothing to `deactivate`. */
let close: (() => Promise<void>) | undefined;

/** Builds and registers everything. Reads and requests nothing: that waits for the view to show or a command to run. */
export function activate(context: vscode.ExtensionContext): void {
  if (vscode.l10n.bundle) l10n.config({ contents: vscode.l10n.bundle });
  const service = createService(context, systemClock);
  const connectivity = createConnectivity(context, service, systemClock);
  const features = registerFeatures(context, service, connectivity, systemClock);
  close = () => features.close();
  connectivity.terminals.restore();
  features.restore();
  context.subscriptions.push(service, connectivity, features);
}

/** Runs as the window closes. VS Code waits a few seconds for it before it disposes of the subscriptions. */
export async function deactivate(): Promise<void> {
  await close?.();
}
