import * as vscode from 'vscode';
import type { Computer } from '../computers/computer';
import type { ComputerStore } from '../computers/store';
import { escapeIcons } from '../base/text';
import { ChildNode } from './treeNodes';
import type { TreeChild } from './treeChildren';
import { cancellation } from './progress';

/** A part, and the computer that it belongs to. */
export interface ChildTarget<P extends TreeChild> {
  readonly computer: Computer;
  readonly child: P;
}

/** Finds out which part of a computer a command is about: the line it was called on, else the one that a person picks. */
export class ChildTargets {
  constructor(private readonly store: Pick<ComputerStore, 'computers'>) {}

  /** Rejects with a cancellation when nobody says which. */
  async one<P extends TreeChild>(
    args: readonly unknown[],
    title: string,
    provider: { readonly childrenOf: (computer: Computer) => readonly P[] },
  ): Promise<ChildTarget<P>> {
    const [line] = args;
    if (line instanceof ChildNode) return { computer: line.parent.computer, child: line.child as P };
    const all = this.store.computers.flatMap((computer) =>
      provider.childrenOf(computer).map((child) => ({
        computer,
        child,
        label: escapeIcons(vscode.l10n.t('{0} of {1}', child.label, computer.name)),
        description: escapeIcons(child.description),
        iconPath: new vscode.ThemeIcon(child.icon),
      })),
    );
    const placeHolder = all.length === 0 ? vscode.l10n.t('There is none.') : '';
    const chosen = await vscode.window.showQuickPick(all, { title, placeHolder });
    if (!chosen) throw cancellation();
    return chosen;
  }
}
