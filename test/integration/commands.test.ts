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
  const { setStatusBarMessage, showWarningMessage } = vscode.window;
  afterEach(() => Object.assign(vscode.window, { setStatusBarMessage, showWarningMessage }));

  /** Resumes a session on a computer that is listed as running. @returns what the user saw, and what was opened */
  async function resume(status: string, fields: object = {}, answer?: string) {
    const messages: string[] = [];
    const questions: string[] = [];
    Object.assign(vscode.window, {
      setStatusBarMessage: (text: string) => void messages.push(text),
      showWarningMessage: (text: string) => Promise.resolve(void questions.push(text)).then(() => answer),
    });
    const { harness, targets } = await setUp('a running');
    harness.scriptFetches(status);
    const opened: unknown[] = [];
    const create = ({ id }: { id: string }, options: object): void => void opened.push(id, options);
    const finder = new ComputerFinder(harness.store, harness.client);
    const findComputer = createFindComputer({ targets, finder, clock: harness.clock });
    const command = new ResumeSessionCommand(findComputer, () => undefined, { create } as never);
    const state = { type: 'celesto', computer_id: 'a', session_id: 'sess_7', manifest: { root: '/srv' } };
    const content = JSON.stringify([{ ...state, ...fields }]);
    const { uri } = await vscode.workspace.openTextDocument({ content });
    const error = await Promise.resolve(command.resume(uri)).then(
      () => undefined,
      (reason: unknown) => (isCancellation(reason) ? 'cancelled' : String(reason)),
    );
    return { messages, questions, opened, error };
  }

  it('opens a terminal in its directory, and names the session', async () => {
    const { messages, questions, opened } = await resume('running');
    assert.deepEqual(opened, ['a', { cwd: '/srv' }]);
    assert.deepEqual(messages, ['Resumed session sess_7 on name of a']);
    assert.deepEqual(questions, []);
  });

  for (const status of ['stopped', 'stopping', 'restorable'])
    it(`asks before a computer is started that is ${status}`, async () => {
      const declined = await resume(status);
      assert.deepEqual([declined.opened, declined.error], [[], 'cancelled']);
      assert.match(declined.questions.join(), /^Start name of a for the session in \S+\?$/);
      assert.deepEqual((await resume(status, {}, 'Start')).opened, ['a', { cwd: '/srv' }]);
    });

  it('asks nothing where the computer is on its way, or asks in its terminal', async () => {
    for (const status of ['creating', 'starting', 'restoring', 'error', 'hibernating']) {
      const { questions, opened } = await resume(status);
      assert.deepEqual([questions, opened], [[], ['a', { cwd: '/srv' }]], status);
    }
  });

  it('opens nothing where the computer is gone, and says who deletes it', async () => {
    assert.match((await resume('deleting')).error ?? '', /name of a is being deleted\./);
    assert.match((await resume('lost', { delete_on_close: true })).error ?? '', /name of a is lost/);
    for (const status of ['deleting', 'deleted']) {
      const { opened, error } = await resume(status, { delete_on_close: true });
      assert.match(error ?? '', /The agent's runner deletes the computer when a run stops\./);
      assert.deepEqual(opened, []);
    }
  });
});
