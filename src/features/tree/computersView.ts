import * as vscode from 'vscode';
import type { Account, AccountState } from '../../account/account';
import type { ProjectFilter } from '../../account/projectFilter';
import { type Disposable, DisposableStore } from '../../base/disposable';
import type { ComputerStore } from '../../computers/computerStore';
import type { PlanMonitor } from '../../computers/planMonitor';
import { statusOf } from '../../computers/statusTable';
import { setContext } from '../../ui/setContext';
import { showError } from '../../ui/showError';
import type { TreeNode } from '../../ui/treeNodes';
import { viewId } from '../../ui/viewId';
import type { ComputersTree } from './computersTree';
import type { Grouping } from './grouping';

/** The key of the grouping in the memento. */
const groupingKey = 'celesto.grouping';

export interface ComputersViewDeps {
  readonly store: ComputerStore;
  readonly tree: ComputersTree;
  readonly account: Account;
  readonly memento: vscode.Memento;
  readonly planMonitor: Pick<PlanMonitor, 'watch'>;
  readonly projectFilter: Pick<ProjectFilter, 'current' | 'onDidChange'>;
}

/** The view of the tree: its title, message, badge, context keys for the welcome texts. The list is polled while it shows. */
export class ComputersView implements Disposable {
  private readonly disposables = new DisposableStore();
  private readonly view: vscode.TreeView<TreeNode>;
  private watch: Disposable | undefined;
  private planWatch: Disposable | undefined;

  constructor(private readonly deps: ComputersViewDeps) {
    const { store, tree, account, memento, projectFilter } = deps;
    this.view = vscode.window.createTreeView(viewId, {
      treeDataProvider: tree,
      canSelectMany: true,
      showCollapseAll: false,
    });
    this.disposables.add(this.view);
    this.disposables.add(this.view.onDidChangeVisibility(() => this.onDidChangeVisibility()));
    this.disposables.add(
      vscode.window.onDidChangeWindowState(({ focused }) => this.onDidChangeFocus(focused)),
    );
    this.disposables.add(store.onDidChange(() => this.draw()));
    this.disposables.add(store.onDidChangeState(() => this.onDidChangeState()));
    this.disposables.add(account.onDidChange((state) => this.onDidChangeAccount(state)));
    this.disposables.add(projectFilter.onDidChange(() => this.draw()));
    this.setGrouping(memento.get<Grouping>(groupingKey, 'none'));
    if (this.view.visible) this.onDidChangeVisibility();
  }

  get selection(): readonly TreeNode[] {
    return this.view.selection;
  }

  get isVisible(): boolean {
    return this.view.visible;
  }

  get filter(): string {
    return this.deps.tree.filter;
  }

  setFilter(text: string): void {
    this.deps.tree.filter = text;
    setContext('celesto.filtered', text !== '');
    this.draw();
  }

  setGrouping(grouping: Grouping): void {
    this.deps.tree.grouping = grouping;
    setContext('celesto.grouping', grouping);
    void this.deps.memento.update(groupingKey, grouping);
  }

  dispose(): void {
    this.watch?.dispose();
    this.planWatch?.dispose();
    this.disposables.dispose();
  }

  /** Loads the account when the view shows for the first time; nothing is read before that. */
  private onDidChangeVisibility(): void {
    if (this.view.visible && this.deps.account.state.kind === 'unknown') void this.deps.account.load();
    this.updateWatch();
  }

  /** Polls at once when the window gets the focus, since the list may be out of date. */
  private onDidChangeFocus(focused: boolean): void {
    if (focused) this.deps.store.pollNow();
  }

  private onDidChangeAccount(state: AccountState): void {
    setContext('celesto.account', state.kind);
    if (state.kind === 'signedIn') this.deps.store.loadCache();
    if (state.kind === 'refused') void showError(state.reason);
    this.updateWatch();
    this.draw();
  }

  private onDidChangeState(): void {
    this.updateWatch();
    this.draw();
  }

  /** Keeps the list polled while the view is visible and a user is signed in, and the plan once there is a list. */
  private updateWatch(): void {
    const { account, store, planMonitor } = this.deps;
    const shouldWatch = this.view.visible && account.state.kind === 'signedIn';
    if (!shouldWatch) {
      this.watch?.dispose();
      this.planWatch?.dispose();
      this.watch = this.planWatch = undefined;
      return;
    }
    this.watch ??= store.watch();
    if (store.state.freshness === 'live') this.planWatch ??= planMonitor.watch();
  }

  private draw(): void {
    const { ownComputers } = this.deps.store;
    const runningCount = ownComputers.filter(({ status }) => statusOf(status).isRunning).length;
    this.view.badge =
      runningCount > 0
        ? { value: runningCount, tooltip: vscode.l10n.t('{0} running', runningCount) }
        : undefined;
    // VS Code shows no description of a view that is alone.
    this.view.title = this.title();
    this.view.message = this.message();
    setContext('celesto.list', this.listContext());
  }

  /** The organization, and the project where only one is listed. */
  private title(): string {
    const { account, projectFilter } = this.deps;
    const owner = account.organization?.name ?? vscode.l10n.t('Computers');
    return [owner, projectFilter.current?.name].filter(Boolean).join(' · ');
  }

  private listContext(): string {
    const { freshness, problem } = this.deps.store.state;
    const isOfProject = this.deps.projectFilter.current !== undefined;
    if (this.deps.store.computers.length > 0) return this.deps.tree.visibleCount > 0 ? 'shown' : 'filtered';
    if (problem !== undefined) return 'unavailable';
    if (freshness !== 'live') return 'loading';
    return isOfProject ? 'emptyProject' : 'empty';
  }

  /** Joins the notes above the list. An empty list has none, since VS Code hides the welcome text under a message. */
  private message(): string | undefined {
    const { account, projectFilter, store, tree } = this.deps;
    const project = projectFilter.current;
    if (account.state.kind !== 'signedIn') return undefined;
    const { freshness, problem, possiblyMore, unreadable } = store.state;
    if (tree.visibleCount === 0 && (freshness !== 'none' || problem !== undefined)) return undefined;
    const notes = [
      problem instanceof Error && vscode.l10n.t('This list may be out of date. {0}', problem.message),
      freshness === 'none' && problem === undefined && vscode.l10n.t('Loading the list of computers…'),
      project && vscode.l10n.t('Only the project {0}', project.name),
      tree.filter !== '' &&
        vscode.l10n.t('Filter "{0}": {1} of {2}', tree.filter, tree.visibleCount, store.computers.length),
      possiblyMore &&
        vscode.l10n.t('Showing the first {0} computers. There may be more.', store.computers.length),
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
