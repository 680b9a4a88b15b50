import * as vscode from 'vscode';
import { cancellation } from '../base/abort';
import { escapeIcons } from '../base/text';
import type { Computer } from '../computers/computer';
import type { ComputerStore } from '../computers/computerStore';
import type { TreeChild } from './treeChildren';
import { ChildNode } from './treeNodes';

/** A tree child and the computer that it belongs to. */
export interface TreeChildTarget<C extends TreeChild> {
  readonly computer: Computer;
  readonly child: C;
}

/** Resolves the tree child that a command acts on: the tree item it was called on, else the one that the user picks. */
export class TreeChildTargets {
  constructor(private readonly store: Pick<ComputerStore, 'computers'>) {}

  /** @throws a cancellation when the user picks none */
  async one<C extends TreeChild>(
    args: readonly unknown[],
    title: string,
    provider: { readonly childrenOf: (computer: Computer) => readonly C[] },
  ): Promise<TreeChildTarget<C>> {
    const [node] = args;
    if (node instanceof ChildNode) return { computer: node.parent.computer, child: node.child as C };
    const items = this.store.computers.flatMap((computer) =>
      provider.childrenOf(computer).map((child) => ({
        computer,
        child,
        label: escapeIcons(vscode.l10n.t('{0} of {1}', child.label, computer.name)),
        description: escapeIcons(child.description),
        iconPath: new vscode.ThemeIcon(child.icon),
      })),
    );
    const placeHolder = items.length === 0 ? vscode.l10n.t('There are none.') : '';
    const chosen = await vscode.window.showQuickPick(items, { title, placeHolder });
    if (!chosen) throw cancellation();
    return chosen;
  }
}
