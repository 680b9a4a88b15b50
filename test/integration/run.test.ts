import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { until } from '../harness/until';
import { serviceControl } from './service';
import { signIn } from './support/signIn';
import { closeAll, shows } from './support/terminals';

describe('running on a computer', () => {
  const control = serviceControl();
  const settings = () => vscode.workspace.getConfiguration('celesto');
  let folder: string;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'celesto-run-'));
    await control.seed({ name: 'lagrange' });
    await signIn();
    await vscode.commands.executeCommand('celesto.refresh');
    await settings().update('defaultComputer', 'lagrange', vscode.ConfigurationTarget.Global);
  });

  after(async () => {
    await settings().update('defaultComputer', undefined, vscode.ConfigurationTarget.Global);
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    rmSync(folder, { recursive: true });
  });

  afterEach(closeAll);

  async function edit(name: string, text: string): Promise<vscode.TextEditor> {
    const file = join(folder, name);
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, text);
    return vscode.window.showTextDocument(vscode.Uri.file(file));
  }

  /** Runs a command of the extension. @returns the terminal that it opens */
  async function terminalOf(command: string, ...args: unknown[]): Promise<vscode.Terminal> {
    const before = new Set(vscode.window.terminals);
    await vscode.commands.executeCommand(command, ...args);
    return until('a new terminal', () => vscode.window.terminals.find((terminal) => !before.has(terminal)));
  }

  it('runs a selection with the program of its language, and a line in a shell', async () => {
    const python = await edit('sum.py', 'import nothing\nprint(6 * 7)\n');
    python.selection = new vscode.Selection(1, 0, 2, 0);
    const first = await terminalOf('celesto.runSelection');
    await shows(first, /^42\s+exit 0/m);
    assert.equal(first.name, 'lagrange: selection of sum.py');
    const notes = await edit('notes.txt', 'nothing\necho $HOSTNAME-$((6 * 7))\n');
    notes.selection = new vscode.Selection(1, 3, 1, 3);
    await shows(await terminalOf('celesto.runSelection'), /^lagrange-42\s+exit 0/m);
  });

  it('says what to do with a file whose program is unknown', async () => {
    const messages: string[] = [];
    const { showErrorMessage } = vscode.window;
    const record = (text: string): Promise<undefined> => {
      messages.push(text);
      return Promise.resolve(undefined);
    };
    await edit('notes.txt', 'nothing');
    Object.assign(vscode.window, { showErrorMessage: record });
    try {
      await vscode.commands.executeCommand('celesto.runFile');
    } finally {
      Object.assign(vscode.window, { showErrorMessage });
    }
    assert.deepEqual(messages, [
      'No interpreter is known for notes.txt. Name one in its first line, such as #!/usr/bin/env python3.',
    ]);
  });

  it('offers earlier commands as tasks, with the default computer of the workspace', async () => {
    const [{ id }] = [await control.seed({ name: 'legendre' })];
    await vscode.commands.executeCommand('celesto.refresh');
    await settings().update('defaultComputer', 'legendre', vscode.ConfigurationTarget.Global);
    await shows(await terminalOf('celesto.runCommand', { computerId: id }, 'echo a-$((1 + 1))'), /^a-2/m);
    const tasks = await vscode.tasks.fetchTasks({ type: 'celesto' });
    assert.deepEqual(
      tasks.map(({ name, definition }) => [name, String(definition.computer), String(definition.command)]),
      [['echo a-$((1 + 1)) on legendre', 'default', 'echo a-$((1 + 1))']],
    );
    await settings().update('defaultComputer', 'lagrange', vscode.ConfigurationTarget.Global);
  });

  it('completes names of computers just where a task names one', async () => {
    const text = '{ "type": "celesto", "computer": "la", "command": "" }';
    const { document } = await edit('.vscode/tasks.json', text);
    const at = async (character: number): Promise<string[]> => {
      const position = new vscode.Position(0, character);
      const { items } = await vscode.commands.executeCommand<vscode.CompletionList>(
        'vscode.executeCompletionItemProvider',
        document.uri,
        position,
      );
      return items.map(({ label }) => (typeof label === 'string' ? label : label.label));
    };
    const offered = await at(text.indexOf('la"') + 2);
    for (const name of ['"default"', '"new"', '"lagrange"']) assert.ok(offered.includes(name), name);
    assert.ok(!(await at(text.indexOf('""') + 1)).includes('"lagrange"'));
  });
});
