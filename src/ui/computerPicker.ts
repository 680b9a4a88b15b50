import * as vscode from 'vscode';
import type { Computer } from '../computers/computer';
import type { ComputerStore } from '../computers/store';
import { DisposableStore } from '../base/disposable';
import { escapeIcons } from '../base/text';
import { capabilities, appearanceOf, sortComputers } from './presentation';

interface ComputerItem extends vscode.QuickPickItem {
  readonly computer: Computer;
}

/** Lets a person pick computers from the list; each line shows icon and state, and follows what changes meanwhile. */
export class ComputerPicker {
  constructor(private readonly store: ComputerStore) {}

  /** One computer that can do what is asked (a word of `capabilities`); undefined when the person left. */
  async one(title: string, capability: string): Promise<Computer | undefined> {
    return (await this.pick(title, capability, false))[0];
  }

  /** Any number of computers. */
  many(title: string, capability: string): Promise<readonly Computer[]> {
    return this.pick(title, capability, true);
  }

  private pick(title: string, capability: string, many: boolean): Promise<readonly Computer[]> {
    const disposables = new DisposableStore();
    const pick = disposables.add(vscode.window.createQuickPick<ComputerItem>());
    pick.title = title;
    pick.canSelectMany = many;
    pick.matchOnDescription = true;
    const note = (): void => {
      pick.busy = this.store.state.freshness === 'none' && this.store.state.problem === undefined;
      pick.placeholder = this.placeholder(pick.busy, pick.items.length, many);
    };
    const draw = (): void => {
      const before = pick.items.map(({ computer }) => computer);
      const lines = this.linesAfter(before, capability);
      // Never without need: what a person checks just then is lost.
      if (lines.length !== before.length || lines.some((computer, i) => computer !== before[i])) {
        const { activeItems, selectedItems } = pick;
        pick.items = lines.map(itemOf);
        pick.selectedItems = sameIn(pick.items, selectedItems);
        if (activeItems.length > 0) pick.activeItems = sameIn(pick.items, activeItems);
      }
      note();
    };
    draw();
    disposables.add(this.store.onDidChange(draw));
    disposables.add(this.store.onDidChangeState(note));
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
   * What the lines are now. VS Code tells what was chosen by its place in the list, and tells it late: so no line ever
   * changes its place. One whose computer can do it no more stays and shows why, new ones come last.
   */
  private linesAfter(lines: readonly Computer[], capability: string): Computer[] {
    const there = new Set(lines.map(({ id }) => id));
    const able = this.store.computers.filter(
      (computer) => !there.has(computer.id) && capabilities(computer).includes(capability),
    );
    return [
      ...lines.map((computer) => this.store.get(computer.id) ?? asDeleted(computer)),
      ...sortComputers(able),
    ];
  }

  private placeholder(loading: boolean, count: number, many: boolean): string {
    if (loading) return vscode.l10n.t('Reading the list of computers…');
    const { problem } = this.store.state;
    if (count === 0 && problem instanceof Error) return problem.message;
    if (count === 0) return vscode.l10n.t('There is no computer to do that with.');
    return many ? vscode.l10n.t('Choose computers') : vscode.l10n.t('Choose a computer');
  }
}

function asDeleted(computer: Computer): Computer {
  return computer.status === 'deleted' ? computer : { ...computer, status: 'deleted' };
}

/** Those of the items that stand for the same computers as others. */
function sameIn(items: readonly ComputerItem[], others: readonly ComputerItem[]): ComputerItem[] {
  const ids = new Set(others.map(({ computer }) => computer.id));
  return items.filter(({ computer }) => ids.has(computer.id));
}

function itemOf(computer: Computer): ComputerItem {
  const look = appearanceOf(computer);
  return {
    computer,
    label: escapeIcons(look.label),
    description: escapeIcons(look.description),
    iconPath: new vscode.ThemeIcon(look.icon, new vscode.ThemeColor(look.color)),
  };
}
