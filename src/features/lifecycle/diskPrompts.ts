import * as vscode from 'vscode';
import type { Computer } from '../../computers/computer';
import { diskDeletionOf } from '../../computers/diskDeletion';
import { formatDay } from '../../ui/formatDay';
import { inform, warn } from '../../ui/prompts';

/** Warns that the disk of a computer is deleted soon, and offers to start it, which keeps the disk. */
export async function warnOfDiskDeletion(computer: Computer): Promise<void> {
  const deletion = diskDeletionOf(computer);
  if (!deletion) return;
  const message = vscode.l10n.t(
    'The disk of {0} is kept only until {1}. Start it to keep its files.',
    computer.name,
    formatDay(deletion),
  );
  const start = vscode.l10n.t('Start');
  if ((await warn(message, start)) === start)
    await vscode.commands.executeCommand('celesto.start', { computerId: computer.id });
}

/** Tells until when the service keeps the disks of computers that were stopped, where it says so. */
export async function informOfKeptDisks(stopped: readonly Computer[]): Promise<void> {
  const deletions = stopped.map(diskDeletionOf).filter((deletion) => deletion !== undefined);
  const [first] = deletions.toSorted((a, b) => a.getTime() - b.getTime());
  const [only] = stopped;
  if (!first || !only) return;
  await inform(
    stopped.length === 1
      ? vscode.l10n.t('{0} was stopped. Its disk is kept until {1}.', only.name, formatDay(first))
      : vscode.l10n.t(
          '{0} computers were stopped. Their disks are kept until {1} or longer.',
          stopped.length,
          formatDay(first),
        ),
  );
}
