import assert from 'node:assert/strict';
import { appendFileSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { until } from '../harness/until';
import { environmentOf, launchConfigurations, matcherOf, tasks } from '../harness/workspaceFiles';
import { findCommand } from '../tools/machine.mjs';
import { projectFolder } from '../tools/paths';
import { ProcessGroup } from '../tools/processGroup';
import type { WireComputer } from './computer';
import { processesMatching } from './emulatorHarness';

/** Folders that git ignores; the copy creates its own. */
const generatedFolders = ['node_modules', 'dist', '.git', '.celesto', '.vscode-dist', '.vscode-test'];

/** Milliseconds; the task builds the extension and starts sshd for the running computers. */
const readyTimeout = 60_000;

const configuration = launchConfigurations.find(({ envFile }) => envFile !== undefined)!;
const task = tasks.find(({ label }) => label === configuration.preLaunchTask)!;
const { pattern, background } = matcherOf(task);

describe('the launch configuration behind F5', () => {
  const folder = mkdtempSync(join(tmpdir(), 'celesto-launch-'));
  /** A copy of the project, so that the developer's own build and emulator stay as they are. */
  const project = join(folder, 'project');
  const log = join(folder, 'task.log');
  let running: ProcessGroup;

  const output = (): string => readFileSync(log, 'utf8');
  const builds = (): string[] =>
    output()
      .split('\n')
      .filter((text) => new RegExp(background!.endsPattern).test(text));

  before(async () => {
    copyProject(project);
    running = new ProcessGroup(findCommand('npm')!, ['--prefix', project, 'run', task.script!], {
      env: process.env,
      log,
    });
    await until(
      () => `the end line of the task:\n${output()}`,
      () => {
        if (running.hasEnded) throw new Error('the task has ended');
        return builds().length > 0;
      },
      readyTimeout,
    );
  });

  after(async () => {
    await running.stop(8000);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  it('is the first one, and waits for a background task', () => {
    assert.equal(launchConfigurations[0], configuration);
    assert.equal(configuration.type, 'extensionHost');
    assert.equal(task.isBackground, true);
    assert.match(output(), new RegExp(background!.beginsPattern, 'm'));
  });

  it('signs the extension in to the emulator', async () => {
    const { CELESTO_BASE_URL: url, CELESTO_API_KEY: key } = environmentOf(configuration, project);
    assert.match(url!, /^http:\/\/127\.0\.0\.1:\d+$/);
    const answer = await fetch(`${url}/v1/computers`, { headers: { authorization: `Bearer ${key}` } });
    assert.equal(answer.status, 200);
    const { computers } = (await answer.json()) as { computers: WireComputer[] };
    assert.deepEqual(computers.map(({ status }) => status).toSorted(), ['error', 'running', 'stopped']);
  });

  it('has built the extension, with what a debugger needs', () => {
    const { main } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')) as { main: string };
    assert.ok(existsSync(join(project, main)));
    assert.ok(existsSync(join(project, `${main}.map`)));
  });

  it('builds again on a change, and reports an error by file and line', async () => {
    const file = join(project, 'src', 'extension.ts');
    const lines = readFileSync(file, 'utf8').split('\n').length;
    const before = builds().length;
    appendFileSync(file, "import './missing';\n");
    await until('the next build', () => builds().length > before);
    const problem = new RegExp(pattern.regexp, 'm').exec(output()) ?? [];
    assert.equal(problem[pattern.file], 'src/extension.ts');
    assert.equal(problem[pattern.line], String(lines));
    assert.match(problem[pattern.message] ?? '', /missing/);
  });

  it('leaves nothing behind when its task is ended', async () => {
    const file = join(project, '.celesto', 'dev', 'vscode.env');
    assert.equal(file, configuration.envFile!.replace('${workspaceFolder}', project));
    await running.stop(8000);
    await until('the end of every process', async () => (await processesMatching(folder)).length === 0);
    assert.ok(!existsSync(file), 'The key is still on disk.');
  });
});

/** Copies the files that git does not ignore, and links node_modules. */
function copyProject(to: string): void {
  cpSync(projectFolder, to, {
    recursive: true,
    filter: (path) => !generatedFolders.includes(relative(projectFolder, path)),
  });
  symlinkSync(join(projectFolder, 'node_modules'), join(to, 'node_modules'), 'junction');
}
