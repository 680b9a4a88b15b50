import { basename } from 'node:path/posix';
import * as vscode from 'vscode';
import { cancellation } from '../../base/abort';
import type { Computer } from '../../computers/computer';
import type { CommandTargets } from '../../ui/commandTargets';
import type { FindComputer } from '../../ui/findComputerWithProgress';
import type { Handler } from '../../ui/registerCommands';
import type { CommandHistory } from './commandHistory';
import { pickCommand } from './commandPicker';
import { interpreterFor } from './interpreter';
import type { RunTerminals } from './runTerminals';

export interface RunCommandsDeps {
  readonly targets: CommandTargets;
  readonly findComputer: FindComputer;
  readonly terminals: RunTerminals;
  readonly history: CommandHistory;
  /** The id or name of the workspace's default computer; empty for none. */
  readonly defaultComputer: () => string;
}

/** Runs a command, the selection or the active file on a computer. */
export class RunCommands {
  constructor(private readonly deps: RunCommandsDeps) {}

  /** Takes `{ computerId }` and the command as arguments, and asks for what is missing. */
  readonly runCommand: Handler = async (...args) => {
    const { terminals, history } = this.deps;
    const computer = await this.chooseComputer(args, vscode.l10n.t('Run Command on Computer'));
    const given = typeof args[1] === 'string' ? args[1] : undefined;
    const line = given ?? (await pickCommand(computer, history));
    if (line === undefined) throw cancellation();
    await terminals.run(computer, { line });
  };

  /** The selection, or the line of the cursor: run by its language's program, else by a shell. */
  readonly runSelection: Handler = async () => {
    const { document, selection } = activeEditor();
    const text = document.getText(
      selection.isEmpty ? document.lineAt(selection.active.line).range : selection,
    );
    if (text.trim() === '') throw new Error(vscode.l10n.t('Nothing is selected. Select the text to run.'));
    const computer = await this.chooseComputer([], vscode.l10n.t('Run Selection on Computer'));
    const { languageId } = document;
    const interpreter = languageId === 'shellscript' ? undefined : interpreterFor('', languageId);
    if (interpreter === undefined) await this.deps.terminals.run(computer, { line: text });
    else {
      const title = vscode.l10n.t('selection of {0}', fileNameOf(document));
      await this.deps.terminals.run(computer, { line: interpreter, input: text }, title);
    }
  };

  /** The text of the editor, saved or not. It is sent to its program's standard input; no file is written. */
  readonly runFile: Handler = async () => {
    const { document } = activeEditor();
    const input = document.getText();
    const interpreter = interpreterFor(input, document.languageId);
    if (interpreter === undefined) {
      throw new Error(
        vscode.l10n.t(
          'No interpreter is known for {0}. Name one in its first line, such as #!/usr/bin/env python3.',
          fileNameOf(document),
        ),
      );
    }
    const computer = await this.chooseComputer([], vscode.l10n.t('Run Active File on Computer'));
    await this.deps.terminals.run(computer, { line: interpreter, input }, fileNameOf(document));
  };

  /**
   * The computer of the menu; from elsewhere the workspace's default; else the user picks one. A menu passes an argument
   * even where its item was redrawn at that moment and resolves to no computer: then the user picks, too.
   */
  private async chooseComputer(args: readonly unknown[], title: string): Promise<Computer> {
    const { targets, findComputer, defaultComputer } = this.deps;
    const idOrName = defaultComputer().trim();
    if (args.length > 0 || idOrName === '') return targets.one(args, title, 'open');
    return findComputer(idOrName);
  }
}

function activeEditor(): vscode.TextEditor {
  const { activeTextEditor } = vscode.window;
  if (!activeTextEditor) throw new Error(vscode.l10n.t('No editor is open. Open the file to run first.'));
  return activeTextEditor;
}

function fileNameOf(document: vscode.TextDocument): string {
  return basename(document.uri.path);
}
