import * as vscode from 'vscode';
import { isCancellation } from '../../../base/abort';
import type { Clock } from '../../../base/clock';
import { type Disposable, toDisposable } from '../../../base/disposable';
import type { CommandTargets } from '../../../ui/commandTargets';
import { withProgress } from '../../../ui/progress';
import { warn } from '../../../ui/prompts';
import { showError } from '../../../ui/showError';
import { abbreviate } from '../command';
import type { TemporaryComputerRecord } from './temporaryComputerLeases';
import type { TemporaryComputers } from './temporaryComputers';

export interface OrphanPromptsDeps {
  readonly computers: TemporaryComputers;
  readonly targets: CommandTargets;
  readonly clock: Clock;
}

/** Asks whether to delete orphaned temporary computers: now, and whenever the lease of another window times out. */
export function promptForOrphans(deps: OrphanPromptsDeps): Disposable {
  const end = new AbortController();
  watchOrphans(deps, end.signal).catch((error: unknown) => {
    if (!isCancellation(error)) void showError(error);
  });
  return toDisposable(() => end.abort());
}

async function watchOrphans(deps: OrphanPromptsDeps, signal: AbortSignal): Promise<void> {
  const { computers, clock } = deps;
  const asked = new Set<string>();
  const wasAsked = ({ intent }: TemporaryComputerRecord): boolean => asked.has(intent.idempotencyKey);
  for (;;) {
    for (const record of await computers.orphaned(signal)) {
      if (wasAsked(record)) continue;
      asked.add(record.intent.idempotencyKey);
      await promptFor(record, deps);
    }
    const delayMs = computers.msUntilNextOrphan(wasAsked);
    if (delayMs === undefined) return;
    await clock.delay(delayMs, signal);
  }
}

async function promptFor(
  record: TemporaryComputerRecord,
  { computers, targets, clock }: OrphanPromptsDeps,
): Promise<void> {
  const remove = vscode.l10n.t('Delete');
  const keep = record.computer ? vscode.l10n.t('Keep') : vscode.l10n.t('Forget It');
  const answer = await warn(questionAbout(record), remove, keep);
  if (answer === keep) await computers.keep(record);
  if (answer !== remove) return;
  await targets.ensureSignedIn();
  const title = vscode.l10n.t(
    'Deleting {0}…',
    record.computer?.name ?? vscode.l10n.t('a temporary computer'),
  );
  try {
    await withProgress(clock, title, (signal) => computers.remove(record, signal));
  } catch (error) {
    if (!isCancellation(error)) void showError(error);
  }
}

function questionAbout({ computer, command, askedAt }: TemporaryComputerRecord): string {
  const time = new Date(askedAt).toLocaleString();
  return computer
    ? vscode.l10n.t(
        '{0} was created for the command "{1}" ({2}) and has not been deleted.',
        computer.name,
        abbreviate(command),
        time,
      )
    : vscode.l10n.t(
        'A computer was requested for the command "{0}" ({1}), but it is not clear if it was created. Delete it if it exists?',
        abbreviate(command),
        time,
      );
}
