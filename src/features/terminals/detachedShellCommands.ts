import * as vscode from 'vscode';
import { cancellation } from '../../base/abort';
import type { Clock } from '../../base/clock';
import { escapeIcons } from '../../base/text';
import type { Computer } from '../../computers/computer';
import type { PersistentShells } from '../../terminal/persistentShells';
import type { Terminals } from '../../terminal/terminals';
import type { CommandTargets } from '../../ui/commandTargets';
import { withProgress } from '../../ui/progress';
import { confirmOrCancel } from '../../ui/prompts';
import type { Handler } from '../../ui/registerCommands';
import type { TreeChild } from '../../ui/treeChildren';
import { ChildNode } from '../../ui/treeNodes';
import { type DetachedShellChild, detachedShellChild } from './detachedShellChildren';

interface DetachedShellTarget {
  readonly computer: Computer;
  readonly child: DetachedShellChild;
}

/** Attaches a terminal to a detached shell, or ends it. */
export class DetachedShellCommands {
  constructor(
    private readonly targets: CommandTargets,
    private readonly shells: PersistentShells,
    private readonly terminals: Terminals,
    private readonly clock: Clock,
  ) {}

  readonly attach: Handler = async (...args) => {
    const { computer, child } = await this.pick(args, vscode.l10n.t('Attach to Detached Shell'));
    this.terminals.create(computer, { shellName: child.shell.name });
  };

  readonly end: Handler = async (...args) => {
    const { computer, child } = await this.pick(args, vscode.l10n.t('End Detached Shell'));
    const question = vscode.l10n.t('End {0} on {1}?', child.label, computer.name);
    const detail = vscode.l10n.t('The shell and its programs end. Unsaved work is lost.');
    await confirmOrCancel({ question, detail, action: vscode.l10n.t('End') });
    await withProgress(this.clock, vscode.l10n.t('Ending {0}…', child.label), (signal) =>
      this.shells.end(computer, child.shell, signal),
    );
  };

  /** The shell of the tree node; elsewhere the user picks a computer, and one of its detached shells. */
  private async pick(args: readonly unknown[], title: string): Promise<DetachedShellTarget> {
    const [node] = args;
    if (node instanceof ChildNode && isShell(node.child))
      return { computer: node.parent.computer, child: node.child };
    const computer = await this.targets.one(args, title, 'ports');
    const progressTitle = vscode.l10n.t('Looking for shells on {0}…', computer.name);
    const shells = await withProgress(this.clock, progressTitle, (signal) =>
      this.shells.refresh(computer, signal),
    );
    const items = shells.map((shell) => itemOf(detachedShellChild(shell)));
    const placeHolder = items.length === 0 ? vscode.l10n.t('There is no detached shell.') : computer.name;
    const chosen = await vscode.window.showQuickPick(items, { title, placeHolder });
    if (!chosen) throw cancellation();
    return { computer, child: chosen.child };
  }
}

function isShell(child: TreeChild): child is DetachedShellChild {
  return child.kind === 'shell';
}

function itemOf(child: DetachedShellChild) {
  const label = escapeIcons(child.label);
  return {
    child,
    label,
    description: escapeIcons(child.description),
    iconPath: new vscode.ThemeIcon(child.icon),
  };
}
