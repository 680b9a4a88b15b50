import * as vscode from 'vscode';
import { type Disposable, DisposableStore } from '../../base/disposable';
import type { Computer } from '../../computers/computer';
import type { ComputerStore, StoreChange } from '../../computers/computerStore';
import { sortComputers } from '../../ui/sortComputers';
import type { ChildProvider } from '../../ui/treeChildren';
import { ChildNode, ComputerNode, GroupNode, type TreeNode } from '../../ui/treeNodes';
import { matchesFilter } from './filter';
import { type Grouping, groupOf } from './grouping';
import type { ItemClickCommands } from './itemClickCommands';
import type { LiveMetrics } from './liveMetrics';
import { computerTooltip } from './tooltip';
import { clickOf, drawnKey, treeItem } from './treeItems';

/** The data provider of the tree: computers, in groups where the user wants them, with their children. Fetches nothing. */
export class ComputersTree implements vscode.TreeDataProvider<TreeNode>, Disposable {
  private readonly disposables = new DisposableStore();
  private readonly changes = this.disposables.add(
    new vscode.EventEmitter<TreeNode | TreeNode[] | undefined>(),
  );
  private readonly nodes = new Map<string, ComputerNode>();
  private readonly groups = new Map<string, GroupNode>();
  private currentFilter = '';
  private currentGrouping: Grouping = 'none';

  readonly onDidChangeTreeData = this.changes.event;

  constructor(
    private readonly store: ComputerStore,
    private readonly providers: readonly ChildProvider[],
    private readonly metrics: Pick<LiveMetrics, 'metricsOf' | 'onDidExpire'>,
    private readonly itemClickCommands: Pick<ItemClickCommands, 'commandFor'>,
  ) {
    this.disposables.add(store.onDidChange((change) => this.update(change)));
    this.disposables.add(metrics.onDidExpire((id) => this.redraw(id)));
    for (const { onDidChange } of providers)
      this.disposables.add(onDidChange((id) => this.updateChildren(id)));
  }

  get filter(): string {
    return this.currentFilter;
  }

  set filter(text: string) {
    this.currentFilter = text;
    this.changes.fire(undefined);
  }

  get grouping(): Grouping {
    return this.currentGrouping;
  }

  set grouping(grouping: Grouping) {
    this.currentGrouping = grouping;
    this.changes.fire(undefined);
  }

  /** The computers that match the filter, sorted. */
  get visible(): Computer[] {
    return sortComputers(this.matching());
  }

  get visibleCount(): number {
    return this.matching().length;
  }

  getChildren(node?: TreeNode): TreeNode[] {
    if (node instanceof ChildNode) return [];
    if (node instanceof ComputerNode) return this.childrenOf(node);
    if (node instanceof GroupNode) return node.children;
    return this.currentGrouping === 'none'
      ? this.visible.map((computer) => this.nodeOf(computer))
      : this.grouped();
  }

  getParent(node: TreeNode): TreeNode | undefined {
    if (node instanceof ChildNode) return node.parent;
    if (node instanceof GroupNode || this.currentGrouping === 'none') return undefined;
    return this.groups.get(groupOf(node.computer, this.currentGrouping).key);
  }

  getTreeItem(node: TreeNode): vscode.TreeItem {
    const hasChildren = node instanceof ComputerNode && this.childrenOf(node).length > 0;
    const item = treeItem(node, hasChildren);
    const click = clickOf(node);
    if (click && item.id !== undefined) {
      const { title, command, argument } = click;
      const run = (): unknown => vscode.commands.executeCommand(command, argument);
      item.command = { title, command: this.itemClickCommands.commandFor(item.id, run) };
    }
    return item;
  }

  /** Adds the tooltip of a computer on hover. VS Code keeps it until the item is drawn again. */
  async resolveTreeItem(
    item: vscode.TreeItem,
    node: TreeNode,
    token: vscode.CancellationToken,
  ): Promise<vscode.TreeItem> {
    if (!(node instanceof ComputerNode)) return item;
    const abort = new AbortController();
    const listener = token.onCancellationRequested(() => abort.abort());
    const { computer } = node;
    const metrics = await this.metrics.metricsOf(computer, abort.signal);
    listener.dispose();
    if (!token.isCancellationRequested) item.tooltip = computerTooltip(computer, metrics);
    return item;
  }

  dispose(): void {
    this.disposables.dispose();
  }

  private matching(): readonly Computer[] {
    const { computers } = this.store;
    const { filter } = this;
    return filter ? computers.filter((computer) => matchesFilter(computer, filter)) : computers;
  }

  /** Redraws single items where the order stays, else the whole list. */
  private update({ added, changed, removed }: StoreChange): void {
    for (const { computer } of removed) this.nodes.delete(computer.id);
    const moved = changed.some((computer) => {
      const before = this.nodes.get(computer.id)?.computer;
      return !before || mayMove(before, computer);
    });
    const nodes = changed.map((computer) => this.nodeOf(computer));
    const isFiltered = this.currentFilter !== '';
    const whole = added.length > 0 || removed.length > 0 || moved || isFiltered;
    this.changes.fire(whole ? undefined : nodes);
  }

  /** Redraws the children of a computer that are drawn otherwise now, and the computer only where one comes or goes. */
  private updateChildren(id: string): void {
    const node = this.nodes.get(id);
    if (!node) return;
    const before = node.children.map((child) => ({ child, key: drawnKey(child.child) }));
    const after = this.childrenOf(node);
    const isSame = before.length === after.length && before.every(({ child }, i) => child === after[i]);
    if (!isSame) this.changes.fire(node);
    else {
      const changed = before.filter(({ child, key }) => key !== drawnKey(child.child));
      if (changed.length > 0) this.changes.fire(changed.map(({ child }) => child));
    }
  }

  /** Redraws a computer, which also drops its tooltip. */
  private redraw(id: string): void {
    const node = this.nodes.get(id);
    if (node) this.changes.fire(node);
  }

  private childrenOf(node: ComputerNode): ChildNode[] {
    const existing = new Map(node.children.map((childNode) => [childNode.child.key, childNode]));
    const children = this.providers.flatMap((provider) => provider.childrenOf(node.computer));
    const nodes = children.map((child) => {
      const childNode = existing.get(child.key) ?? new ChildNode(node, child);
      childNode.child = child;
      return childNode;
    });
    node.children = nodes;
    return nodes;
  }

  private nodeOf(computer: Computer): ComputerNode {
    const existing = this.nodes.get(computer.id);
    if (existing) {
      existing.computer = computer;
      return existing;
    }
    const node = new ComputerNode(computer);
    this.nodes.set(computer.id, node);
    return node;
  }

  private grouped(): GroupNode[] {
    const grouping = this.currentGrouping === 'template' ? 'template' : 'state';
    const present = new Set<GroupNode>();
    for (const group of this.groups.values()) group.children = [];
    for (const computer of this.visible) {
      const { key, label } = groupOf(computer, grouping);
      const group = this.groups.get(key) ?? new GroupNode(key, label);
      this.groups.set(key, group);
      group.children.push(this.nodeOf(computer));
      present.add(group);
    }
    return [...present];
  }
}

/** Compares all that the order and the groups depend on. */
function mayMove(before: Computer, after: Computer): boolean {
  return (
    before.status !== after.status || before.name !== after.name || before.templateId !== after.templateId
  );
}
