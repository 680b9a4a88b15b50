import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { freePort } from '../emulator/ports';
import { until } from '../harness/until';
import { E2eHarness } from './e2eHarness';

/** Parses compiler messages of the form FILE:LINE: MESSAGE. */
const problemMatcher = {
  owner: 'test',
  fileLocation: ['relative', '${workspaceFolder}'],
  pattern: { regexp: '^(.*):(\\d+): (.*)$', file: 1, line: 2, message: 3 },
};

const tasks = [
  {
    label: 'check',
    computer: 'default',
    command: 'echo "$WHO says"; echo "greet.py:2: no such planet"; exit 2',
    env: { WHO: 'gauss' },
    problemMatcher,
  },
  { label: 'nowhere', computer: 'atlantis', command: 'true' },
  { label: 'once', computer: 'new', template: 'coding-agent', command: 'hostname; exit 4' },
];

describe('running commands and tasks on a computer', () => {
  const e2e = new E2eHarness('run', {
    seed: [{ name: 'einstein' }, { name: 'gauss', status: 'stopped' }, { name: 'bohr', sshd: false }],
  });

  /** Port of the web server on a computer. */
  let port: number;

  before(async () => {
    port = await freePort('127.0.0.1', new Set());
    const folder = join(e2e.folder, 'empty');
    const serve = 'mkdir -p site && echo "hello from $(hostname)" > site/index.html; python3 -um http.server';
    writeTasks('empty', [
      ...tasks,
      { label: 'serve', computer: 'gauss', command: `${serve} -d site ${port}`, isBackground: true },
    ]);
    writeFileSync(
      join(folder, '.vscode', 'settings.json'),
      JSON.stringify({ 'celesto.defaultComputer': 'gauss' }),
    );
    writeFileSync(join(folder, 'greet.py'), 'import sys\nprint("hello from", sys.argv[0], 40 + 2)\n');
  });

  /** Writes the tasks.json of a folder. */
  function writeTasks(name: string, own: readonly object[]): void {
    const folder = join(e2e.folder, name, '.vscode');
    mkdirSync(folder, { recursive: true });
    const typed = own.map((task) => ({ type: 'celesto', problemMatcher: [], ...task }));
    writeFileSync(join(folder, 'tasks.json'), JSON.stringify({ version: '2.0.0', tasks: typed }));
  }

  /** True while a program with this command line runs on the computer. */
  async function isRunning(name: string, args: string): Promise<boolean> {
    const { id } = await e2e.computer(name);
    const command = e2e.emulator.computers.sandbox(id).start('ps -e -o args', 10_000);
    let text = '';
    command.stdout.on('data', (data: Buffer) => (text += data.toString()));
    command.stderr.resume();
    await command.ended;
    return text.split('\n').includes(args);
  }

  async function runFromMenu(name: string, command: string, window = e2e.window): Promise<void> {
    const menu = await window.tree('Computers').row(name).openMenu();
    await menu.choose('Run Command…');
    await window.quickInput.waitFor(`Run Command on ${name}`);
    await window.quickInput.fill(command);
    await window.quickInput.accept();
  }

  e2e.it('starts a stopped computer, streams the output and reports the exit code', async () => {
    await runFromMenu('gauss', 'echo out-$((40+2)); exit 3');
    await e2e.terminals.waitForText(/gauss: stopped\. Starting it… [^]*out-42\s+exit 3 · \d+\.\d s/);
    await e2e.terminals.waitForTab('gauss: echo out-$((40+2)); exit 3 (exit 3)');
    assert.equal(await e2e.terminals.isDim('exit 3'), true);
    await e2e.screenshot('ended');
    await e2e.terminals.type('r');
    await e2e.terminals.waitForText(/out-42[^]*out-42\s+exit 3/);
  });

  e2e.it('offers earlier commands again, and opens a terminal from a finished one', async () => {
    const menu = await e2e.row('gauss').openMenu();
    await menu.choose('Run Command…');
    await e2e.window.quickInput.waitForEntry('echo out-$((40+2)); exit 3');
    await e2e.screenshot('history');
    await e2e.window.quickInput.fill('echo ready');
    await e2e.window.quickInput.accept();
    await e2e.terminals.waitForText(/ready\s+exit 0/);
    await e2e.terminals.type('t');
    await e2e.terminals.waitForText('ohm@gauss:~$ ');
  });

  e2e.it('sends typed text to the command, and ends it on the computer at Ctrl+C', async () => {
    await runFromMenu('einstein', 'read -r name; echo "hello $name"; sleep 4720');
    await e2e.terminals.waitForTab('einstein: read -r name; echo "hello $name"; sleep 4720');
    await e2e.terminals.enter('world');
    await e2e.terminals.waitForText('hello world');
    await until('it runs', () => isRunning('einstein', 'sleep 4720'));
    await e2e.terminals.press('Control+C');
    await e2e.terminals.waitForText(/cancelled · \d/);
    await until('it has ended', async () => !(await isRunning('einstein', 'sleep 4720')));
  });

  e2e.it(
    'runs a command through the service where there is no SSH, and shows its output as it comes',
    async () => {
      await runFromMenu(
        'bohr',
        'echo begun; sleep 2; echo "it runs" >&2; until [ -e ~/go ]; do sleep 0.1; done; exit 6',
      );
      await e2e.terminals.waitForText(
        /through the service instead\.[^]*Without SSH, a command cannot read input\.\s+begun\s+it runs$/m,
      );
      await e2e.screenshot('by service');
      const { id } = await e2e.computer('bohr');
      await e2e.emulator.computers.sandbox(id).start('touch ~/go', 10_000).ended;
      await e2e.terminals.waitForText(/it runs\s+exit 6/);
    },
  );

  e2e.it('runs the text of the editor, saved or not, on the default computer of the workspace', async () => {
    await e2e.window.openFile('greet.py');
    await e2e.window.page.locator('.part.editor .monaco-editor.focused').waitFor();
    await e2e.window.page.keyboard.press('Control+End');
    await e2e.window.page.keyboard.type('print("not saved")');
    await e2e.window.runCommand('Celesto: Run Active File on Computer');
    await e2e.terminals.waitForText(/hello from - 42\s+not saved\s+exit 0/);
    await e2e.terminals.waitForTab('gauss: greet.py');
    await e2e.screenshot('file');
  });

  e2e.it('runs a task, finds its problems and passes on its exit code', async () => {
    await runTask('check');
    await e2e.terminals.waitForText(/gauss says\s+greet\.py:2: no such planet\s+exit 2/);
    await e2e.window.runCommand('Problems: Focus on Problems View');
    await e2e.window.page.locator('.markers-panel', { hasText: 'no such planet' }).waitFor();
    await e2e.screenshot('problems');
    await e2e.window.runCommand('Terminal: Focus Terminal');
    await e2e.terminals.waitForText(/exit code: 2/);
  });

  e2e.it('reports a task whose computer does not exist', async () => {
    await runTask('nowhere');
    await e2e.terminals.waitForText('There is no computer named atlantis. Check the spelling');
    await e2e.terminals.waitForText(/exit code: 1/);
  });

  e2e.it('opens addresses that a task or a command prints, through a forwarded port', async () => {
    await runTask('serve');
    await e2e.terminals.waitForText(`(http://0.0.0.0:${port}/) ...`);
    assert.equal(await textBehind(`http://0.0.0.0:${port}/`), 'hello from gauss');
    await runFromMenu('gauss', `echo "it is at localhost:${port}/index.html"`);
    await e2e.terminals.waitForText(/^it is at localhost:\d+\/index\.html\s+exit 0/m);
    assert.equal(await textBehind(`localhost:${port}/index.html`), 'hello from gauss');
    await e2e.window.runCommand('Tasks: Terminate Task');
    await e2e.window.quickInput.choose('serve');
    await until(
      'it has ended',
      async () => !(await isRunning('gauss', `python3 -um http.server -d site ${port}`)),
    );
  });

  e2e.it('creates a temporary computer for a task, and deletes it afterwards', async () => {
    const before = (await e2e.computers()).map(({ name }) => name);
    await runTask('once');
    await e2e.window.dialog.waitFor('Allow the tasks of the folder empty to create computers?');
    await e2e.window.dialog.press('Allow');
    await e2e.terminals.waitForText(/Creating a computer for this command…/);
    await e2e.terminals.waitForText(/exit 4 [^]*exit code: 4/);
    await e2e.terminals.waitForText(/exit 4 · [^]*The computer of this command was deleted/);
    await e2e.screenshot('temporary task');
    assert.equal((await e2e.control.requests({ method: 'POST', path: '/v1/computers$' })).length, 1);
    await until('it is gone', async () => {
      const now = await e2e.computers();
      return now.map(({ name }) => name).join() === before.join();
    });
  });

  e2e.it('deletes a temporary computer when the tab of its command is closed', async () => {
    const before = (await e2e.computers()).length;
    await e2e.window.runCommand('Celesto: Run on a Temporary Computer…');
    await e2e.window.quickInput.waitFor('Run on a Temporary Computer');
    await e2e.window.quickInput.waitForEntry('Coding agent');
    await e2e.screenshot('which template');
    await e2e.window.quickInput.choose('Coding agent');
    await e2e.window.quickInput.waitFor('Run Command on a temporary computer');
    await e2e.window.quickInput.fill('echo begun; sleep 4721');
    await e2e.window.quickInput.accept();
    await e2e.terminals.waitForText(/begun$/m);
    assert.equal((await e2e.computers()).length, before + 1);
    await e2e.terminals.kill('temporary: echo begun; sleep 4721');
    await until('it is gone', async () => (await e2e.computers()).length === before);
  });

  e2e.it('deletes temporary computers, and ends other commands, when the window is closed', async () => {
    const before = (await e2e.computers()).length;
    writeTasks('leaving', [
      { label: 'stay', computer: 'new', template: 'scratch', command: 'echo at work; sleep 4723' },
    ]);
    const window = await e2e.openSecondWindow('leaving', {});
    await window.tree('Computers').row('einstein').waitFor();
    await runTask('stay', window);
    await window.dialog.press('Allow');
    await window.terminals.waitForText(/^at work$/m);
    await window.runCommand('Celesto: Run on a Temporary Computer…');
    await window.quickInput.waitFor('Run on a Temporary Computer');
    await window.quickInput.choose('Scratch');
    await window.quickInput.waitFor('Run Command on a temporary computer');
    await window.quickInput.fill('echo at work, too; sleep 4724');
    await window.quickInput.accept();
    await window.terminals.waitForText(/^at work, too$/m);
    assert.equal((await e2e.computers()).length, before + 2);
    // Commands on other computers end too, over SSH and through the service.
    for (const [name, command] of [
      ['einstein', "trap '' HUP; sleep 4725"],
      ['bohr', 'sleep 4726'],
    ] as const)
      await runFromMenu(name, command, window);
    await until('both run', async () => {
      const first = await isRunning('einstein', 'sleep 4725');
      return first && (await isRunning('bohr', 'sleep 4726'));
    });
    await window.closeTab();
    await until('they are gone', async () => (await e2e.computers()).length === before);
    await until('both have ended', async () => {
      const first = await isRunning('einstein', 'sleep 4725');
      return !first && !(await isRunning('bohr', 'sleep 4726'));
    });
  });

  e2e.it('offers to delete a temporary computer that could not be deleted, at the next start', async () => {
    const before = (await e2e.computers()).length;
    await e2e.window.runCommand('Celesto: Run on a Temporary Computer…');
    await e2e.window.quickInput.waitFor('Run on a Temporary Computer');
    await e2e.window.quickInput.choose('Scratch');
    await e2e.window.quickInput.waitFor('Run Command on a temporary computer');
    await e2e.window.quickInput.fill('echo again; sleep 4722');
    await e2e.window.quickInput.accept();
    await e2e.terminals.waitForText(/again$/m);
    await e2e.control.addFault({ method: 'DELETE', times: 'always', answer: { status: 500 } });
    await e2e.window.reload();
    const question = /was created for the command "echo again; sleep 4722" .* and has not been deleted\.$/;
    // The lease of the closed window has to expire first.
    await until(
      'the question',
      async () => (await e2e.window.notifications.texts()).some((text) => question.test(text)),
      60_000,
    );
    await e2e.screenshot('left behind');
    await e2e.control.clearFaults();
    await e2e.window.notifications.press(question, 'Delete');
    await until('it is gone', async () => (await e2e.computers()).length === before);
  });

  it('leaves the window without errors', () => assert.deepEqual(e2e.window.errors, []));

  /** Follows a link of the terminal. @returns the text of the page that it opens */
  async function textBehind(link: string): Promise<string> {
    const opened = e2e.window.page.context().waitForEvent('page');
    await e2e.terminals.clickLink(link);
    const page = await opened;
    await page.waitForLoadState();
    const text = await page.locator('body').innerText();
    await page.close();
    return text;
  }

  async function runTask(label: string, window = e2e.window): Promise<void> {
    await window.runCommand('Tasks: Run Task');
    await window.quickInput.choose(label);
  }
});
