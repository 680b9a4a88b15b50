import * as vscode from 'vscode';
import { toDisposable } from '../../base/disposable';
import type { CommandTargets } from '../../ui/commandTargets';
import type { Feature } from '../../ui/registerCommands';
import { ScreenPanel, type ScreenPanelDeps } from './screenPanel';

export type ScreenCommandId = 'celesto.showScreen';

export interface ScreenDeps extends Omit<ScreenPanelDeps, 'pageFolder'> {
  readonly targets: CommandTargets;
  readonly extensionUri: vscode.Uri;
}

/** Makes the command that shows the screen of a computer: one editor tab for each. */
export function registerScreen({ targets, extensionUri, ...deps }: ScreenDeps): Feature<ScreenCommandId> {
  const panels = new Map<string, ScreenPanel>();
  const pageFolder = vscode.Uri.joinPath(extensionUri, 'dist');

  const showScreen = async (...args: unknown[]): Promise<void> => {
    const computer = await targets.one(args, vscode.l10n.t('Show Screen'), 'screen');
    const shown = panels.get(computer.id);
    if (shown) {
      shown.reveal();
      return;
    }
    const panel = new ScreenPanel({ ...deps, pageFolder }, computer);
    panels.set(computer.id, panel);
    panel.onDidDispose(() => panels.delete(computer.id));
  };
  const close = toDisposable(() => {
    for (const panel of [...panels.values()]) panel.dispose();
  });
  return { handlers: { 'celesto.showScreen': showScreen }, dispose: () => close.dispose() };
}
