import * as vscode from 'vscode';
import type { Computer } from '../computers/computer';
import type { ComputerStore } from '../computers/store';
import { withoutIcons } from '../base/text';
import { PartNode } from './treeNodes';
import type { Part } from './parts';
import { cancellation } from './progress';

/** A part, and the computer that it belongs to. */
export interface PartTarget<P extends Part> {
  readonly computer: Computer;
  readonly part: P;
}

/** Finds out which part of a computer a command is about: the line it was called on, else the one that a person picks. */
export class PartTargets {
  constructor(private readonly store: Pick<ComputerStore, 'computers'>) {}

  /** Rejects with a cancellation when nobody says which. */
  async one<P extends Part>(
    args: readonly unknown[],
    title: string,
    source: { readonly of: (computer: Computer) => readonly P[] },
  ): Promise<PartTarget<P>> {
    const [line] = args;
    if (line instanceof PartNode) return { computer: line.parent.computer, part: line.part as P };
    const all = this.store.computers.flatMap((computer) =>
      source.of(computer).map((part) => ({
        computer,
        part,
        label: withoutIcons(vscode.l10n.t('{0} of {1}', part.label, computer.name)),
        description: withoutIcons(part.description),
        iconPath: new vscode.ThemeIcon(part.icon),
      })),
    );
    const placeHolder = all.length === 0 ? vscode.l10n.t('There is none.') : '';
    const chosen = await vscode.window.showQuickPick(all, { title, placeHolder });
    if (!chosen) throw cancellation();
    return chosen;
  }
}
