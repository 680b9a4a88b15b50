import * as vscode from 'vscode';
import type { Computer } from '../../computers/computer';
import type { PersistentShells } from '../../terminal/persistentShells';
import type { Terminals } from '../../terminal/terminals';
import type { Clock } from '../../base/clock';
import { escapeIcons } from '../../base/text';
import type { TreeChild } from '../../ui/treeChildren';
import { detachedShellChild, type DetachedShellChild } from './detachedShellChildren';
import type { Handler } from '../../ui/registerCommands';
import { cancellation, withProgress } from '../../ui/progress';
import { ChildNode } from '../../ui/treeNodes';
import type { Targets } from '../../ui/targets';

interface DetachedShellTarget {
  readonly computer: Computer;
  readonly part: DetachedShellChild;
}

/** Shells that run on without a terminal. */
export class DetachedShellCommands {
  constructor(
    private readonly targets: Targets,
    private readonly shells: PersistentShells,
    private readonly terminals: Terminals,
    private readonly clock: Clock,
  ) {}

  readonly attach: Handler = async (...args) => {
    const { computer, part } = await this.pick(args, vscode.l10n.t('Attach to Detached Shell'));
    this.terminals.create(computer, { shellName: part.shell.name });
  };

  readonly end: Handler = async (...args) => {
    const { computer, part } = await this.pick(args, vscode.l10n.t('End Detached Shell'));
    const question = vscode.l10n.t('End {0} on {1}?', part.label, computer.name);
    const detail = vscode.l10n.t('The shell and what runs in it end. What is not saved is lost.');
    const yes = vscode.l10n.t('End');
    const answer = await vscode.window.showWarningMessage(question, { modal: true, detail }, yes);
    if (answer !== yes) throw cancellation();
    await withProgress(this.clock, vscode.l10n.t('SessionEnd {0}…', part.label), (signal) =>
      this.shells.end(computer, part.shell, signal),
    );
  };

  /** From the tree the line; else one of a computer, which is asked for them. */
  private async pick(args: readonly unknown[], title: string): Promise<DetachedShellTarget> {
    const [line] = args;
    if (line instanceof ChildNode && isShell(line.child))
      return { computer: line.parent.computer, part: line.child };
    const computer = await this.targets.one(args, title, 'ports');
    const looking = vscode.l10n.t('Looking for shells on {0}…', computer.name);
    const shells = await withProgress(this.clock, looking, (signal) => this.shells.look(computer, signal));
    const items = shells.map((shell) => itemOf(detachedShellChild(shell)));
    const placeHolder =
      items.length === 0 ? vscode.l10n.t('No shell runs there without a terminal.') : computer.name;
    const chosen = await vscode.window.showQuickPick(items, { title, placeHolder });
    if (!chosen) throw cancellation();
    return { computer, part: chosen.part };
  }
}

function isShell(part: TreeChild): part is DetachedShellChild {
  return part.kind === 'shell';
}

function itemOf(part: DetachedShellChild) {
  const label = escapeIcons(part.label);
  return {
    part,
    label,
    description: escapeIcons(part.description),
    iconPath: new vscode.ThemeIcon(part.icon),
  };
}
