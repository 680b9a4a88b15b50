import * as vscode from 'vscode';
import type { Memento } from '../../../base/memento';
import { truncate } from '../../../base/text';
import { confirmOrCancel } from '../../../ui/prompts';
import type { TaskLabel } from './taskTerminalName';

const storageKey = 'celesto.spendingFolders';
/** Stands for the tasks of a workspace file, which belong to no folder. */
const workspaceFile = 'workspace';
/** Characters shown of a task's name. */
const maxNameLength = 80;

/**
 * The user's consent to tasks that create computers, which cost money: whoever wrote the folder's tasks.json need not be
 * the user. It is asked for once for each folder of the workspace; the user's own tasks need none.
 */
export class SpendingConsent {
  private readonly asking = new Map<string, Promise<void>>();

  /** @param memory of the workspace */
  constructor(private readonly memory: Memento) {}

  /** Asks unless the user has consented before. @throws a cancellation when the user does not consent */
  async ensure(scope: TaskLabel['scope'], taskName: string): Promise<void> {
    if (scope === vscode.TaskScope.Global) return;
    const folder = typeof scope === 'object' ? scope : undefined;
    const key = folder?.uri.toString() ?? workspaceFile;
    if (this.consented.includes(key)) return;
    // Tasks that start together share one question.
    const asked = this.asking.get(key) ?? this.ask(key, folder?.name, taskName);
    this.asking.set(key, asked);
    try {
      await asked;
    } finally {
      this.asking.delete(key);
    }
  }

  private get consented(): readonly string[] {
    return (this.memory.get(storageKey) as readonly string[] | undefined) ?? [];
  }

  private async ask(key: string, folderName: string | undefined, taskName: string): Promise<void> {
    await confirmOrCancel({
      question:
        folderName === undefined
          ? vscode.l10n.t('Allow the tasks of this workspace to create computers?')
          : vscode.l10n.t('Allow the tasks of the folder {0} to create computers?', folderName),
      detail: vscode.l10n.t(
        'The task "{0}" creates a computer, runs its command there and deletes it. The computer is billed while it exists. You are asked once.',
        truncate(taskName, maxNameLength),
      ),
      action: vscode.l10n.t('Allow'),
    });
    await this.memory.update(storageKey, [...this.consented, key]);
  }
}
