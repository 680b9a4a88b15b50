import * as vscode from 'vscode';
import { DisposableStore } from '../base/disposable';
import { escapeIcons } from '../base/text';
import { type Capability, isCapable } from '../computers/capabilities';
import type { Computer } from '../computers/computer';
import type { ComputerStore } from '../computers/computerStore';
import { statusOf } from '../computers/statusTable';
import { computerItemText } from './computerItemText';
import { sortComputers } from './sortComputers';

interface ComputerItem extends vscode.QuickPickItem {
  readonly computer: Computer;
}

/**
 * A quick pick of computers, without the service's own machines. Items show icon and status and are updated with the
 * store.
 */
export class ComputerPicker {
  constructor(private readonly store: ComputerStore) {}

  /** Picks one computer with the capability; undefined when the user closes the picker. */
  async one(title: string, capability: Capability): Promise<Computer | undefined> {
    return (await this.pick(title, capability, false))[0];
  }

  /** Picks any number of computers with the capability; none when the user closes the picker. */
  many(title: string, capability: Capability): Promise<readonly Computer[]> {
    return this.pick(title, capability, true);
  }

  private pick(title: string, capability: Capability, many: boolean): Promise<readonly Computer[]> {
    const disposables = new DisposableStore();
    const pick = disposables.add(vscode.window.createQuickPick<ComputerItem>());
    pick.title = title;
    pick.canSelectMany = many;
    pick.matchOnDescription = true;
    const updatePlaceholder = (): void => {
      pick.busy = this.store.state.freshness === 'none' && this.store.state.problem === undefined;
      pick.placeholder = this.placeholder(pick.busy, pick.items.length, many);
    };
    const updateItems = (): void => {
      const before = pick.items.map(({ computer }) => computer);
      const after = this.computersAfter(before, capability);
      // Setting the items loses what the user checks at that moment, so they are set only when something changed.
      if (after.length !== before.length || after.some((computer, i) => computer !== before[i])) {
        const { activeItems, selectedItems } = pick;
        pick.items = after.map(itemOf);
        pick.selectedItems = sameIn(pick.items, selectedItems);
        if (activeItems.length > 0) pick.activeItems = sameIn(pick.items, activeItems);
      }
      updatePlaceholder();
    };
    updateItems();
    disposables.add(this.store.onDidChange(updateItems));
    disposables.add(this.store.onDidChangeState(updatePlaceholder));
    disposables.add(this.store.watch());
    pick.show();
    return new Promise((resolve) => {
      disposables.add(
        pick.onDidAccept(() => {
          resolve(pick.selectedItems.map(({ computer }) => computer));
          pick.hide();
        }),
      );
      disposables.add(
        pick.onDidHide(() => {
          resolve([]);
          disposables.dispose();
        }),
      );
    });
  }

  /**
   * Updates the computers of the items. VS Code reports a choice by its index, and late: so no item ever changes its
   * index. A computer that has lost the capability stays and shows its status, new ones are appended.
   */
  private computersAfter(before: readonly Computer[], capability: Capability): Computer[] {
    const listed = new Set(before.map(({ id }) => id));
    const added = this.store.ownComputers.filter(
      (computer) => !listed.has(computer.id) && isCapable(computer, capability),
    );
    return [
      ...before.map((computer) => this.store.get(computer.id) ?? asDeleted(computer)),
      ...sortComputers(added),
    ];
  }

  private placeholder(loading: boolean, count: number, many: boolean): string {
    if (loading) return vscode.l10n.t('Loading the list of computers…');
    const { problem } = this.store.state;
    if (count === 0 && problem instanceof Error) return problem.message;
    if (count === 0) return vscode.l10n.t('No computer is in a state that allows this.');
    return many ? vscode.l10n.t('Select computers') : vscode.l10n.t('Select a computer');
  }
}

function asDeleted(computer: Computer): Computer {
  return statusOf(computer.status).isDeleted ? computer : { ...computer, status: 'deleted' };
}

/** Finds the items that stand for the same computers as others. */
function sameIn(items: readonly ComputerItem[], others: readonly ComputerItem[]): ComputerItem[] {
  const ids = new Set(others.map(({ computer }) => computer.id));
  return items.filter(({ computer }) => ids.has(computer.id));
}

function itemOf(computer: Computer): ComputerItem {
  const { label, description, icon, color } = computerItemText(computer);
  return {
    computer,
    label: escapeIcons(label),
    description: escapeIcons(description),
    iconPath: new vscode.ThemeIcon(icon, new vscode.ThemeColor(color)),
  };
}
