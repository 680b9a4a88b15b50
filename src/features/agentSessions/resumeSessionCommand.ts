import * as vscode from 'vscode';
import { isApiError } from '../../api/apiErrors';
import { escapeIcons, truncate } from '../../base/text';
import type { Computer } from '../../computers/computer';
import { assertOpenable } from '../../computers/errors';
import { statusOf } from '../../computers/statusTable';
import type { Terminals } from '../../terminal/terminals';
import type { FindComputer } from '../../ui/findComputerWithProgress';
import { confirmOrCancel, warn } from '../../ui/prompts';
import type { Handler } from '../../ui/registerCommands';
import { readSavedSessions } from './readSavedSessions';
import type { SavedSession } from './savedSession';
import { pickSessionFile, readSessionFile } from './sessionFile';
import { type NameOfComputer, pickSession } from './sessionPicker';

/** Milliseconds for which the status bar names the resumed session. */
const statusMessageMs = 5_000;

/** Opens a terminal on the computer, and in the directory, of a session that an agent saved. */
export class ResumeSessionCommand {
  constructor(
    private readonly findComputer: FindComputer,
    private readonly nameOf: NameOfComputer,
    private readonly terminals: Pick<Terminals, 'create'>,
  ) {}

  /** Takes the URI of the file as its argument, from a menu of the editor or the explorer, or asks for it. */
  readonly resume: Handler = async (...args) => {
    const [uri] = args;
    const file = uri instanceof vscode.Uri ? uri : await pickSessionFile();
    if (!file) return;
    const session = await pickSession(readSavedSessions(await readSessionFile(file)), this.nameOf);
    if (!session) return;
    const computer = await this.computerOf(session);
    if (mayStart(computer)) await confirmStart(computer, session, file);
    else if (session.deleteOnClose) void warn(deletionWarning(computer.name));
    this.terminals.create(computer, session.root === undefined ? {} : { cwd: session.root });
    showResumed(session, computer);
  };

  /** Finds the computer as it is now: one that was stopped elsewhere is not to be started unasked. */
  private async computerOf({ computerId, deleteOnClose }: SavedSession): Promise<Computer> {
    const deleted = (): Error =>
      new Error(
        vscode.l10n.t(
          "The agent's runner deletes the computer when a run stops. Nothing is left to attach to.",
        ),
      );
    try {
      const computer = await this.findComputer(computerId, { isCurrent: true });
      if (deleteOnClose && statusOf(computer.status).isGone) throw deleted();
      assertOpenable(computer);
      return computer;
    } catch (error) {
      const isMissing = error instanceof Error && isApiError(error.cause, 'notFound');
      throw deleteOnClose && isMissing ? deleted() : error;
    }
  }
}

/** True for a computer that a terminal would start or restore. One in an error asks in its terminal. */
function mayStart({ status }: Computer): boolean {
  const { open, isStopping } = statusOf(status);
  return open === 'start' || open === 'restore' || isStopping;
}

async function confirmStart(computer: Computer, session: SavedSession, file: vscode.Uri): Promise<void> {
  const { name, status } = computer;
  const details = [
    vscode.l10n.t('{0}: {1}.', name, statusOf(status).label()),
    session.root === undefined
      ? vscode.l10n.t('The session names no directory.')
      : vscode.l10n.t("The session's directory is {0}.", truncate(session.root, 200)),
    vscode.l10n.t('A computer that runs may incur costs.'),
    ...(session.deleteOnClose ? [deletionWarning(name)] : []),
  ];
  await confirmOrCancel({
    question: vscode.l10n.t('Start {0} for the session in {1}?', name, fileName(file)),
    detail: details.join(' '),
    action: vscode.l10n.t('Start'),
  });
}

function deletionWarning(name: string): string {
  return vscode.l10n.t("The agent's runner deletes {0}, with its files, when the session ends.", name);
}

function fileName(file: vscode.Uri): string {
  return truncate(vscode.workspace.asRelativePath(file), 100);
}

function showResumed({ sessionId }: SavedSession, { name }: Computer): void {
  if (sessionId === undefined) return;
  const message = vscode.l10n.t('Resumed session {0} on {1}', sessionId, name);
  vscode.window.setStatusBarMessage(escapeIcons(message), statusMessageMs);
}
