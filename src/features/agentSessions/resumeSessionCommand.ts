import * as vscode from 'vscode';
import { escapeIcons } from '../../base/text';
import type { Computer } from '../../computers/computer';
import { assertOpenable } from '../../computers/errors';
import type { Terminals } from '../../terminal/terminals';
import type { FindComputer } from '../../ui/findComputerWithProgress';
import type { Handler } from '../../ui/registerCommands';
import { maxFileBytes, parseSavedSession, type SavedSession, tooLargeError } from './savedSession';

/** Milliseconds for which the status bar names the resumed session. */
const statusMessageMs = 5_000;

/** Opens a terminal on the computer, and in the directory, of a session that an agent saved. */
export class ResumeSessionCommand {
  constructor(
    private readonly findComputer: FindComputer,
    private readonly terminals: Terminals,
  ) {}

  /** Takes the URI of the file as its argument, from a menu of the editor or the explorer, or asks for it. */
  readonly resume: Handler = async (...args) => {
    const [uri] = args;
    const file = uri instanceof vscode.Uri ? uri : await pickFile();
    if (!file) return;
    const session = await readSession(file);
    const computer = await this.computerOf(session);
    assertOpenable(computer);
    this.terminals.create(computer, session.root === undefined ? {} : { cwd: session.root });
    if (session.sessionId === undefined) return;
    // A file may hold several sessions, and the first is resumed: so it is named.
    const message = vscode.l10n.t('Resumed session {0} on {1}', session.sessionId, computer.name);
    vscode.window.setStatusBarMessage(escapeIcons(message), statusMessageMs);
  };

  private async computerOf({ computerId, deleteOnClose }: SavedSession): Promise<Computer> {
    try {
      return await this.findComputer(computerId);
    } catch (error) {
      // Only an error of the look-up has a cause.
      if (!deleteOnClose || !(error instanceof Error) || error.cause === undefined) throw error;
      throw new Error(
        vscode.l10n.t(
          'The computer of this session, {0}, no longer exists. The session was set up to delete it on closing.',
          computerId,
        ),
        { cause: error },
      );
    }
  }
}

async function pickFile(): Promise<vscode.Uri | undefined> {
  const [file] =
    (await vscode.window.showOpenDialog({
      title: vscode.l10n.t('Resume Saved Agent Session'),
      openLabel: vscode.l10n.t('Resume'),
      filters: { [vscode.l10n.t('Saved session')]: ['json'], [vscode.l10n.t('All files')]: ['*'] },
    })) ?? [];
  return file;
}

/** @throws SavedSessionError, or what VS Code throws for an unreadable file */
async function readSession(file: vscode.Uri): Promise<SavedSession> {
  // An open document may have unsaved changes.
  const document = vscode.workspace.textDocuments.find(({ uri }) => uri.toString() === file.toString());
  if (document) return parseSavedSession(document.getText());
  const { size } = await vscode.workspace.fs.stat(file);
  if (size > maxFileBytes) throw tooLargeError();
  return parseSavedSession(Buffer.from(await vscode.workspace.fs.readFile(file)).toString('utf8'));
}
