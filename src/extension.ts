import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import { systemClock as clock } from './base/clock';
import { buildCare } from './app/care';
import { buildCommands } from './app/commands';
import { buildReach } from './app/reach';
import { buildRuns } from './app/runs';
import { buildService } from './app/service';

/** What a window does as it closes. VS Code hands `deactivate` nothing by which to find it. */
let close: (() => Promise<void>) | undefined;

/** Builds the parts, wires them, registers them. Nothing is read or called before the view is seen or a command runs. */
export function activate(context: vscode.ExtensionContext): void {
  if (vscode.l10n.bundle) l10n.config({ contents: vscode.l10n.bundle });
  const service = buildService(context, clock);
  const reach = buildReach(context, service, clock);
  const care = buildCare(context, service, reach, clock);
  const running = buildRuns(context, service, reach, clock);
  const commands = buildCommands(context, service, reach, running, care, clock);
  close = async () => {
    await Promise.all([care.idle.close(), running.runs.close(), running.fresh.close()]);
  };
  reach.terminals.restore();
  reach.forwards.restore();
  context.subscriptions.push(service, reach, care, running, commands);
}

/** The window closes: VS Code waits a few seconds for this, then ends the parts. */
export async function deactivate(): Promise<void> {
  await close?.();
}
