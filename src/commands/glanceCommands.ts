import * as vscode from 'vscode';
import type { Computer } from '../model/computer';
import type { Details } from '../views/details';
import { capabilities } from '../views/presentation';
import type { CommandId, Handler } from './commands';
import type { Targets } from './targets';

interface Action extends vscode.QuickPickItem {
  readonly command: CommandId;
}

/** A computer and what can be done with it, from one place. */
export class GlanceCommands {
  constructor(
    private readonly targets: Targets,
    private readonly details: Details,
  ) {}

  readonly showDetails: Handler = async (...args) => {
    await this.details.show(await this.targets.one(args, vscode.l10n.t('Show Details'), 'computer'));
  };

  /** Picks a computer, then an action. */
  readonly pick: Handler = async (...args) => {
    const computer = await this.targets.one(args, vscode.l10n.t('Computers'), 'computer');
    const action = await vscode.window.showQuickPick(actionsFor(computer), { title: computer.name });
    if (action) await vscode.commands.executeCommand(action.command, { computerId: computer.id });
  };
}

function actionsFor(computer: Computer): Action[] {
  const can = new Set(capabilities(computer));
  const all: [needs: string, icon: string, label: string, command: CommandId][] = [
    ['open', 'terminal', vscode.l10n.t('Open Terminal'), 'celesto.open'],
    ['open', 'add', vscode.l10n.t('New Terminal'), 'celesto.newTerminal'],
    ['start', 'play', vscode.l10n.t('Start'), 'celesto.start'],
    ['stop', 'debug-stop', vscode.l10n.t('Stop'), 'celesto.stop'],
    ['restore', 'history', vscode.l10n.t('Restore'), 'celesto.restore'],
    ['computer', 'info', vscode.l10n.t('Show Details'), 'celesto.showDetails'],
    ['computer', 'copy', vscode.l10n.t('Copy ID'), 'celesto.copyId'],
    ['delete', 'trash', vscode.l10n.t('Delete…'), 'celesto.delete'],
  ];
  return all
    .filter(([needs]) => can.has(needs))
    .map(([, icon, label, command]) => ({ label: `$(${icon}) ${label}`, command }));
}
