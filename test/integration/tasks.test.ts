import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { systemClock as clock } from '../../src/base/clock';
import { computerFrom } from '../../src/computers/computer';
import { RunTerminals } from '../../src/features/run/runTerminals';
import { taskType } from '../../src/features/run/tasks/readTask';
import { CelestoTaskProvider, type CelestoTaskProviderDeps } from '../../src/features/run/tasks/taskProvider';
import { TasksJsonCompletion } from '../../src/features/run/tasks/tasksJsonCompletion';
import { taskTerminalName } from '../../src/features/run/tasks/taskTerminalName';
import { until } from '../harness/until';
import { wire } from '../unit/support/computers';
import { RecordingLog } from '../unit/support/recordingLog';
import { sizes } from '../unit/support/sizes';
import { closeAll } from './support/terminals';

const folder = (name: string, index: number): vscode.WorkspaceFolder => {
  return { name, index, uri: vscode.Uri.file(`/${name}`) };
};
const one = folder('one', 0);
const two = folder('two', 1);

/** Provides tasks that find every computer, and whose commands fail there at once. */
function tasks(defaultComputer: (folder?: vscode.Uri) => string = () => ''): {
  runs: RunTerminals;
  run: (computer: string, scope?: vscode.WorkspaceFolder) => Promise<void>;
} {
  const connector = { open: () => Promise.reject(new Error('It is not reached.')) };
  const lifecycle = { fetch: () => Promise.resolve() };
  const log = new RecordingLog();
  const runs = new RunTerminals({ connector, lifecycle, clock, log, onFailure: () => undefined } as never);
  const finder = { find: (id: string) => Promise.resolve(computerFrom(wire(id, 'running'))) };
  // Checked by name: the rest of the dependencies is not used.
  const deps = {
    ...{ terminals: runs, finder, defaultComputer },
    ensureSignedIn: () => Promise.resolve(),
  } satisfies Partial<Record<keyof CelestoTaskProviderDeps, unknown>>;
  const provider = new CelestoTaskProvider(deps as never);
  const run = async (computer: string, scope?: vscode.WorkspaceFolder): Promise<void> => {
    const definition = { type: taskType, computer, command: 'true' };
    const named = new vscode.Task(
      definition,
      scope ?? vscode.TaskScope.Workspace,
      `task ${computer}`,
      taskType,
    );
    const ended = new Promise<void>((resolve) => {
      const listener = vscode.tasks.onDidEndTask(({ execution: { task } }) => {
        if (task.name !== named.name) return;
        listener.dispose();
        resolve();
      });
    });
    await vscode.tasks.executeTask(provider.resolveTask(named));
    await ended;
  };
  return { runs, run };
}

describe('tasks', () => {
  afterEach(closeAll);

  it('that reuse a terminal link to their own computer each', async () => {
    const { runs, run } = tasks();
    const shown = (): string | undefined =>
      vscode.window.terminals.map((terminal) => runs.computerOf(terminal)?.id).join();
    for (const id of ['a', 'b']) {
      await run(id);
      await until(
        () => `a terminal for ${id}, not ${shown()}`,
        () => shown() === id,
      );
    }
  });

  it('use the default computer of their own folder', async () => {
    const requested: (string | undefined)[] = [];
    const { run } = tasks((folder) => {
      requested.push(folder?.path);
      return 'a';
    });
    const [here] = vscode.workspace.workspaceFolders ?? [];
    await run('default', here);
    await run('default');
    assert.deepEqual(requested, [here?.uri.path, undefined]);
  });

  for (const [source, scope, isDetected, name] of [
    ['of the first folder', one, false, 'build (one)'],
    ['of the second folder', two, false, 'build (two)'],
    ['of the whole workspace', vscode.TaskScope.Workspace, false, 'build (one)'],
    ['that the extension offers', vscode.TaskScope.Workspace, true, 'celesto: build (one)'],
  ] as const)
    it(`are known by the names of their terminals, also one ${source}`, () => {
      const workspaceFile = vscode.Uri.file('/all.code-workspace');
      const named = { name: 'build', scope, isDetected };
      assert.equal(taskTerminalName(named, { workspaceFile, workspaceFolders: [one, two] }), name);
      assert.equal(taskTerminalName(named, { workspaceFile: undefined, workspaceFolders: [one] }), 'build');
    });

  it('are completed with the sizes of the service', async () => {
    const store = { ownComputers: [], find: () => undefined };
    const completion = new TasksJsonCompletion(
      store,
      () => Promise.resolve(),
      () => Promise.resolve(sizes),
    );
    const suggestions = async (line: string): Promise<string[]> => {
      const document = await vscode.workspace.openTextDocument({ content: line });
      const items = await completion.provideCompletionItems(document, new vscode.Position(0, line.length));
      return items.map(
        ({ label, detail = '' }) => `${typeof label === 'string' ? label : label.label} ${detail}`,
      );
    };
    const offered = await suggestions('"size": "mi');
    assert.equal(offered.length, sizes.length);
    assert.ok(offered.includes('"micro" 1 CPU, 2 GB memory, 20 GB disk'));
    assert.deepEqual(await suggestions('"computer": '), ['"default" ', '"new" ']);
    assert.deepEqual(await suggestions('"command": "size '), []);
  });
});
