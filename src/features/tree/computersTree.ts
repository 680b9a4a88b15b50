import * as vscode from 'vscode';
import type { Computer } from '../../computers/computer';
import type { ComputerStore, StoreChange } from '../../computers/store';
import { DisposableStore, type Disposable } from '../../base/disposable';
import type { TreeChild, ChildProvider } from '../../ui/treeChildren';
import {
  factsOf,
  matchesFilter,
  groupOf,
  appearanceOf,
  sortComputers,
  type Grouping,
} from '../../ui/presentation';
import type { LiveMetrics } from './liveMetrics';
import { ComputerNode, GroupNode, ChildNode, type TreeNode } from '../../ui/treeNodes';
import type { ItemCommands } from './itemCommands';

/** Draws the store as a tree, with what belongs to a computer below it. It neither fetches nor schedules anything. */
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
    private readonly sources: readonly ChildProvider[],
    private readonly pulse: Pick<LiveMetrics, 'metricsOf' | 'onDidExpire'>,
    private readonly clicks: Pick<ItemCommands, 'commandFor'>,
  ) {
    this.disposables.add(store.onDidChange((change) => this.update(change)));
    this.disposables.add(pulse.onDidExpire((id) => this.forgetTooltip(id)));
    for (const source of sources) this.disposables.add(source.onDidChange((id) => this.updateParts(id)));
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

  /** The computers that the filter lets through, in the order of the list. */
  get visible(): Computer[] {
    const { filter } = this;
    return sortComputers(
      filter
        ? this.store.computers.filter((computer) => matchesFilter(computer, filter))
        : this.store.computers,
    );
  }

  /** How many the filter lets through. */
  get visibleCount(): number {
    const { filter } = this;
    const { computers } = this.store;
    return filter ? computers.filter((computer) => matchesFilter(computer, filter)).length : computers.length;
  }

  getChildren(node?: TreeNode): TreeNode[] {
    if (node instanceof ChildNode) return [];
    if (node instanceof ComputerNode) return this.partsOf(node);
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
    if (node instanceof GroupNode) return groupItem(node);
    const isPart = node instanceof ChildNode;
    const item = isPart ? partItem(node) : computerItem(node, this.partsOf(node).length > 0);
    const click = isPart ? partClick(node) : computerClick(node);
    if (click && item.id !== undefined) {
      const [title, command, argument] = click;
      const run = (): unknown => vscode.commands.executeCommand(command, argument);
      item.command = { title, command: this.clicks.commandFor(item.id, run) };
    }
    return item;
  }

  /** Called when the mouse rests on a line. What is set here VS Code keeps until the line is drawn anew. */
  async resolveTreeItem(
    item: vscode.TreeItem,
    node: TreeNode,
    token: vscode.CancellationToken,
  ): Promise<vscode.TreeItem> {
    if (!(node instanceof ComputerNode)) return item;
    const left = new AbortController();
    const listener = token.onCancellationRequested(() => left.abort());
    const { computer } = node;
    const figures = await this.pulse.metricsOf(computer, left.signal);
    listener.dispose();
    if (!token.isCancellationRequested)
      item.tooltip = tooltip(computer.name, [...factsOf(computer), ...figures]);
    return item;
  }

  dispose(): void {
    this.disposables.dispose();
  }

  /** Redraws single lines where nothing moves, and the whole list only where something does. */
  private update({ added, changed, removed }: StoreChange): void {
    for (const { id } of removed) this.nodes.delete(id);
    const redrawn = changed.map((computer) => ({ before: this.nodes.get(computer.id)?.computer, computer }));
    const moved = redrawn.some(({ before, computer }) => !before || moves(before, computer));
    const nodes = changed.map((computer) => this.nodeOf(computer));
    const filtered = this.currentFilter !== '';
    const whole = added.length > 0 || removed.length > 0 || moved || filtered;
    this.changes.fire(whole ? undefined : nodes);
  }

  /** Redraws the lines below a computer that look otherwise, and the computer only where one comes or goes. */
  private updateParts(id: string): void {
    const node = this.nodes.get(id);
    if (!node) return;
    const before = node.children.map((known) => ({ known, look: lookKey(known.child) }));
    const after = this.partsOf(node);
    const isSame = before.length === after.length && before.every(({ known }, i) => known === after[i]);
    if (!isSame) this.changes.fire(node);
    else {
      const redrawn = before.filter(({ known, look }) => look !== lookKey(known.child));
      if (redrawn.length > 0) this.changes.fire(redrawn.map(({ known }) => known));
    }
  }

  private forgetTooltip(id: string): void {
    const node = this.nodes.get(id);
    if (node) this.changes.fire(node);
  }

  private partsOf(node: ComputerNode): ChildNode[] {
    const known = new Map(node.children.map((one) => [one.child.key, one]));
    const parts = this.sources.flatMap((source) => source.childrenOf(node.computer));
    const nodes = parts.map((part) => {
      const there = known.get(part.key) ?? new ChildNode(node, part);
      there.child = part;
      return there;
    });
    node.children = nodes;
    return nodes;
  }

  private nodeOf(computer: Computer): ComputerNode {
    const known = this.nodes.get(computer.id);
    if (known) {
      known.computer = computer;
      return known;
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

/** True where a change may put a computer at another place, or into another group. */
function moves(before: Computer, after: Computer): boolean {
  return (
    before.status !== after.status || before.name !== after.name || before.templateId !== after.templateId
  );
}

function computerItem({ computer }: ComputerNode, hasParts: boolean): vscode.TreeItem {
  const look = appearanceOf(computer);
  const { Collapsed, None } = vscode.TreeItemCollapsibleState;
  const item = new vscode.TreeItem(look.label, hasParts ? Collapsed : None);
  item.id = computer.id;
  item.description = look.description;
  item.iconPath = new vscode.ThemeIcon(look.icon, new vscode.ThemeColor(look.color));
  item.contextValue = look.contextValue;
  item.accessibilityInformation = { label: look.ariaLabel };
  return item;
}

/** What a click does: its title, a command, and that command's argument. */
type Click = readonly [title: string, command: string, argument: unknown];

function computerClick({ computer: { id } }: ComputerNode): Click {
  return [vscode.l10n.t('Open Terminal'), 'celesto.open', { computerId: id }];
}

function partClick(node: ChildNode): Click | undefined {
  const { command: click } = node.child;
  return click && [click.title, click.command, node];
}

function partItem(node: ChildNode): vscode.TreeItem {
  const { parent, child: part } = node;
  const item = new vscode.TreeItem(part.label);
  item.id = `${parent.computer.id} ${part.key}`;
  item.description = part.description;
  item.tooltip = part.tooltip;
  item.iconPath = new vscode.ThemeIcon(part.icon);
  item.contextValue = part.contextValues.join(' ');
  item.accessibilityInformation = { label: part.ariaLabel };
  return item;
}

/** All that is seen of a part. */
function lookKey({
  label,
  description,
  tooltip,
  ariaLabel: spoken,
  icon,
  contextValues: capabilities,
}: TreeChild): string {
  return JSON.stringify([label, description, tooltip, spoken, icon, capabilities]);
}

function groupItem({ key, label, children }: GroupNode): vscode.TreeItem {
  const item = new vscode.TreeItem(label, vscode.TreeItemCollapsibleState.Expanded);
  item.id = `group ${key}`;
  item.description = String(children.length);
  item.contextValue = 'group';
  return item;
}

/** Server text is appended as text, so none of it is taken for Markdown. */
function tooltip(name: string, facts: readonly [string, string][]): vscode.MarkdownString {
  const markdown = new vscode.MarkdownString();
  markdown.appendMarkdown('**').appendText(name).appendMarkdown('**\n\n');
  for (const [label, value] of facts) {
    markdown.appendText(`${label}: `).appendText(value).appendMarkdown('  \n');
  }
  return markdown;
}
