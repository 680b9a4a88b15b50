import * as vscode from 'vscode';
import type { Account } from '../../account/account';
import { isApiError } from '../../api/apiErrors';
import type { CelestoClient } from '../../api/client';
import { isCancellation } from '../../base/abort';
import type { Clock } from '../../base/clock';
import { printable } from '../../base/text';
import type { Computer } from '../../computers/computer';
import type { ComputerStore } from '../../computers/computerStore';
import type { Lifecycle } from '../../computers/lifecycle';
import { statusOf } from '../../computers/statusTable';
import type { CommandTargets } from '../../ui/commandTargets';
import { withProgress } from '../../ui/progress';
import { confirmOrCancel } from '../../ui/prompts';
import type { Handler } from '../../ui/registerCommands';
import { serviceMachineMark } from '../../ui/serviceMachine';

/** Computers that the question lists before it counts the others. */
const maxListed = 15;

export interface DeleteCommandDeps {
  readonly account: Pick<Account, 'organization' | 'hasSeveralOrganizations'>;
  readonly targets: CommandTargets;
  readonly client: Pick<CelestoClient, 'get'>;
  readonly store: ComputerStore;
  readonly lifecycle: Lifecycle;
  readonly clock: Clock;
  /** Forgets the host keys of a computer that is deleted. */
  readonly onDeleted: (computerId: string) => void;
  /** The selected tree nodes, for the Delete key. */
  readonly selection: () => readonly unknown[];
}

/** Deletes computers after a question. */
export class DeleteCommand {
  constructor(private readonly deps: DeleteCommandDeps) {}

  readonly delete: Handler = async (...args) => {
    const computers =
      args[0] === 'selection'
        ? this.deps.targets.selected(this.deps.selection(), 'delete')
        : await this.deps.targets.many(args, vscode.l10n.t('Delete Computers'), 'delete');
    await askToDelete(computers, organizationOf(this.deps.account));
    const [only] = computers;
    if (computers.length === 1 && only) await this.deleteOne(only);
    else await this.deleteMany(computers);
  };

  private async deleteOne(computer: Computer): Promise<void> {
    await withProgress(this.deps.clock, vscode.l10n.t('Deleting {0}…', computer.name), (signal) =>
      this.deps.lifecycle.delete(computer.id, signal),
    );
    this.deps.onDeleted(computer.id);
  }

  private async deleteMany(computers: readonly Computer[]): Promise<void> {
    const ids = computers.map(({ id }) => id);
    const title = vscode.l10n.t('Deleting {0} computers…', ids.length);
    const failed = await withProgress(this.deps.clock, title, async (signal) => {
      const { deletedIds, failedIds, problem } = await this.deps.lifecycle.deleteMany(ids, signal);
      for (const id of deletedIds) this.deps.onDeleted(id);
      if (problem !== undefined) throw partialFailure(deletedIds.length, ids.length, problem);
      return this.existing(failedIds, signal);
    });
    const kept = new Map(failed.map((computer) => [computer.id, computer]));
    for (const id of ids) if (!kept.has(id)) this.deps.onDeleted(id);
    if (failed.length === 0) return;
    const deleted = computers.filter(({ id }) => !kept.has(id));
    throw new Error(
      [
        deleted.length > 0 && vscode.l10n.t('Deleted: {0}.', namesOf(deleted)),
        vscode.l10n.t(
          'Not deleted: {0}. Try again, or delete them one by one to see why.',
          failed.map(({ name, status }) => `${name} (${statusOf(status).label()})`).join(', '),
        ),
      ]
        .filter(Boolean)
        .join(' '),
    );
  }

  /** Finds those that still exist: the service reports computers that were gone already as failed. */
  private async existing(ids: readonly string[], signal: AbortSignal): Promise<Computer[]> {
    const computers = await Promise.all(ids.map((id) => this.fetchExisting(id, signal)));
    return computers.filter((computer) => computer !== undefined);
  }

  private async fetchExisting(id: string, signal: AbortSignal): Promise<Computer | undefined> {
    const { client, store } = this.deps;
    try {
      const sequence = store.nextSequence();
      const computer = store.applyAnswer(await client.get(id, signal), sequence);
      return statusOf(computer.status).isGone ? undefined : computer;
    } catch (error) {
      if (isCancellation(error)) throw error;
      // Without an answer the computer counts as not deleted, as the service reported.
      if (!isApiError(error, 'notFound')) return store.get(id);
      store.remove(id);
      return undefined;
    }
  }
}

/** Makes the error for a deletion that failed after some computers had been deleted. */
function partialFailure(deleted: number, total: number, problem: unknown): unknown {
  if (deleted === 0 || isCancellation(problem) || !(problem instanceof Error)) return problem;
  const message = vscode.l10n.t(
    '{1} of {0} computers were deleted. The list will show what happened to the others. {2}',
    total,
    deleted,
    problem.message,
  );
  return new Error(message, { cause: problem });
}

async function askToDelete(computers: readonly Computer[], organization: string | undefined): Promise<void> {
  const [only] = computers;
  const question =
    computers.length === 1 && only
      ? vscode.l10n.t('Delete {0}?', only.name)
      : vscode.l10n.t('Delete {0} computers?', computers.length);
  const loss = vscode.l10n.t(
    'All files on it will be lost, and everything that runs on it will end, including its terminals. This cannot be undone.',
  );
  const lossOfMany = vscode.l10n.t(
    'All files on them will be lost, and everything that runs on them will end, including their terminals. This cannot be undone.',
  );
  const detail =
    only && computers.length === 1 ? detailOf(only, loss) : `${listOf(computers)}\n\n${lossOfMany}`;
  const lines = [...(organization === undefined ? [] : [organization, '']), detail];
  await confirmOrCancel({ question, detail: lines.join('\n'), action: vscode.l10n.t('Delete') });
}

/** Names the organization where the user has several. */
function organizationOf({ organization, hasSeveralOrganizations }: DeleteCommandDeps['account']) {
  if (!hasSeveralOrganizations) return undefined;
  return organization === undefined
    ? vscode.l10n.t('In the organization of the API key.')
    : vscode.l10n.t('In the organization {0}.', printable(organization.name));
}

function detailOf(computer: Computer, loss: string): string {
  const mark = serviceMachineMark(computer);
  return mark === undefined ? loss : `${vscode.l10n.t('Celesto runs it for itself: {0}.', mark)}\n\n${loss}`;
}

function listOf(computers: readonly Computer[]): string {
  const listed = computers
    .slice(0, maxListed)
    .map((computer) => `${computer.name} (${factsOf(computer).join(', ')})`);
  const others = computers.length - listed.length;
  return [...listed, ...(others > 0 ? [vscode.l10n.t('and {0} more', others)] : [])].join('\n');
}

function factsOf(computer: Computer): string[] {
  const { id, status } = computer;
  return [id, statusOf(status).label(), serviceMachineMark(computer)].filter((fact) => fact !== undefined);
}

function namesOf(computers: readonly Computer[]): string {
  return computers.map(({ name }) => name).join(', ');
}
