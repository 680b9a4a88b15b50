import * as vscode from 'vscode';
import type { Clock } from '../../base/clock';
import { escapeIcons } from '../../base/text';
import type { Computer } from '../../computers/computer';
import type { ComputerFinder } from '../../computers/computerFinder';
import { refusalOf } from '../../computers/errors';
import { statusOf } from '../../computers/status';
import type { Terminals } from '../../terminal/terminals';
import { withProgress } from '../../ui/progress';
import type { Handler } from '../../ui/registerCommands';
import type { Targets } from '../../ui/targets';
import { maxFileBytes, parseSavedSession, tooLargeError, type SavedSession } from './savedSession';

/** Going on with a computer that is named elsewhere: by the workspace, by a link, by what an agent saved. */
export class SessionCommands {
  constructor(
    private readonly targets: Targets,
    private readonly finder: ComputerFinder,
    private readonly terminals: Terminals,
    private readonly clock: Clock,
    private readonly defaultComputer: () => string,
  ) {}

  readonly useAsDefault: Handler = async (...args) => {
    const computer = await this.targets.one(args, vscode.l10n.t('Use as Workspace Default'), 'computer');
    const isWorkspace = vscode.workspace.workspaceFolders !== undefined;
    await vscode.workspace
      .getConfiguration('celesto')
      .update(
        'defaultComputer',
        computer.id,
        isWorkspace ? vscode.ConfigurationTarget.Workspace : vscode.ConfigurationTarget.Global,
      );
    void vscode.window.showInformationMessage(
      isWorkspace
        ? vscode.l10n.t('{0} is the default computer of this workspace now.', computer.name)
        : vscode.l10n.t('{0} is the default computer now.', computer.name),
    );
  };

  readonly openDefault: Handler = async () => {
    const named = this.defaultComputer().trim();
    if (named === '') {
      throw new Error(
        vscode.l10n.t('This workspace has no default computer. Choose one with "Use as Workspace Default".'),
      );
    }
    this.terminals.show(await this.find(named));
  };

  /** Called on a file in the editor or the explorer, or asks for one. */
  readonly resume: Handler = async (...args) => {
    const [given] = args;
    const file = given instanceof vscode.Uri ? given : await this.askForFile();
    if (!file) return;
    const session = await read(file);
    const computer = await this.findComputerOf(session);
    if (statusOf(computer.status).open === 'refuse') throw refusalOf(computer);
    this.terminals.create(computer, session.root === undefined ? {} : { cwd: session.root });
    if (session.sessionId === undefined) return;
    // A file may hold several, of which the first is taken.
    const resumed = vscode.l10n.t('Resumed session {0} on {1}', session.sessionId, computer.name);
    vscode.window.setStatusBarMessage(escapeIcons(resumed), 5_000);
  };

  private async find(idOrName: string): Promise<Computer> {
    await this.targets.ensureSignedIn();
    return withProgress(this.clock, vscode.l10n.t('Looking for {0}…', idOrName), (signal) =>
      this.finder.find(idOrName, signal),
    );
  }

  private async findComputerOf({ computerId, deleteOnClose }: SavedSession): Promise<Computer> {
    try {
      return await this.find(computerId);
    } catch (error) {
      if (!deleteOnClose || !(error instanceof Error) || error.cause === undefined) throw error;
      throw new Error(
        vscode.l10n.t(
          'The computer of this session, {0}, is gone: it was to be deleted when the session closed.',
          computerId,
        ),
        { cause: error },
      );
    }
  }

  private async askForFile(): Promise<vscode.Uri | undefined> {
    const [file] =
      (await vscode.window.showOpenDialog({
        title: vscode.l10n.t('Resume Saved Agent Session'),
        openLabel: vscode.l10n.t('Resume'),
        filters: { [vscode.l10n.t('Saved session')]: ['json'], [vscode.l10n.t('All files')]: ['*'] },
      })) ?? [];
    return file;
  }
}

async function read(file: vscode.Uri): Promise<SavedSession> {
  // What is open may hold changes that are not saved yet.
  const open = vscode.workspace.textDocuments.find(({ uri }) => uri.toString() === file.toString());
  if (open) return parseSavedSession(open.getText());
  const { size } = await vscode.workspace.fs.stat(file);
  if (size > maxFileBytes) throw tooLargeError();
  return parseSavedSession(Buffer.from(await vscode.workspace.fs.readFile(file)).toString('utf8'));
}
