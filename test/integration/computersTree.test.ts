import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { Computer } from '../../src/computers/computer';
import { ComputersTree } from '../../src/features/tree/computersTree';
import { ItemCommands } from '../../src/features/tree/itemCommands';
import type { ChildProvider, TreeChild } from '../../src/ui/treeChildren';
import { ChildNode, ComputerNode, GroupNode, type TreeNode } from '../../src/ui/treeNodes';
import { wire } from '../unit/support/computers';
import { StoreHarness } from '../unit/support/storeHarness';

/** What has a line below a computer, in the hand of a test. */
class FakeChildren implements ChildProvider {
  private readonly changes = new vscode.EventEmitter<string>();
  private readonly labels = new Map<string, readonly string[]>();
  readonly onDidChange = this.changes.event;

  /** Gives a computer these, `key: description` each. */
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

/** How computers do, in the hand of a test. */
class FakeMetrics {
  private readonly expirations = new vscode.EventEmitter<string>();
  readonly asked: string[] = [];
  answer: Promise<[string, string][]> = Promise.resolve([]);
  readonly onDidExpire = this.expirations.event;

  metricsOf({ id }: Computer, signal: AbortSignal): Promise<[string, string][]> {
    this.asked.push(id);
    signal.addEventListener('abort', () => this.asked.push(`${id} no more`));
    return this.answer;
  }

  expire(id: string): void {
    this.expirations.fire(id);
  }
}

/** A tree on a list in the hand of a test, and what it asked VS Code to redraw. */
class Stage {
  readonly bench = new StoreHarness();
  readonly provider = new FakeChildren();
  readonly metrics = new FakeMetrics();
  /** What a click on each line does, by the line's command. */
  readonly clicked = new Map<string, () => unknown>();
  private readonly itemCommands = {
    commandFor: (id: string, click: () => unknown) => {
      this.clicked.set(`click ${id}`, click);
      return `click ${id}`;
    },
  };
  readonly tree = new ComputersTree(this.bench.store, [this.provider], this.metrics, this.itemCommands);
  private readonly redrawn: (TreeNode | TreeNode[] | undefined)[] = [];

  constructor() {
    this.tree.onDidChangeTreeData((nodes) => this.redrawn.push(nodes));
  }

  static async with(...computers: string[]): Promise<Stage> {
    const stage = new Stage();
    await stage.bench.refreshWith(...computers);
    stage.tree.getChildren();
    stage.redraws();
    return stage;
  }

  /** What was redrawn since last asked: `all`, or the ids of single lines. */
  redraws(): string[] {
    return this.redrawn
      .splice(0)
      .map((nodes) => (nodes === undefined ? 'all' : [nodes].flat().map(idOf).join(' ')));
  }

  /** The lines, those in groups after a group's label. */
  lines(): string[] {
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

  /** What the tooltip of computer `a` says when the mouse rests on it. */
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
  it('draws a line for each computer, those that run first', async () => {
    const stage = await Stage.with('a stopped', 'b running', 'c error');
    assert.deepEqual(stage.lines(), ['b', 'c', 'a']);
    const item = stage.item('b');
    assert.equal(item.id, 'b');
    assert.equal(item.label, 'name of b');
    assert.equal(item.description, 'running · coding-agent · 2 CPU, 2 GB');
    assert.equal((item.iconPath as vscode.ThemeIcon).id, 'vm-running');
    assert.equal(item.accessibilityInformation?.label, 'name of b, running, coding-agent, 2 CPU, 2 GB');
    // VS Code would forget arguments before the window has the line that is drawn anew.
    assert.deepEqual([item.command?.command, item.command?.arguments], ['click b', undefined]);
    assert.deepEqual([...stage.clicked.keys()], ['click b']);
  });

  it('redraws one line where nothing moves', async () => {
    const stage = await Stage.with('a running', 'b running');
    stage.bench.client.script('list', {
      computers: [wire('a', 'running', { ram_mb: 4096 }), wire('b', 'running')],
      unreadable: [],
      possiblyMore: false,
    });
    await stage.bench.store.refresh();
    assert.deepEqual(stage.redraws(), ['a']);
    assert.match(String(stage.item('a').description), /4 GB/);
  });

  for (const [what, computers] of [
    ['comes', ['a running', 'b running', 'c running']],
    ['goes', ['a running']],
    ['changes its state, and so its place', ['a stopped', 'b running']],
  ] as const) {
    it(`redraws all where one ${what}`, async () => {
      const stage = await Stage.with('a running', 'b running');
      await stage.bench.refreshWith(...computers);
      assert.deepEqual(stage.redraws(), ['all']);
    });
  }

  it('redraws nothing where nothing changes', async () => {
    const stage = await Stage.with('a running', 'b running');
    await stage.bench.refreshWith('a running', 'b running');
    assert.deepEqual(stage.redraws(), []);
  });

  it('gives a computer the same line for as long as it is there, so that a selection stays', async () => {
    const stage = await Stage.with('a running', 'b running');
    const before = stage.node('a');
    await stage.bench.refreshWith('a stopping', 'b running');
    assert.equal(stage.node('a'), before);
    await stage.bench.refreshWith('b running');
    await stage.bench.refreshWith('a running', 'b running');
    assert.notEqual(stage.node('a'), before);
  });

  it('shows what the filter lets through, as the list changes', async () => {
    const stage = await Stage.with('a running', 'b stopped');
    stage.tree.filter = 'stopped';
    assert.deepEqual(stage.lines(), ['b']);
    await stage.bench.refreshWith('a stopped', 'b stopped');
    assert.deepEqual(stage.redraws(), ['all', 'all']);
    assert.deepEqual(stage.lines(), ['a', 'b']);
    stage.tree.filter = '';
    assert.deepEqual(stage.lines(), ['a', 'b']);
  });

  it('groups by state, with the number in each; a group stays the same one', async () => {
    const stage = await Stage.with('a stopped', 'b running', 'c running');
    stage.tree.grouping = 'state';
    assert.deepEqual(stage.lines(), ['running: b c', 'stopped: a']);
    const running = stage.node('running');
    const item = stage.tree.getTreeItem(running);
    assert.equal(item.description, '2');
    assert.equal(item.contextValue, 'group');
    assert.equal(stage.tree.getParent(stage.node('b')), running);
    await stage.bench.refreshWith('a running', 'b running', 'c running');
    assert.deepEqual(stage.lines(), ['running: a b c']);
    assert.equal(stage.node('running'), running);
  });

  it('groups by template', async () => {
    const stage = await Stage.with('a stopped', 'b running');
    stage.tree.grouping = 'template';
    assert.deepEqual(stage.lines(), ['coding-agent: b a']);
    stage.tree.grouping = 'none';
    assert.deepEqual(stage.lines(), ['b', 'a']);
  });

  it('tells the facts only when asked, and takes nothing of the service for Markdown', async () => {
    const stage = new Stage();
    const trap = '[click](command:workbench.action.quit) **bold** <img src=x>';
    stage.bench.client.script('list', {
      computers: [wire('a', 'error', { name: trap, last_error: trap })],
      unreadable: [],
      possiblyMore: false,
    });
    await stage.bench.store.refresh();
    const item = stage.item('a');
    assert.equal(item.tooltip, undefined);
    assert.deepEqual(stage.metrics.asked, []);
    stage.metrics.answer = Promise.resolve([['CPU', trap]]);
    const tooltip = await stage.tooltip(item);
    assert.ok(tooltip instanceof vscode.MarkdownString);
    assert.ok(!tooltip.isTrusted);
    assert.ok(!tooltip.supportHtml);
    assert.ok(!tooltip.value.includes('[click](command:'), tooltip.value);
    assert.ok(!tooltip.value.includes('**bold**'), tooltip.value);
    assert.match(tooltip.value, /Last&nbsp;error/);
    assert.match(tooltip.value, /CPU/);
  });

  it('has no tooltip yet where the mouse left before it was known, and a new one when the figures are old', async () => {
    const stage = await Stage.with('a running');
    const item = stage.item('a');
    const mouse = new vscode.CancellationTokenSource();
    let tell: (figures: [string, string][]) => void = () => undefined;
    stage.metrics.answer = new Promise((resolve) => (tell = resolve));
    const tooltip = stage.tooltip(item, mouse.token);
    mouse.cancel();
    assert.deepEqual(stage.metrics.asked, ['a', 'a no more']);
    tell([]);
    assert.equal(await tooltip, undefined);
    stage.metrics.expire('a');
    assert.deepEqual(stage.redraws(), ['a']);
  });

  it('draws 10,000 computers, and one that changes, without a stop', async () => {
    const stage = new Stage();
    const names = Array.from({ length: 10_000 }, (_, i) => `c${i} ${i % 3 ? 'stopped' : 'running'}`);
    await stage.bench.refreshWith(...names);
    stage.redraws();
    assert.equal(stage.tree.getChildren().length, 10_000);
    await stage.bench.refreshWith(...names.slice(1), 'c0 stopping');
    assert.deepEqual(stage.redraws(), ['all']);
    assert.equal(stage.tree.getChildren().length, 10_000);
  });

  it('draws what belongs to a computer below it, which only then can be expanded', async () => {
    const stage = await Stage.with('a running', 'b running');
    const { Collapsed, None } = vscode.TreeItemCollapsibleState;
    assert.equal(stage.item('a').collapsibleState, None);
    stage.provider.set('a', 'one: idle', 'two: idle');
    assert.deepEqual(stage.redraws(), ['a']);
    assert.deepEqual([stage.item('a').collapsibleState, stage.item('b').collapsibleState], [Collapsed, None]);
    const [one, two] = stage.tree.getChildren(stage.node('a'));
    const item = stage.tree.getTreeItem(one!);
    assert.deepEqual([item.id, item.description, item.contextValue], ['a one', 'idle', 'publishedPort']);
    assert.equal(stage.tree.getParent(one!), stage.node('a'));

    stage.provider.set('a', 'one: idle', 'two: 1 connection');
    assert.deepEqual(stage.redraws(), ['a/two']);
    stage.provider.set('a', 'one: idle', 'two: 1 connection');
    assert.deepEqual(stage.redraws(), []);
    stage.provider.set('a', 'two: 1 connection');
    assert.deepEqual(stage.redraws(), ['a']);
    assert.deepEqual(stage.tree.getChildren(stage.node('a')), [two]);
    stage.provider.set('a');
    assert.deepEqual(stage.redraws(), ['a']);
    assert.equal(stage.item('a').collapsibleState, None);
  });

  it('lets go of the list when it is ended', async () => {
    const stage = await Stage.with('a running');
    stage.tree.dispose();
    await stage.bench.refreshWith('a running', 'b running');
    assert.deepEqual(stage.redraws(), []);
  });
});

describe('clicks on lines', () => {
  it('do what they do now, through a command that stays the same and needs no argument', async () => {
    const clicks = new ItemCommands();
    const done: string[] = [];
    const command = clicks.commandFor('a', () => done.push('first'));
    await vscode.commands.executeCommand(command);
    assert.equal(
      clicks.commandFor('a', () => done.push('second')),
      command,
    );
    await vscode.commands.executeCommand(command);
    assert.deepEqual(done, ['first', 'second']);
    assert.ok(!(await vscode.commands.getCommands(true)).includes(command), 'nobody is offered it');
    clicks.dispose();
    assert.ok(!(await vscode.commands.getCommands()).includes(command));
  });
});
