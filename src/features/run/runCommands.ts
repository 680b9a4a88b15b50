import { basename } from 'node:path/posix';
import * as vscode from 'vscode';
import type { ComputerFinder } from '../../computers/computerFinder';
import type { Computer } from '../../computers/computer';
import type { CommandHistory } from './commandHistory';
import { interpreterFor } from './interpreter';
import type { RunTerminals } from './runTerminals';
import type { Clock } from '../../base/clock';
import { pickCommand } from './commandPicker';
import type { Handler } from '../../ui/registerCommands';
import { cancellation, withProgress } from '../../ui/progress';
import type { Targets } from '../../ui/targets';

export interface RunCommandsDeps {
  readonly targets: Targets;
  readonly finder: ComputerFinder;
  readonly terminals: RunTerminals;
  readonly history: CommandHistory;
  readonly clock: Clock;
  /** Id or name of the computer that a workspace uses; empty for none. */
  readonly defaultComputer: () => string;
}

/** Running commands, selections and files on a computer. */
export class RunCommands {
  constructor(private readonly deps: RunCommandsDeps) {}

  /** From code: `{ computerId }` and the command itself, which then is not asked for. */
  readonly runCommand: Handler = async (...args) => {
    const { terminals: runs, history } = this.deps;
    const title = vscode.l10n.t('Run Command on Computer');
    const computer = await this.chooseComputer(args, title);
    const given = typeof args[1] === 'string' ? args[1] : undefined;
    const line = given ?? (await pickCommand(computer, history));
    if (line === undefined) throw cancellation();
    await runs.run(computer, { line });
  };

  /** What is selected in the editor, or the line of the cursor: by its language's program, else by a shell. */
  readonly runSelection: Handler = async () => {
    const { document, selection } = editor();
    const text = document.getText(
      selection.isEmpty ? document.lineAt(selection.active.line).range : selection,
    );
    if (text.trim() === '') throw new Error(vscode.l10n.t('Nothing is selected. Select what to run.'));
    const computer = await this.chooseComputer([], vscode.l10n.t('Run Selection on Computer'));
    const { languageId } = document;
    const line = languageId === 'shellscript' ? undefined : interpreterFor('', languageId);
    if (line === undefined) await this.deps.terminals.run(computer, { line: text });
    else {
      const title = vscode.l10n.t('selection of {0}', nameOf(document));
      await this.deps.terminals.run(computer, { line, input: text }, title);
    }
  };

  /** The text of the editor as it is, saved or not. It goes to its program's standard input, and no file is made. */
  readonly runFile: Handler = async () => {
    const { document } = editor();
    const input = document.getText();
    const line = interpreterFor(input, document.languageId);
    if (line === undefined) {
      throw new Error(
        vscode.l10n.t(
          'No program is known that runs {0}. Name one in its first line, such as #!/usr/bin/env python3.',
          nameOf(document),
        ),
      );
    }
    const computer = await this.chooseComputer([], vscode.l10n.t('Run Active File on Computer'));
    await this.deps.terminals.run(computer, { line, input }, nameOf(document));
  };

  /**
   * The computer of the menu; from elsewhere the workspace's own; else the one that a person picks. A menu passes something
   * also where its line was drawn anew just then, which is nothing to go by.
   */
  private async chooseComputer(args: readonly unknown[], title: string): Promise<Computer> {
    const { targets, finder, clock, defaultComputer } = this.deps;
    const idOrName = defaultComputer().trim();
    if (args.length > 0 || idOrName === '') return targets.one(args, title, 'open');
    await targets.ensureSignedIn();
    return withProgress(clock, vscode.l10n.t('Looking for {0}…', idOrName), (signal) =>
      finder.find(idOrName, signal),
    );
  }
}

function editor(): vscode.TextEditor {
  const { activeTextEditor } = vscode.window;
  if (!activeTextEditor) throw new Error(vscode.l10n.t('No editor is open. Open the file to run first.'));
  return activeTextEditor;
}

function nameOf(document: vscode.TextDocument): string {
  return basename(document.uri.path);
}
