import * as vscode from 'vscode';
import type { Computer } from '../../computers/computer';
import type { DetailsPage } from './detailsPage';
import type { CommandId, Handler } from '../../ui/registerCommands';
import { actionsOf } from './computerActions';
import type { Targets } from '../../ui/targets';

interface ActionItem extends vscode.QuickPickItem {
  /** A line between groups has none. */
  readonly command?: CommandId;
}

/** A computer and what can be done with it, from one place. */
export class DetailsCommands {
  constructor(
    private readonly targets: Targets,
    private readonly details: DetailsPage,
  ) {}

  readonly showDetails: Handler = async (...args) => {
    await this.details.show(await this.targets.one(args, vscode.l10n.t('Show Details'), 'computer'));
  };

  /** Picks a computer, then an action. */
  readonly pick: Handler = async (...args) => {
    const computer = await this.targets.one(args, vscode.l10n.t('Computers'), 'computer');
    const action = await vscode.window.showQuickPick(itemsFor(computer), { title: computer.name });
    if (action?.command) await vscode.commands.executeCommand(action.command, { computerId: computer.id });
  };
}

function itemsFor(computer: Computer): ActionItem[] {
  return actionsOf(computer).flatMap((actions, index) => [
    ...(index > 0 ? [{ label: '', kind: vscode.QuickPickItemKind.Separator }] : []),
    ...actions.map(({ icon, label, command }) => ({ label: `$(${icon}) ${label}`, command })),
  ]);
}
