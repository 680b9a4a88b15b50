import * as vscode from 'vscode';
import type { CelestoClient } from '../../api/client';
import { isApiError } from '../../api/errors';
import type { Computer } from '../../computers/computer';
import type { Lifecycle } from '../../computers/lifecycle';
import { statusOf } from '../../computers/status';
import type { ComputerStore } from '../../computers/store';
import type { KnownComputers } from '../../ssh/hostKeys/knownComputers';
import { isCancellation } from '../../base/abort';
import type { Clock } from '../../base/clock';
import type { Handler } from '../../ui/registerCommands';
import { cancellation, withProgress } from '../../ui/progress';
import type { Targets } from '../../ui/targets';

/** How many names a question lists before it counts the rest. */
const mostNames = 15;

/** Deleting, which asks first. */
export class DeleteCommand {
  constructor(
    private readonly targets: Targets,
    private readonly client: Pick<CelestoClient, 'get'>,
    private readonly store: ComputerStore,
    private readonly lifecycle: Lifecycle,
    private readonly known: KnownComputers,
    private readonly clock: Clock,
    /** The selected lines, for the Delete key. */
    private readonly selection: () => readonly unknown[],
  ) {}

  readonly delete: Handler = async (...args) => {
    const computers =
      args[0] === 'selection'
        ? this.targets.selected(this.selection(), 'delete')
        : await this.targets.many(args, vscode.l10n.t('Delete Computers'), 'delete');
    await confirm(computers);
    const [only] = computers;
    if (computers.length === 1 && only) await this.deleteOne(only);
    else await this.deleteMany(computers);
  };

  private async deleteOne(computer: Computer): Promise<void> {
    await withProgress(this.clock, vscode.l10n.t('Deleting {0}…', computer.name), (signal) =>
      this.lifecycle.delete(computer.id, signal),
    );
    this.known.forget(computer.id);
  }

  private async deleteMany(computers: readonly Computer[]): Promise<void> {
    const ids = computers.map(({ id }) => id);
    const title = vscode.l10n.t('Deleting {0} computers…', ids.length);
    const failed = await withProgress(this.clock, title, async (signal) => {
      const { deletedIds, failedIds, problem } = await this.lifecycle.deleteMany(ids, signal);
      for (const id of deletedIds) this.known.forget(id);
      if (problem !== undefined) throw inPart(deletedIds.length, ids.length, problem);
      return this.stillThere(failedIds, signal);
    });
    const kept = new Map(failed.map((computer) => [computer.id, computer]));
    for (const id of ids) if (!kept.has(id)) this.known.forget(id);
    if (failed.length === 0) return;
    const deleted = computers.filter(({ id }) => !kept.has(id));
    throw new Error(
      [
        deleted.length > 0 && vscode.l10n.t('Deleted: {0}.', names(deleted)),
        vscode.l10n.t(
          'Not deleted: {0}. Try again, or delete them one by one to see why.',
          failed.map(({ name, status }) => `${name} (${statusOf(status).label()})`).join(', '),
        ),
      ]
        .filter(Boolean)
        .join(' '),
    );
  }

  /** The service reports what was gone already as failed: only what is still there counts. */
  private async stillThere(ids: readonly string[], signal: AbortSignal): Promise<Computer[]> {
    const looks = await Promise.all(ids.map((id) => this.look(id, signal)));
    return looks.filter((computer) => computer !== undefined);
  }

  private async look(id: string, signal: AbortSignal): Promise<Computer | undefined> {
    try {
      const ticket = this.store.nextSequence();
      const computer = this.store.upsert(await this.client.get(id, signal), ticket);
      return computer.status === 'deleted' || computer.status === 'deleting' ? undefined : computer;
    } catch (error) {
      if (isCancellation(error)) throw error;
      // Where it cannot be asked for, the service's word holds that it was not deleted.
      if (!isApiError(error, 'notFound')) return this.store.get(id);
      this.store.remove(id);
      return undefined;
    }
  }
}

/** What to say of a deletion that ended midway. */
function inPart(deleted: number, all: number, problem: unknown): unknown {
  if (deleted === 0 || isCancellation(problem) || !(problem instanceof Error)) return problem;
  const words = vscode.l10n.t(
    'Of {0} computers {1} were deleted. Whether the others were is not known; the list will tell. {2}',
    all,
    deleted,
    problem.message,
  );
  return new Error(words, { cause: problem });
}

async function confirm(computers: readonly Computer[]): Promise<void> {
  const [only] = computers;
  const question =
    computers.length === 1 && only
      ? vscode.l10n.t('Delete {0}?', only.name)
      : vscode.l10n.t('Delete {0} computers?', computers.length);
  const loss = vscode.l10n.t(
    'All files on it are lost, and what runs on it ends, its terminals included. This cannot be undone.',
  );
  const lossOfMany = vscode.l10n.t(
    'All files on them are lost, and what runs on them ends, their terminals included. This cannot be undone.',
  );
  const detail = computers.length === 1 ? loss : `${list(computers)}\n\n${lossOfMany}`;
  const yes = vscode.l10n.t('Delete');
  const answer = await vscode.window.showWarningMessage(question, { modal: true, detail }, yes);
  if (answer !== yes) throw cancellation();
}

function list(computers: readonly Computer[]): string {
  const lines = computers
    .slice(0, mostNames)
    .map(({ name, id, status }) => `${name} (${id}, ${statusOf(status).label()})`);
  const rest = computers.length - lines.length;
  return [...lines, ...(rest > 0 ? [vscode.l10n.t('and {0} more', rest)] : [])].join('\n');
}

function names(computers: readonly Computer[]): string {
  return computers.map(({ name }) => name).join(', ');
}
