import * as vscode from 'vscode';
import type { Computer } from '../../computers/computer';
import type { CommandTargets } from '../../ui/commandTargets';
import type { Handler } from '../../ui/registerCommands';
import { actionsOf } from './computerActions';
import type { DetailsPage } from './detailsPage';

interface ActionItem extends vscode.QuickPickItem {
  /** Undefined for a separator. */
  readonly command?: string;
}

/** Commands that show one computer: its details page, and the picker of its actions. */
export class DetailsCommands {
  constructor(
    private readonly targets: CommandTargets,
    private readonly page: DetailsPage,
  ) {}

  readonly showDetails: Handler = async (...args) => {
    await this.page.show(await this.targets.one(args, vscode.l10n.t('Show Details'), 'computer'));
  };

  /** Picks a computer, then an action. */
  readonly pick: Handler = async (...args) => {
    const computer = await this.targets.one(args, vscode.l10n.t('Computers'), 'computer');
    const action = await vscode.window.showQuickPick(actionItems(computer), { title: computer.name });
    if (action?.command) await vscode.commands.executeCommand(action.command, { computerId: computer.id });
  };
}

function actionItems(computer: Computer): ActionItem[] {
  return actionsOf(computer).flatMap((actions, index) => [
    ...(index > 0 ? [{ label: '', kind: vscode.QuickPickItemKind.Separator }] : []),
    ...actions.map(({ icon, label, command }) => ({ label: `$(${icon}) ${label}`, command })),
  ]);
}
