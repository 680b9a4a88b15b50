import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { Computer } from '../../src/computers/computer';
import { ComputersTree } from '../../src/features/tree/computersTree';
import { ItemClickCommands } from '../../src/features/tree/itemClickCommands';
import type { ChildProvider, TreeChild } from '../../src/ui/treeChildren';
import { ChildNode, ComputerNode, GroupNode, type TreeNode } from '../../src/ui/treeNodes';
import { wire } from '../unit/support/computers';
import { StoreHarness } from '../unit/support/storeHarness';

/** Child rows of computers, which the test sets. */
class FakeChildren implements ChildProvider {
  private readonly changes = new vscode.EventEmitter<string>();
  private readonly labels = new Map<string, readonly string[]>();
  readonly onDidChange = this.changes.event;

  /** Sets the child rows of a computer, `key: description` each. */
  set(id: string, ...labels: string[]): void {
    this.labels.set(id, labels);
    this.changes.fire(id);
  }

  childrenOf({ id }: Computer): readonly TreeChild[] {
    return (this.labels.get(id) ?? []).map((text) => {
      const [key = '', description = ''] = text.split(': ');
      const published = { port: 3000, status: 'published', url: null, created_at: null };
      const appearance = { key, label: key, description, tooltip: text, ariaLabel: text, icon: 'globe' };
      return { kind: 'published', published, ...appearance, contextValues: ['publishedPort'] };
    });
  }
}

/** Metrics of computers, which the test sets. */
class FakeMetrics {
  private readonly expirations = new vscode.EventEmitter<string>();
  readonly requests: string[] = [];
  answer: Promise<[string, string][]> = Promise.resolve([]);
  readonly onDidExpire = this.expirations.event;

  metricsOf({ id }: Computer, signal: AbortSignal): Promise<[string, string][]> {
    this.requests.push(id);
    signal.addEventListener('abort', () => this.requests.push(`${id} cancelled`));
    return this.answer;
  }

  expire(id: string): void {
    this.expirations.fire(id);
  }
}

/** A tree on a list that the test sets; it records what the tree tells VS Code to redraw. */
class TreeHarness {
  readonly list = new StoreHarness();
  readonly provider = new FakeChildren();
  readonly metrics = new FakeMetrics();
  /** The action of a click on each row, by the row's command. */
  readonly clicked = new Map<string, () => unknown>();
  private readonly itemClickCommands = {
    commandFor: (id: string, click: () => unknown) => {
      this.clicked.set(`click ${id}`, click);
      return `click ${id}`;
    },
  };
  readonly tree = new ComputersTree(this.list.store, [this.provider], this.metrics, this.itemClickCommands);
  private readonly redrawn: (TreeNode | TreeNode[] | undefined)[] = [];

  constructor() {
    this.tree.onDidChangeTreeData((nodes) => this.redrawn.push(nodes));
  }

  static async with(...computers: string[]): Promise<TreeHarness> {
    const harness = new TreeHarness();
    await harness.list.refreshWith(...computers);
    harness.tree.getChildren();
    harness.redraws();
    return harness;
  }

  /** Returns and forgets what was redrawn: `all`, or the ids of single rows. */
  redraws(): string[] {
    return this.redrawn
      .splice(0)
      .map((nodes) => (nodes === undefined ? 'all' : [nodes].flat().map(idOf).join(' ')));
  }

  /** The rows; those in a group follow its label. */
  rows(): string[] {
    return this.tree
      .getChildren()
      .flatMap((node) =>
        node instanceof GroupNode
          ? [`${node.label}: ${this.tree.getChildren(node).map(idOf).join(' ')}`]
          : [idOf(node)],
      );
  }

  item(id: string): vscode.TreeItem {
    return this.tree.getTreeItem(this.node(id));
  }

  /** Resolves the tooltip of computer `a`. */
  async tooltip(
    item: vscode.TreeItem,
    token = new vscode.CancellationTokenSource().token,
  ): Promise<vscode.TreeItem['tooltip']> {
    return (await this.tree.resolveTreeItem(item, this.node('a'), token)).tooltip;
  }

  node(id: string): TreeNode {
    const all = this.tree.getChildren().flatMap((node) => [node, ...this.tree.getChildren(node)]);
    return all.find((node) => idOf(node) === id)!;
  }
}

function idOf(node: TreeNode): string {
  if (node instanceof ChildNode) return `${node.parent.computer.id}/${node.child.key}`;
  return node instanceof ComputerNode ? node.computer.id : node.key;
}

describe('the tree', () => {
  it('draws a row for each computer, running ones first', async () => {
    const harness = await TreeHarness.with('a stopped', 'b running', 'c error');
    assert.deepEqual(harness.rows(), ['b', 'c', 'a']);
    const item = harness.item('b');
    assert.equal(item.id, 'b');
    assert.equal(item.label, 'name of b');
    assert.equal(item.description, 'running · coding-agent · 2 CPU, 2 GB');
    assert.equal((item.iconPath as vscode.ThemeIcon).id, 'vm-running');
    assert.equal(item.accessibilityInformation?.label, 'name of b, running, coding-agent, 2 CPU, 2 GB');
    // VS Code would drop arguments before the window has the redrawn row.
    assert.deepEqual([item.command?.command, item.command?.arguments], ['click b', undefined]);
    assert.deepEqual([...harness.clicked.keys()], ['click b']);
  });

  it('redraws one row where the order stays', async () => {
    const harness = await TreeHarness.with('a running', 'b running');
    harness.list.client.script('list', {
      computers: [wire('a', 'running', { ram_mb: 4096 }), wire('b', 'running')],
      unreadable: [],
      possiblyMore: false,
    });
    await harness.list.store.refresh();
    assert.deepEqual(harness.redraws(), ['a']);
    assert.match(String(harness.item('a').description), /4 GB/);
  });

  for (const [change, computers] of [
    ['appears', ['a running', 'b running', 'c running']],
    ['disappears', ['a running']],
    ['changes its status, and so its position', ['a stopped', 'b running']],
  ] as const) {
    it(`redraws all where one ${change}`, async () => {
      const harness = await TreeHarness.with('a running', 'b running');
      await harness.list.refreshWith(...computers);
      assert.deepEqual(harness.redraws(), ['all']);
    });
  }

  it('redraws nothing where nothing changes', async () => {
    const harness = await TreeHarness.with('a running', 'b running');
    await harness.list.refreshWith('a running', 'b running');
    assert.deepEqual(harness.redraws(), []);
  });

  it('keeps the node of a computer while it is listed, so that a selection stays', async () => {
    const harness = await TreeHarness.with('a running', 'b running');
    const before = harness.node('a');
    await harness.list.refreshWith('a stopping', 'b running');
    assert.equal(harness.node('a'), before);
    await harness.list.refreshWith('b running');
    await harness.list.refreshWith('a running', 'b running');
    assert.notEqual(harness.node('a'), before);
  });

  it('applies the filter as the list changes', async () => {
    const harness = await TreeHarness.with('a running', 'b stopped');
    harness.tree.filter = 'stopped';
    assert.deepEqual(harness.rows(), ['b']);
    await harness.list.refreshWith('a stopped', 'b stopped');
    assert.deepEqual(harness.redraws(), ['all', 'all']);
    assert.deepEqual(harness.rows(), ['a', 'b']);
    harness.tree.filter = '';
    assert.deepEqual(harness.rows(), ['a', 'b']);
  });

  it('groups by status, with the number in each, and keeps the node of a group', async () => {
    const harness = await TreeHarness.with('a stopped', 'b running', 'c running');
    harness.tree.grouping = 'state';
    assert.deepEqual(harness.rows(), ['running: b c', 'stopped: a']);
    const running = harness.node('running');
    const item = harness.tree.getTreeItem(running);
    assert.equal(item.description, '2');
    assert.equal(item.contextValue, 'group');
    assert.equal(harness.tree.getParent(harness.node('b')), running);
    await harness.list.refreshWith('a running', 'b running', 'c running');
    assert.deepEqual(harness.rows(), ['running: a b c']);
    assert.equal(harness.node('running'), running);
  });

  it('groups by template', async () => {
    const harness = await TreeHarness.with('a stopped', 'b running');
    harness.tree.grouping = 'template';
    assert.deepEqual(harness.rows(), ['coding-agent: b a']);
    harness.tree.grouping = 'none';
    assert.deepEqual(harness.rows(), ['b', 'a']);
  });

  it('resolves tooltips on request only, with text of the service escaped for Markdown', async () => {
    const harness = new TreeHarness();
    const trap = '[click](command:workbench.action.quit) **bold** <img src=x>';
    harness.list.client.script('list', {
      computers: [wire('a', 'error', { name: trap, last_error: trap })],
      unreadable: [],
      possiblyMore: false,
    });
    await harness.list.store.refresh();
    const item = harness.item('a');
    assert.equal(item.tooltip, undefined);
    assert.deepEqual(harness.metrics.requests, []);
    harness.metrics.answer = Promise.resolve([['CPU', trap]]);
    const tooltip = await harness.tooltip(item);
    assert.ok(tooltip instanceof vscode.MarkdownString);
    assert.ok(!tooltip.isTrusted);
    assert.ok(!tooltip.supportHtml);
    assert.ok(!tooltip.value.includes('[click](command:'), tooltip.value);
    assert.ok(!tooltip.value.includes('**bold**'), tooltip.value);
    assert.match(tooltip.value, /Last&nbsp;error/);
    assert.match(tooltip.value, /CPU/);
  });

  it('cancels a tooltip when the mouse leaves, and resolves a new one once metrics expire', async () => {
    const harness = await TreeHarness.with('a running');
    const item = harness.item('a');
    const mouse = new vscode.CancellationTokenSource();
    let resolveMetrics: (metrics: [string, string][]) => void = () => undefined;
    harness.metrics.answer = new Promise((resolve) => (resolveMetrics = resolve));
    const tooltip = harness.tooltip(item, mouse.token);
    mouse.cancel();
    assert.deepEqual(harness.metrics.requests, ['a', 'a cancelled']);
    resolveMetrics([]);
    assert.equal(await tooltip, undefined);
    harness.metrics.expire('a');
    assert.deepEqual(harness.redraws(), ['a']);
  });

  it('draws 10,000 computers, and a change of one', async () => {
    const harness = new TreeHarness();
    const names = Array.from({ length: 10_000 }, (_, i) => `c${i} ${i % 3 ? 'stopped' : 'running'}`);
    await harness.list.refreshWith(...names);
    harness.redraws();
    assert.equal(harness.tree.getChildren().length, 10_000);
    await harness.list.refreshWith(...names.slice(1), 'c0 stopping');
    assert.deepEqual(harness.redraws(), ['all']);
    assert.equal(harness.tree.getChildren().length, 10_000);
  });

  it('draws child rows below a computer, which can be expanded only then', async () => {
    const harness = await TreeHarness.with('a running', 'b running');
    const { Collapsed, None } = vscode.TreeItemCollapsibleState;
    assert.equal(harness.item('a').collapsibleState, None);
    harness.provider.set('a', 'one: idle', 'two: idle');
    assert.deepEqual(harness.redraws(), ['a']);
    assert.deepEqual(
      [harness.item('a').collapsibleState, harness.item('b').collapsibleState],
      [Collapsed, None],
    );
    const [one, two] = harness.tree.getChildren(harness.node('a'));
    const item = harness.tree.getTreeItem(one!);
    assert.deepEqual([item.id, item.description, item.contextValue], ['a one', 'idle', 'publishedPort']);
    assert.equal(harness.tree.getParent(one!), harness.node('a'));

    harness.provider.set('a', 'one: idle', 'two: 1 connection');
    assert.deepEqual(harness.redraws(), ['a/two']);
    harness.provider.set('a', 'one: idle', 'two: 1 connection');
    assert.deepEqual(harness.redraws(), []);
    harness.provider.set('a', 'two: 1 connection');
    assert.deepEqual(harness.redraws(), ['a']);
    assert.deepEqual(harness.tree.getChildren(harness.node('a')), [two]);
    harness.provider.set('a');
    assert.deepEqual(harness.redraws(), ['a']);
    assert.equal(harness.item('a').collapsibleState, None);
  });

  it('stops listening to the list on dispose', async () => {
    const harness = await TreeHarness.with('a running');
    harness.tree.dispose();
    await harness.list.refreshWith('a running', 'b running');
    assert.deepEqual(harness.redraws(), []);
  });
});

describe('clicks on rows', () => {
  it('run the current action through a command that stays the same and needs no argument', async () => {
    const clicks = new ItemClickCommands();
    const done: string[] = [];
    const command = clicks.commandFor('a', () => done.push('first'));
    await vscode.commands.executeCommand(command);
    assert.equal(
      clicks.commandFor('a', () => done.push('second')),
      command,
    );
    await vscode.commands.executeCommand(command);
    assert.deepEqual(done, ['first', 'second']);
    assert.ok(!(await vscode.commands.getCommands(true)).includes(command), 'it is not offered to users');
    clicks.dispose();
    assert.ok(!(await vscode.commands.getCommands()).includes(command));
  });
});
