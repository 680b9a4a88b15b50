import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { Account } from '../../src/account/account';
import { ApiError } from '../../src/api/apiErrors';
import { isCancellation } from '../../src/base/abort';
import { DeleteCommand } from '../../src/features/lifecycle/deleteCommand';
import type { PublishedPortChild } from '../../src/features/ports/portChildren';
import { KnownComputers } from '../../src/ssh/hostKeys/knownComputers';
import { CommandTargets } from '../../src/ui/commandTargets';
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

const oneOrganization = { organization: undefined, hasSeveralOrganizations: false };

/** Sets up the command for these computers and a selection of tree rows; it records the titles of shown pickers. */
async function setUp(
  computers: string[],
  select: (nodes: ComputerNode[]) => TreeNode[] = () => [],
  organizations: Pick<Account, 'organization' | 'hasSeveralOrganizations'> = oneOrganization,
) {
  const harness = await LifecycleHarness.with(...computers);
  const nodes = harness.store.computers.map((computer) => new ComputerNode(computer));
  const knownComputers = new KnownComputers(new Memory());
  const picks: string[] = [];
  const pick = (title: string): Promise<never[]> => {
    picks.push(title);
    return Promise.resolve([]);
  };
  const account = { state: { kind: 'signedIn' }, ...organizations };
  const picker = { one: pick, many: pick };
  const targets = new CommandTargets(account as never, harness.store, picker as never);
  const { client, store, lifecycle, clock } = harness;
  const selection = select(nodes);
  const command = new DeleteCommand({
    ...{ account, targets, client, store, lifecycle, clock },
    onDeleted: (id) => knownComputers.forget(id),
    selection: () => selection,
  });
  return { harness, command, targets, knownComputers, picks, nodes };
}

describe('a command for a single computer', () => {
  it('applies to the clicked row, whatever else is selected', async () => {
    const { targets, nodes } = await setUp(['a running', 'b running']);
    assert.equal((await targets.one([nodes[1], nodes], 'Show Details', 'computer')).id, 'b');
  });
});

describe('deleting', () => {
  const { showWarningMessage } = vscode.window;
  let questions: string[] = [];
  let details: (string | undefined)[] = [];

  beforeEach(() => {
    questions = [];
    details = [];
    const yes = (text: string, options?: vscode.MessageOptions): Promise<string> => {
      questions.push(text);
      details.push(options?.detail);
      return Promise.resolve('Delete');
    };
    Object.assign(vscode.window, { showWarningMessage: yes });
  });

  afterEach(() => Object.assign(vscode.window, { showWarningMessage }));

  for (const [organization, line] of [
    [{ id: 'org_acme', name: 'Acme' }, 'In the organization Acme.'],
    [undefined, 'In the organization of the API key.'],
  ] as const)
    it(`names the organization where the user has several: ${line}`, async () => {
      const several = { organization, hasSeveralOrganizations: true };
      const { command } = await setUp(['a running', 'b running'], (nodes) => nodes, several);
      await Promise.resolve(command.delete('selection')).catch(() => undefined);
      assert.match(details.join(), new RegExp(`^${line}`));
    });

  it('names no organization where the user has one', async () => {
    const { command } = await setUp(['a running', 'b running'], (nodes) => nodes);
    await Promise.resolve(command.delete('selection')).catch(() => undefined);
    assert.doesNotMatch(details.join(), /organization/);
    assert.equal(details.length, 1);
  });

  for (const [selected, select] of [
    ['a row below a computer', ([node]: ComputerNode[]) => [new ChildNode(node!, port)]],
    ['a group', () => [new GroupNode('running', 'running')]],
    ['nothing', () => []],
  ] as const)
    it(`by key, with ${selected} selected, does nothing`, async () => {
      const { harness, command, picks } = await setUp(['a running', 'b running'], select);
      await assert.rejects(Promise.resolve(command.delete('selection')), isCancellation);
      assert.deepEqual([picks, questions, harness.client.calls], [[], [], []]);
    });

  it('by key, with a computer and a row below another selected, deletes just the computer', async () => {
    const { harness, command } = await setUp(['a running', 'b running'], ([a, b]) => [
      new ChildNode(a!, port),
      b!,
    ]);
    harness.client.script('delete', parseComputer('b deleting'));
    await command.delete('selection');
    assert.deepEqual(questions, ['Delete name of b?']);
    assert.equal(harness.shown, 'a running, b deleting');
  });

  it('from the palette shows a picker', async () => {
    const { command, picks } = await setUp(['a running']);
    await assert.rejects(Promise.resolve(command.delete()), isCancellation);
    assert.deepEqual(picks, ['Delete Computers']);
  });

  it('many reports how many were deleted where the service fails midway, and forgets those', async () => {
    const ids = Array.from({ length: 130 }, (_, i) => `c${i}`);
    const { harness, command, knownComputers, nodes } = await setUp(ids.map((id) => `${id} stopped`));
    for (const id of ids) knownComputers.update(id, 'ssh', { installedKey: 'ours' });
    const deletedIds = ids.slice(0, 100);
    harness.client.script(
      'bulkDelete',
      { deleted: 100, deleted_ids: deletedIds, failed_ids: [] },
      new ApiError('network'),
    );
    await assert.rejects(
      Promise.resolve(command.delete(nodes[0], nodes)),
      /^Error: 100 of 130 computers were deleted\. The list will show what happened to the others\. Unable to reach Celesto\./,
    );
    assert.deepEqual(knownComputers.ids, ids.slice(100));
  });

  it('many reports which were not deleted, also where they cannot be fetched afterwards', async () => {
    const { harness, command, nodes } = await setUp(['a stopped', 'b stopped', 'c stopped']);
    harness.client.script('bulkDelete', { deleted: 1, deleted_ids: ['a'], failed_ids: ['b', 'c'] });
    harness.client.script('get', new ApiError('server'), new ApiError('notFound'));
    await assert.rejects(
      Promise.resolve(command.delete(nodes[0], nodes)),
      /^Error: Deleted: name of a, name of c\. Not deleted: name of b \(stopped\)\./,
    );
  });
});
