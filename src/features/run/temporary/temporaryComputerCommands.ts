import * as vscode from 'vscode';
import type { CelestoClient } from '../../../api/client';
import type { CreateRequest, Template } from '../../../api/wire';
import type { TemporaryComputers, TemporaryComputerRecord } from './temporaryComputers';
import { TemporaryTarget } from './temporaryTarget';
import type { CommandHistory } from '../commandHistory';
import type { RunTerminals } from '../runTerminals';
import { abbreviate } from '../runOutcome';
import { isCancellation } from '../../../base/abort';
import type { Clock } from '../../../base/clock';
import { toDisposable, type Disposable } from '../../../base/disposable';
import { escapeLinks } from '../../../base/text';
import { pickCommand } from '../commandPicker';
import { showError } from '../../../ui/showError';
import { runMultiStepInput } from '../../../ui/multiStepInput';
import type { Handler } from '../../../ui/registerCommands';
import { templateChoices } from '../../../ui/templateChoices';
import { cancellation, withProgress } from '../../../ui/progress';
import type { Targets } from '../../../ui/targets';

/** Under what the history keeps the commands of fresh computers. */
const historyId = 'new';

export interface TemporaryComputerCommandsDeps {
  readonly targets: Targets;
  readonly client: Pick<CelestoClient, 'templates'>;
  readonly terminals: RunTerminals;
  readonly history: CommandHistory;
  readonly computers: TemporaryComputers;
  readonly clock: Clock;
}

/** Running a command on a computer that is made for it and deleted behind it. */
export class TemporaryComputerCommands {
  constructor(private readonly deps: TemporaryComputerCommandsDeps) {}

  readonly run: Handler = async () => {
    const { targets, terminals: runs, history, computers: fresh } = this.deps;
    await targets.ensureSignedIn();
    const request = await this.createRequest();
    const name = vscode.l10n.t('a fresh computer');
    const line = await pickCommand({ id: historyId, name }, history);
    if (line === undefined) throw cancellation();
    await history.add(historyId, line);
    const wish = (): Promise<CreateRequest> => Promise.resolve(request);
    const { targetFor: placeOn } = runs;
    const pty = runs.terminal({
      targetName: vscode.l10n.t('fresh'),
      createTarget: () => new TemporaryTarget({ computers: fresh, createRequest: wish, targetFor: placeOn }),
      command: { line },
      title: abbreviate(line),
    });
    runs.show(pty);
  };

  /** What kind of computer is wanted: that of a template, by its name or as a person chooses. */
  readonly createRequest = async (template?: string): Promise<CreateRequest> => {
    const templateId = template ?? (await this.askTemplate()).id;
    return { template_id: templateId, network_policy: { mode: 'open' }, external_volume_enabled: false };
  };

  /** Asks about computers that were left behind, now and when those of another window turn out to be so. */
  watchOrphans(): Disposable {
    const end = new AbortController();
    this.askAboutLeftovers(end.signal).catch((error: unknown) => {
      if (!isCancellation(error)) void showError(error);
    });
    return toDisposable(() => end.abort());
  }

  private async askTemplate(): Promise<Template> {
    const wish = await runMultiStepInput<{ template?: Template }>(
      vscode.l10n.t('Run in a Fresh Computer'),
      {},
      [
        async (boxes) => ({
          template: await boxes.pick({
            placeholder: vscode.l10n.t('What kind of computer?'),
            choices: templateChoices(this.deps.client),
          }),
        }),
      ],
    );
    if (!wish.template) throw cancellation();
    return wish.template;
  }

  private async askAboutLeftovers(signal: AbortSignal): Promise<void> {
    const { computers: fresh, clock } = this.deps;
    const asked = new Set<string>();
    for (;;) {
      for (const record of await fresh.orphaned(signal)) {
        const { idempotencyKey } = record.intent;
        if (asked.has(idempotencyKey)) continue;
        asked.add(idempotencyKey);
        await this.askAbout(record);
      }
      const pause = fresh.nextCheckIn(({ intent }) => asked.has(intent.idempotencyKey));
      if (pause === undefined) return;
      await clock.delay(pause, signal);
    }
  }

  private async askAbout(record: TemporaryComputerRecord): Promise<void> {
    const { computers: fresh, clock, targets } = this.deps;
    const remove = vscode.l10n.t('Delete');
    const keep = record.computer ? vscode.l10n.t('Keep') : vscode.l10n.t('Forget It');
    const answer = await vscode.window.showWarningMessage(escapeLinks(question(record)), remove, keep);
    if (answer === keep) await fresh.keep(record);
    if (answer !== remove) return;
    await targets.ensureSignedIn();
    const title = vscode.l10n.t('Deleting {0}…', record.computer?.name ?? vscode.l10n.t('a fresh computer'));
    try {
      await withProgress(clock, title, (signal) => fresh.remove(record, signal));
    } catch (error) {
      if (!isCancellation(error)) void showError(error);
    }
  }
}

function question({ computer, command, askedAt }: TemporaryComputerRecord): string {
  const time = new Date(askedAt).toLocaleString();
  return computer
    ? vscode.l10n.t(
        '{0} was created for the command "{1}" ({2}) and is not deleted yet.',
        computer.name,
        abbreviate(command),
        time,
      )
    : vscode.l10n.t(
        'A computer was asked for to run "{0}" ({1}), and it is not known whether it was created. Deleting finds out.',
        abbreviate(command),
        time,
      );
}
