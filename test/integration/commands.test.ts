import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { ApiError } from '../../src/api/apiErrors';
import { isCancellation } from '../../src/base/abort';
import { ComputerFinder } from '../../src/computers/computerFinder';
import { ResumeSessionCommand } from '../../src/features/agentSessions/resumeSessionCommand';
import { LifecycleCommands } from '../../src/features/lifecycle/lifecycleCommands';
import { RunCommands } from '../../src/features/run/runCommands';
import { NewTerminalCommands } from '../../src/features/terminals/newTerminalCommands';
import { CommandTargets } from '../../src/ui/commandTargets';
import { createFindComputer } from '../../src/ui/findComputerWithProgress';
import { LifecycleHarness } from '../unit/support/lifecycleHarness';

/** Sets up these computers, and a user who is signed in and cancels every picker. */
async function setUp(...computers: string[]) {
  const harness = await LifecycleHarness.with(...computers);
  const picks: string[] = [];
  const cancel = (title: string): Promise<[]> => {
    picks.push(title);
    return Promise.resolve([]);
  };
  const one = (title: string): Promise<undefined> => cancel(title).then(() => undefined);
  const account = { state: { kind: 'signedIn' } };
  const targets = new CommandTargets(account as never, harness.store, { one, many: cancel } as never);
  return { harness, targets, picks };
}

describe('stopping several computers', () => {
  const given = ['a', 'b', 'c'].map((computerId) => ({ computerId }));
  const cancelled = new DOMException('Cancelled', 'AbortError');
  const problem = new ApiError('forbidden');

  for (const [outcomes, message] of [
    [[cancelled, problem, cancelled], problem.message],
    [[problem, cancelled, problem], `name of a: ${problem.message} name of c: ${problem.message}`],
    [[cancelled, cancelled, cancelled], 'Cancelled'],
  ] as const)
    it(`reports failures, not cancellations: ${outcomes.map(({ name }) => name).join(', ')}`, async () => {
      const { harness, targets } = await setUp('a running', 'b running', 'c running');
      harness.client.script('stop', ...outcomes);
      const { stop } = new LifecycleCommands({
        ...{ targets, lifecycle: harness.lifecycle, clock: harness.clock },
        timeoutMs: () => 1_000,
      });
      await assert.rejects(Promise.resolve(stop(undefined, given)), { message });
    });
});

describe('a menu whose row was just redrawn', () => {
  it('runs nothing on the default computer, but asks for one', async () => {
    const { targets, picks } = await setUp('a running');
    const deps = { targets, defaultComputer: () => 'a' };
    const { runCommand } = new RunCommands(deps as never);
    await assert.rejects(Promise.resolve(runCommand(undefined, undefined)), isCancellation);
    assert.deepEqual(picks, ['Run Command on Computer']);
  });
});

describe('a new terminal from the + menu', () => {
  it('fails without a message on cancel, since VS Code would show it as an error', async () => {
    const { targets } = await setUp('a running');
    const { profile } = new NewTerminalCommands(targets, undefined as never);
    const { token } = new vscode.CancellationTokenSource();
    await assert.rejects(Promise.resolve(profile.provideTerminalProfile(token)), { message: '' });
  });
});

describe('a saved session that is resumed', () => {
  const { setStatusBarMessage } = vscode.window;
  afterEach(() => Object.assign(vscode.window, { setStatusBarMessage }));

  it('opens a terminal in its directory, and names the session', async () => {
    const messages: string[] = [];
    Object.assign(vscode.window, { setStatusBarMessage: (text: string) => void messages.push(text) });
    const { harness, targets } = await setUp('a running');
    harness.scriptFetches('running');
    const opened: unknown[] = [];
    const create = ({ id }: { id: string }, options: object): void => void opened.push(id, options);
    const finder = new ComputerFinder(harness.store, harness.client);
    const findComputer = createFindComputer({ targets, finder, clock: harness.clock });
    const { resume } = new ResumeSessionCommand(findComputer, () => undefined, { create } as never);
    const state = { type: 'celesto', computer_id: 'a', session_id: 'sess_7', manifest: { root: '/srv' } };
    const { uri } = await vscode.workspace.openTextDocument({ content: JSON.stringify([state]) });
    await resume(uri);
    assert.deepEqual(opened, ['a', { cwd: '/srv' }]);
    assert.deepEqual(messages, ['Resumed session sess_7 on name of a']);
  });
});
