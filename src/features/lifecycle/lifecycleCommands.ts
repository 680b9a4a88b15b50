import * as vscode from 'vscode';
import { isCancellation } from '../../base/abort';
import type { Clock } from '../../base/clock';
import type { Computer } from '../../computers/computer';
import { filesKeptByRestore } from '../../computers/keptFiles';
import type { Lifecycle } from '../../computers/lifecycle';
import type { CommandTargets } from '../../ui/commandTargets';
import { withProgress } from '../../ui/progress';
import { confirmOrCancel } from '../../ui/prompts';
import type { Handler } from '../../ui/registerCommands';
import { informOfKeptDisks } from './diskPrompts';

export interface LifecycleCommandsDeps {
  readonly targets: CommandTargets;
  readonly lifecycle: Pick<Lifecycle, 'ensureRunning' | 'stop'>;
  readonly clock: Clock;
  /** Milliseconds that a start, a restore or a stop may take. */
  readonly timeoutMs: () => number;
}

/** Starts, stops and restores computers. */
export class LifecycleCommands {
  constructor(private readonly deps: LifecycleCommandsDeps) {}

  readonly start: Handler = async (...args) => {
    const computers = await this.deps.targets.many(args, vscode.l10n.t('Start Computers'), 'start');
    const title = titleFor(
      computers,
      (name) => vscode.l10n.t('Starting {0}…', name),
      (count) => vscode.l10n.t('Starting {0} computers…', count),
    );
    await this.forEach(computers, title, this.ensureRunning);
  };

  readonly restore: Handler = async (...args) => {
    const computers = await this.deps.targets.many(args, vscode.l10n.t('Restore Computers'), 'restore');
    await confirmRestore(computers);
    const title = titleFor(
      computers,
      (name) => vscode.l10n.t('Restoring {0}…', name),
      (count) => vscode.l10n.t('Restoring {0} computers…', count),
    );
    await this.forEach(computers, title, this.ensureRunning);
  };

  readonly stop: Handler = async (...args) => {
    const computers = await this.deps.targets.many(args, vscode.l10n.t('Stop Computers'), 'stop');
    const title = titleFor(
      computers,
      (name) => vscode.l10n.t('Stopping {0}…', name),
      (count) => vscode.l10n.t('Stopping {0} computers…', count),
    );
    const stopped = await this.forEach(computers, title, (computer, signal) =>
      this.deps.lifecycle.stop(computer.id, { signal, timeoutMs: this.deps.timeoutMs() }),
    );
    void informOfKeptDisks(stopped);
  };

  private readonly ensureRunning = (computer: Computer, signal: AbortSignal): Promise<Computer> =>
    this.deps.lifecycle.ensureRunning(computer.id, {
      signal,
      timeoutMs: this.deps.timeoutMs(),
      startFromError: true,
    });

  /** Works on all computers at the same time. @throws one error that names every computer that failed */
  private async forEach(
    computers: readonly Computer[],
    title: string,
    work: (computer: Computer, signal: AbortSignal) => Promise<Computer>,
  ): Promise<readonly Computer[]> {
    const outcomes = await withProgress(this.deps.clock, title, (signal) =>
      Promise.allSettled(computers.map((computer) => work(computer, signal))),
    );
    const rejected = outcomes.flatMap((outcome, index) =>
      outcome.status === 'rejected'
        ? [{ error: outcome.reason as Error, name: computers[index]?.name ?? '' }]
        : [],
    );
    const failures = rejected.filter(({ error }) => !isCancellation(error));
    if (failures.length > 1) throw failureOfSeveral(failures);
    const [first] = [...failures, ...rejected];
    if (first) throw first.error;
    return outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  }
}

/** Joins the errors of several computers. The first one is the cause: it decides the next step. */
function failureOfSeveral(failures: readonly { error: Error; name: string }[]): Error {
  const message = failures.map(({ error, name }) => `${name}: ${error.message}`).join(' ');
  return new Error(message, { cause: failures[0]?.error });
}

/** Asks before a restore that keeps no files. @throws a cancellation when the user declines */
async function confirmRestore(computers: readonly Computer[]): Promise<void> {
  const [first, ...others] = computers.filter(({ persistentVolume }) => !persistentVolume);
  if (!first) return;
  const names = [first, ...others].map(({ name }) => name).join(', ');
  await confirmOrCancel({
    question: vscode.l10n.t('Restore {0} without files?', names),
    detail: filesKeptByRestore(first),
    action: vscode.l10n.t('Restore'),
  });
}

function titleFor(
  computers: readonly Computer[],
  one: (name: string) => string,
  many: (count: number) => string,
): string {
  const [only] = computers;
  return computers.length === 1 && only ? one(only.name) : many(computers.length);
}
