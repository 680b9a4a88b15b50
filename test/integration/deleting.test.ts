import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { ApiError } from '../../src/api/errors';
import { isCancellation } from '../../src/base/abort';
import { DeleteCommand } from '../../src/features/lifecycle/deleteCommand';
import type { PublishedPortChild } from '../../src/features/ports/portChildren';
import { KnownComputers } from '../../src/ssh/hostKeys/knownComputers';
import { Targets } from '../../src/ui/targets';
import { ChildNode, ComputerNode, GroupNode, type TreeNode } from '../../src/ui/treeNodes';
import { LifecycleHarness } from '../unit/support/lifecycleHarness';
import { parseComputer } from '../unit/support/storeHarness';
import { Memory } from './support/storage';

const port: PublishedPortChild = {
  kind: 'published',
  published: { port: 3000, status: 'published', url: null, created_at: null },
  ...{ key: 'port', label: 'port 3000', description: '', tooltip: '', ariaLabel: '', icon: 'globe' },
  contextValues: ['publishedPort'],
};

/** A command on these computers, with these lines of the tree selected; it counts how often a person is to pick. */
async function scene(computers: string[], select: (nodes: ComputerNode[]) => TreeNode[] = () => []) {
  const bench = await LifecycleHarness.with(...computers);
  const nodes = bench.store.computers.map((computer) => new ComputerNode(computer));
  const known = new KnownComputers(new Memory());
  const picks: string[] = [];
  const pick = (title: string): Promise<never[]> => {
    picks.push(title);
    return Promise.resolve([]);
  };
  const account = { state: { kind: 'signedIn' } };
  const picker = { one: pick, many: pick };
  const targets = new Targets(account as never, bench.store, picker as never);
  const { client, store, lifecycle, clock } = bench;
  const selection = select(nodes);
  const command = new DeleteCommand({
    ...{ targets, client, store, lifecycle, clock },
    onDeleted: (id) => known.forget(id),
    selection: () => selection,
  });
  return { bench, command, targets, known, picks, nodes };
}

describe('a command for a single computer', () => {
  it('is about the line that was clicked, whatever else is selected', async () => {
    const { targets, nodes } = await scene(['a running', 'b running']);
    assert.equal((await targets.one([nodes[1], nodes], 'Show Details', 'computer')).id, 'b');
  });
});

describe('deleting', () => {
  const { showWarningMessage } = vscode.window;
  let questions: string[] = [];

  beforeEach(() => {
    questions = [];
    const yes = (text: string): Promise<string> => {
      questions.push(text);
      return Promise.resolve('Delete');
    };
    Object.assign(vscode.window, { showWarningMessage: yes });
  });

  afterEach(() => Object.assign(vscode.window, { showWarningMessage }));

  for (const [what, select] of [
    ['a line below a computer', ([node]: ComputerNode[]) => [new ChildNode(node!, port)]],
    ['a group', () => [new GroupNode('running', 'running')]],
    ['nothing', () => []],
  ] as const)
    it(`by key, with ${what} selected, does nothing`, async () => {
      const { bench, command, picks } = await scene(['a running', 'b running'], select);
      await assert.rejects(Promise.resolve(command.delete('selection')), isCancellation);
      assert.deepEqual([picks, questions, bench.client.calls], [[], [], []]);
    });

  it('by key, with a computer and a line below another selected, is about the computer alone', async () => {
    const { bench, command } = await scene(['a running', 'b running'], ([a, b]) => [
      new ChildNode(a!, port),
      b!,
    ]);
    bench.client.script('delete', parseComputer('b deleting'));
    await command.delete('selection');
    assert.deepEqual(questions, ['Delete name of b?']);
    assert.equal(bench.shown, 'a running, b deleting');
  });

  it('from the palette lets a person pick', async () => {
    const { command, picks } = await scene(['a running']);
    await assert.rejects(Promise.resolve(command.delete()), isCancellation);
    assert.deepEqual(picks, ['Delete Computers']);
  });

  it('many tells how far it came where the service fails midway, and forgets what was deleted', async () => {
    const ids = Array.from({ length: 130 }, (_, i) => `c${i}`);
    const { bench, command, known, nodes } = await scene(ids.map((id) => `${id} stopped`));
    for (const id of ids) known.update(id, 'ssh', { installedKey: 'ours' });
    const deletedIds = ids.slice(0, 100);
    bench.client.script(
      'bulkDelete',
      { deleted: 100, deleted_ids: deletedIds, failed_ids: [] },
      new ApiError('network'),
    );
    await assert.rejects(
      Promise.resolve(command.delete(nodes[0], nodes)),
      /^Error: 100 of 130 computers were deleted\. The list will show whether the others were\. Celesto /,
    );
    assert.deepEqual(known.ids, ids.slice(100));
  });

  it('many tells which were not deleted, also where they cannot be asked for afterwards', async () => {
    const { bench, command, nodes } = await scene(['a stopped', 'b stopped', 'c stopped']);
    bench.client.script('bulkDelete', { deleted: 1, deleted_ids: ['a'], failed_ids: ['b', 'c'] });
    bench.client.script('get', new ApiError('server'), new ApiError('notFound'));
    await assert.rejects(
      Promise.resolve(command.delete(nodes[0], nodes)),
      /^Error: Deleted: name of a, name of c\. Not deleted: name of b \(stopped\)\./,
    );
  });
});
