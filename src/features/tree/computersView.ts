import * as vscode from 'vscode';
import type { Account, AccountState } from '../../account/account';
import type { ComputerStore } from '../../computers/store';
import { DisposableStore, type Disposable } from '../../base/disposable';
import { viewId } from '../../ui/viewId';
import type { TreeNode } from '../../ui/treeNodes';
import type { ComputersTree } from './computersTree';
import { showError } from '../../ui/showError';
import type { Grouping } from '../../ui/presentation';

const groupingKey = 'celesto.grouping';

/** The side-bar view around the tree: its title, message, badge, welcome texts, and when the list is kept up to date. */
export class ComputersView implements Disposable {
  private readonly disposables = new DisposableStore();
  private readonly view: vscode.TreeView<TreeNode>;
  private watch: Disposable | undefined;

  constructor(
    private readonly store: ComputerStore,
    private readonly tree: ComputersTree,
    private readonly account: Account,
    private readonly memory: vscode.Memento,
  ) {
    this.view = vscode.window.createTreeView(viewId, {
      treeDataProvider: tree,
      canSelectMany: true,
      showCollapseAll: false,
    });
    this.disposables.add(this.view);
    this.disposables.add(this.view.onDidChangeVisibility(() => this.onVisibility()));
    this.disposables.add(vscode.window.onDidChangeWindowState(({ focused }) => this.onFocus(focused)));
    this.disposables.add(store.onDidChange(() => this.draw()));
    this.disposables.add(store.onDidChangeState(() => this.draw()));
    this.disposables.add(account.onDidChange((state) => this.onAccount(state)));
    this.setGrouping(memory.get<Grouping>(groupingKey, 'none'));
    if (this.view.visible) this.onVisibility();
  }

  /** The lines that are selected. */
  get selection(): readonly TreeNode[] {
    return this.view.selection;
  }

  get isVisible(): boolean {
    return this.view.visible;
  }

  setFilter(text: string): void {
    this.tree.filter = text;
    setContext('celesto.filtered', text !== '');
    this.draw();
  }

  setGrouping(grouping: Grouping): void {
    this.tree.grouping = grouping;
    setContext('celesto.grouping', grouping);
    void this.memory.update(groupingKey, grouping);
  }

  dispose(): void {
    this.watch?.dispose();
    this.disposables.dispose();
  }

  /** The first sight of the view is when anything is read at all: the list of last time, then the service. */
  private onVisibility(): void {
    if (this.view.visible && this.account.state.kind === 'unknown') void this.account.load();
    this.keepWatch();
  }

  /** Whoever comes back to the window sees how things are now, and not how they were a while ago. */
  private onFocus(focused: boolean): void {
    if (focused) this.store.pollNow();
  }

  private onAccount(state: AccountState): void {
    setContext('celesto.account', state.kind);
    if (state.kind === 'signedIn') this.store.loadCache();
    if (state.kind === 'refused') void showError(state.reason);
    this.keepWatch();
    this.draw();
  }

  private keepWatch(): void {
    const wanted = this.view.visible && this.account.state.kind === 'signedIn';
    if (wanted) this.watch ??= this.store.watch();
    else {
      this.watch?.dispose();
      this.watch = undefined;
    }
  }

  private draw(): void {
    const { computers } = this.store;
    const running = computers.filter(({ status }) => status === 'running').length;
    this.view.badge =
      running > 0 ? { value: running, tooltip: vscode.l10n.t('{0} running', running) } : undefined;
    // VS Code shows no description of a view that is alone.
    this.view.title = this.account.organization?.name ?? vscode.l10n.t('Computers');
    this.view.message = this.message();
    setContext('celesto.list', this.listContext());
  }

  private listContext(): string {
    const { freshness, problem } = this.store.state;
    if (this.store.computers.length > 0) return this.tree.visibleCount > 0 ? 'shown' : 'filtered';
    if (problem !== undefined) return 'unavailable';
    return freshness === 'live' ? 'empty' : 'loading';
  }

  /** Notes on what the list shows. Where it is empty there are none: VS Code would hide the welcome text and its buttons. */
  private message(): string | undefined {
    const { account, store, tree } = this;
    if (account.state.kind !== 'signedIn') return undefined;
    const { freshness, problem, possiblyMore, unreadable } = store.state;
    if (tree.visibleCount === 0 && (freshness !== 'none' || problem !== undefined)) return undefined;
    const notes = [
      problem instanceof Error && vscode.l10n.t('This list may be out of date. {0}', problem.message),
      freshness === 'none' && problem === undefined && vscode.l10n.t('Reading the list of computers…'),
      tree.filter !== '' &&
        vscode.l10n.t('Filter "{0}": {1} of {2}', tree.filter, tree.visibleCount, store.computers.length),
      possiblyMore &&
        vscode.l10n.t('These are the first {0}. There are possibly more.', store.computers.length),
      unreadable > 0 && unreadableNote(unreadable),
    ];
    return notes.filter(Boolean).join('\n') || undefined;
  }
}

function unreadableNote(count: number): string {
  return count === 1
    ? vscode.l10n.t('One computer could not be read. The log says why.')
    : vscode.l10n.t('{0} computers could not be read. The log says why.', count);
}

function setContext(key: string, value: string | boolean): void {
  void vscode.commands.executeCommand('setContext', key, value);
}
