import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { ApiError } from '../../src/api/errors';
import { isCancellation } from '../../src/base/abort';
import { ComputerFinder } from '../../src/computers/computerFinder';
import { ResumeSessionCommand } from '../../src/features/agentSessions/resumeSessionCommand';
import { LifecycleCommands } from '../../src/features/lifecycle/lifecycleCommands';
import { RunCommands } from '../../src/features/run/runCommands';
import { TerminalCommands } from '../../src/features/terminals/terminalCommands';
import { createFindComputer } from '../../src/ui/findComputer';
import { Targets } from '../../src/ui/targets';
import { LifecycleHarness } from '../unit/support/lifecycleHarness';

/** A person who is signed in, has these computers, and leaves whenever they are to pick. */
async function scene(...computers: string[]) {
  const bench = await LifecycleHarness.with(...computers);
  const picks: string[] = [];
  const leave = (title: string): Promise<[]> => {
    picks.push(title);
    return Promise.resolve([]);
  };
  const one = (title: string): Promise<undefined> => leave(title).then(() => undefined);
  const account = { state: { kind: 'signedIn' } };
  const targets = new Targets(account as never, bench.store, { one, many: leave } as never);
  return { bench, targets, picks };
}

describe('stopping several computers', () => {
  const given = ['a', 'b', 'c'].map((computerId) => ({ computerId }));
  const left = new DOMException('Cancelled', 'AbortError');
  const problem = new ApiError('forbidden');

  for (const [outcomes, told] of [
    [[left, problem, left], problem.message],
    [[problem, left, problem], `name of a: ${problem.message} name of c: ${problem.message}`],
    [[left, left, left], 'Cancelled'],
  ] as const)
    it(`tells what failed, not what was cancelled: ${outcomes.map(({ name }) => name).join(', ')}`, async () => {
      const { bench, targets } = await scene('a running', 'b running', 'c running');
      bench.client.script('stop', ...outcomes);
      const { stop } = new LifecycleCommands({
        ...{ targets, lifecycle: bench.lifecycle, clock: bench.clock },
        timeoutMs: () => 1_000,
      });
      await assert.rejects(Promise.resolve(stop(undefined, given)), { message: told });
    });
});

describe('a menu whose line was drawn anew just then', () => {
  it('runs nothing on the default computer: the person picks', async () => {
    const { targets, picks } = await scene('a running');
    const parts = { targets, defaultComputer: () => 'a' };
    const { runCommand } = new RunCommands(parts as never);
    await assert.rejects(Promise.resolve(runCommand(undefined, undefined)), isCancellation);
    assert.deepEqual(picks, ['Run Command on Computer']);
  });
});

describe('a new terminal from the + menu', () => {
  it('fails without words where the person leaves: VS Code would show them as an error', async () => {
    const { targets } = await scene('a running');
    const { profile } = new TerminalCommands(targets, undefined as never);
    const { token } = new vscode.CancellationTokenSource();
    await assert.rejects(Promise.resolve(profile.provideTerminalProfile(token)), { message: '' });
  });
});

describe('a saved session that is resumed', () => {
  const { setStatusBarMessage } = vscode.window;
  afterEach(() => Object.assign(vscode.window, { setStatusBarMessage }));

  it('opens a terminal in its directory, and says which session it is', async () => {
    const said: string[] = [];
    Object.assign(vscode.window, { setStatusBarMessage: (text: string) => void said.push(text) });
    const { bench, targets } = await scene('a running');
    const opened: unknown[] = [];
    const create = ({ id }: { id: string }, options: object): void => void opened.push(id, options);
    const finder = new ComputerFinder(bench.store, bench.client);
    const findComputer = createFindComputer({ targets, finder, clock: bench.clock });
    const { resume } = new ResumeSessionCommand(findComputer, { create } as never);
    const state = { type: 'celesto', computer_id: 'a', session_id: 'sess_7', manifest: { root: '/srv' } };
    const { uri } = await vscode.workspace.openTextDocument({ content: JSON.stringify([state]) });
    await resume(uri);
    assert.deepEqual(opened, ['a', { cwd: '/srv' }]);
    assert.deepEqual(said, ['Resumed session sess_7 on name of a']);
  });
});
