import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { freePort } from '../emulator/ports';
import { until } from '../harness/until';
import { E2eHarness } from './e2eHarness';

/** Reads what a compiler says, as tools of every language have it. */
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

describe('on a computer', () => {
  const stage = new E2eHarness('run', {
    seed: [{ name: 'einstein' }, { name: 'gauss', status: 'stopped' }, { name: 'bohr', sshd: false }],
  });

  /** Where a web server is to listen on a computer. */
  let port: number;

  before(async () => {
    port = await freePort('127.0.0.1', new Set());
    const folder = join(stage.folder, 'empty');
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

  /** Gives a folder its tasks. */
  function writeTasks(name: string, own: readonly object[]): void {
    const folder = join(stage.folder, name, '.vscode');
    mkdirSync(folder, { recursive: true });
    const typed = own.map((task) => ({ type: 'celesto', problemMatcher: [], ...task }));
    writeFileSync(join(folder, 'tasks.json'), JSON.stringify({ version: '2.0.0', tasks: typed }));
  }

  /** Whether a program with these arguments runs there. */
  async function isRunning(name: string, args: string): Promise<boolean> {
    const { id } = await stage.computer(name);
    const command = stage.emulator.computers.sandbox(id).start('ps -e -o args', 10_000);
    let text = '';
    command.stdout.on('data', (data: Buffer) => (text += data.toString()));
    command.stderr.resume();
    await command.ended;
    return text.split('\n').includes(args);
  }

  async function runFromMenu(name: string, line: string, window = stage.window): Promise<void> {
    const menu = await window.tree('Computers').row(name).openMenu();
    await menu.choose('Run Command…');
    await window.quickInput.waitFor(`Run Command on ${name}`);
    await window.quickInput.fill(line);
    await window.quickInput.accept();
  }

  stage.it('that is stopped, a command starts it, streams, and tells how it ended', async () => {
    await runFromMenu('gauss', 'echo out-$((40+2)); exit 3');
    await stage.terminals.waitForText(/gauss: stopped\. Starting it… [^]*out-42\s+exit 3 · \d+\.\d s/);
    await stage.terminals.waitForTab('gauss: echo out-$((40+2)); exit 3 (exit 3)');
    assert.equal(await stage.terminals.isDim('exit 3'), true);
    await stage.screenshot('ended');
    await stage.terminals.type('r');
    await stage.terminals.waitForText(/out-42[^]*out-42\s+exit 3/);
  });

  stage.it('that has run it before, the command is offered again; a terminal opens there', async () => {
    const menu = await stage.row('gauss').openMenu();
    await menu.choose('Run Command…');
    await stage.window.quickInput.waitForEntry('echo out-$((40+2)); exit 3');
    await stage.screenshot('history');
    await stage.window.quickInput.fill('echo ready');
    await stage.window.quickInput.accept();
    await stage.terminals.waitForText(/ready\s+exit 0/);
    await stage.terminals.type('t');
    await stage.terminals.waitForText('ohm@gauss:~$ ');
  });

  stage.it('a command takes what is typed, and Ctrl+C ends it there', async () => {
    await runFromMenu('einstein', 'read -r name; echo "hello $name"; sleep 4720');
    await stage.terminals.waitForTab('einstein: read -r name; echo "hello $name"; sleep 4720');
    await stage.terminals.enter('world');
    await stage.terminals.waitForText('hello world');
    await until('it runs', () => isRunning('einstein', 'sleep 4720'));
    await stage.terminals.press('Control+C');
    await stage.terminals.waitForText(/cancelled · \d/);
    await until('it has ended', async () => !(await isRunning('einstein', 'sleep 4720')));
  });

  stage.it('without SSH, a command runs through the service, whose limits are told first', async () => {
    await runFromMenu('bohr', 'echo by-service');
    await stage.terminals.waitForText(
      /through the service instead\.[^]*may take 300 s there[^]*by-service\s+exit 0/,
    );
    await stage.screenshot('by service');
  });

  stage.it(
    'the text of the editor runs, saved or not, on the default computer of the workspace',
    async () => {
      await stage.window.openFile('greet.py');
      await stage.window.page.locator('.part.editor .monaco-editor.focused').waitFor();
      await stage.window.page.keyboard.press('Control+End');
      await stage.window.page.keyboard.type('print("not saved")');
      await stage.window.runCommand('Celesto: Run Active File on Computer');
      await stage.terminals.waitForText(/hello from - 42\s+not saved\s+exit 0/);
      await stage.terminals.waitForTab('gauss: greet.py');
      await stage.screenshot('file');
    },
  );

  stage.it('a task runs, its problems are found, and its exit code is that of the command', async () => {
    await runTask('check');
    await stage.terminals.waitForText(/gauss says\s+greet\.py:2: no such planet\s+exit 2/);
    await stage.window.runCommand('Problems: Focus on Problems View');
    await stage.window.page.locator('.markers-panel', { hasText: 'no such planet' }).waitFor();
    await stage.screenshot('problems');
    await stage.window.runCommand('Terminal: Focus Terminal');
    await stage.terminals.waitForText(/exit code: 2/);
  });

  stage.it('a task that names a computer that is not there says so', async () => {
    await runTask('nowhere');
    await stage.terminals.waitForText('There is no computer called atlantis. Check the spelling');
    await stage.terminals.waitForText(/exit code: 1/);
  });

  stage.it(
    'an address that a task prints is a link that leads there, as is one that a command prints',
    async () => {
      await runTask('serve');
      await stage.terminals.waitForText(`(http://0.0.0.0:${port}/) ...`);
      assert.equal(await opensWith(`http://0.0.0.0:${port}/`), 'hello from gauss');
      await runFromMenu('gauss', `echo "it is at localhost:${port}/index.html"`);
      await stage.terminals.waitForText(/^it is at localhost:\d+\/index\.html\s+exit 0/m);
      assert.equal(await opensWith(`localhost:${port}/index.html`), 'hello from gauss');
      await stage.window.runCommand('Tasks: Terminate Task');
      await stage.window.quickInput.choose('serve');
      await until(
        'it has ended',
        async () => !(await isRunning('gauss', `python3 -um http.server -d site ${port}`)),
      );
    },
  );

  stage.it('a task with a computer of its own has it made, and leaves none behind', async () => {
    const before = (await stage.computers()).map(({ name }) => name);
    await runTask('once');
    await stage.terminals.waitForText(/Creating a computer for this command…/);
    await stage.terminals.waitForText(/exit 4 [^]*exit code: 4/);
    await stage.terminals.waitForText(/exit 4 · [^]*The computer of this command was deleted/);
    await stage.screenshot('temporary task');
    assert.equal((await stage.control.requests({ method: 'POST', path: '/v1/computers$' })).length, 1);
    await until('it is gone', async () => {
      const now = await stage.computers();
      return now.map(({ name }) => name).join() === before.join();
    });
  });

  stage.it('a temporary computer goes with the tab of its command', async () => {
    const before = (await stage.computers()).length;
    await stage.window.runCommand('Celesto: Run on a Temporary Computer…');
    await stage.window.quickInput.waitFor('Run on a Temporary Computer');
    await stage.window.quickInput.waitForEntry('Coding agent');
    await stage.screenshot('which template');
    await stage.window.quickInput.choose('Coding agent');
    await stage.window.quickInput.waitFor('Run Command on a temporary computer');
    await stage.window.quickInput.fill('echo begun; sleep 4721');
    await stage.window.quickInput.accept();
    await stage.terminals.waitForText(/begun$/m);
    assert.equal((await stage.computers()).length, before + 1);
    await stage.terminals.kill('temporary: echo begun; sleep 4721');
    await until('it is gone', async () => (await stage.computers()).length === before);
  });

  stage.it(
    'temporary computers go with their window, of a command as of a task, and so does what else runs',
    async () => {
      const before = (await stage.computers()).length;
      writeTasks('leaving', [
        { label: 'stay', computer: 'new', template: 'scratch', command: 'echo at work; sleep 4723' },
      ]);
      const window = await stage.openSecondWindow('leaving', {});
      await window.tree('Computers').row('einstein').waitFor();
      await runTask('stay', window);
      await window.terminals.waitForText(/^at work$/m);
      await window.runCommand('Celesto: Run on a Temporary Computer…');
      await window.quickInput.waitFor('Run on a Temporary Computer');
      await window.quickInput.choose('Scratch');
      await window.quickInput.waitFor('Run Command on a temporary computer');
      await window.quickInput.fill('echo at work, too; sleep 4724');
      await window.quickInput.accept();
      await window.terminals.waitForText(/^at work, too$/m);
      assert.equal((await stage.computers()).length, before + 2);
      // Others do not outlive it either, over SSH or through the service.
      for (const [name, line] of [
        ['einstein', "trap '' HUP; sleep 4725"],
        ['bohr', 'sleep 4726'],
      ] as const)
        await runFromMenu(name, line, window);
      await until('both run', async () => {
        const first = await isRunning('einstein', 'sleep 4725');
        return first && (await isRunning('bohr', 'sleep 4726'));
      });
      await window.closeTab();
      await until('they are gone', async () => (await stage.computers()).length === before);
      await until('both have ended', async () => {
        const first = await isRunning('einstein', 'sleep 4725');
        return !first && !(await isRunning('bohr', 'sleep 4726'));
      });
    },
  );

  stage.it('a temporary computer that cannot be deleted is offered for that at the next start', async () => {
    const before = (await stage.computers()).length;
    await stage.window.runCommand('Celesto: Run on a Temporary Computer…');
    await stage.window.quickInput.waitFor('Run on a Temporary Computer');
    await stage.window.quickInput.choose('Scratch');
    await stage.window.quickInput.waitFor('Run Command on a temporary computer');
    await stage.window.quickInput.fill('echo again; sleep 4722');
    await stage.window.quickInput.accept();
    await stage.terminals.waitForText(/again$/m);
    await stage.control.addFault({ method: 'DELETE', times: 'always', answer: { status: 500 } });
    await stage.window.reload();
    const question = /was created for the command "echo again; sleep 4722" .* and has not been deleted\.$/;
    // First the window that was left must have been silent for a while.
    await until(
      'the question',
      async () => (await stage.window.notifications.texts()).some((text) => question.test(text)),
      60_000,
    );
    await stage.screenshot('left behind');
    await stage.control.clearFaults();
    await stage.window.notifications.press(question, 'Delete');
    await until('it is gone', async () => (await stage.computers()).length === before);
  });

  it('leaves the window without errors', () => assert.deepEqual(stage.window.errors, []));

  /** Follows a link of the terminal. @returns what the page says that it opens */
  async function opensWith(link: string): Promise<string> {
    const opened = stage.window.page.context().waitForEvent('page');
    await stage.terminals.clickLink(link);
    const page = await opened;
    await page.waitForLoadState();
    const text = await page.locator('body').innerText();
    await page.close();
    return text;
  }

  async function runTask(label: string, window = stage.window): Promise<void> {
    await window.runCommand('Tasks: Run Task');
    await window.quickInput.choose(label);
  }
});
