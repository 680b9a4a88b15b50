import * as vscode from 'vscode';
import type { Computer } from '../../computers/computer';
import type { Lifecycle } from '../../computers/lifecycle';
import { isCancellation } from '../../base/abort';
import type { Clock } from '../../base/clock';
import type { Handler } from '../../ui/registerCommands';
import { withProgress } from '../../ui/progress';
import type { Targets } from '../../ui/targets';

/** Starting, stopping and restoring. */
export class LifecycleCommands {
  constructor(
    private readonly targets: Targets,
    private readonly lifecycle: Lifecycle,
    private readonly clock: Clock,
    /** Milliseconds. */
    private readonly timeLimit: () => number,
  ) {}

  readonly start: Handler = async (...args) => {
    const computers = await this.targets.many(args, vscode.l10n.t('Start Computers'), 'start');
    const title = titleFor(
      computers,
      (name) => vscode.l10n.t('Starting {0}…', name),
      (count) => vscode.l10n.t('Starting {0} computers…', count),
    );
    await this.each(computers, title, this.bringUp);
  };

  readonly restore: Handler = async (...args) => {
    const computers = await this.targets.many(args, vscode.l10n.t('Restore Computers'), 'restore');
    const title = titleFor(
      computers,
      (name) => vscode.l10n.t('Restoring {0}…', name),
      (count) => vscode.l10n.t('Restoring {0} computers…', count),
    );
    await this.each(computers, title, this.bringUp);
  };

  readonly stop: Handler = async (...args) => {
    const computers = await this.targets.many(args, vscode.l10n.t('Stop Computers'), 'stop');
    const title = titleFor(
      computers,
      (name) => vscode.l10n.t('Stopping {0}…', name),
      (count) => vscode.l10n.t('Stopping {0} computers…', count),
    );
    await this.each(computers, title, (computer, signal) =>
      this.lifecycle.stop(computer.id, { signal, timeoutMs: this.timeLimit() }),
    );
  };

  private readonly bringUp = (computer: Computer, signal: AbortSignal): Promise<Computer> =>
    this.lifecycle.ensureRunning(computer.id, { signal, timeoutMs: this.timeLimit(), startFromError: true });

  /** All at the same time; those that fail are told together, by name. */
  private async each(
    computers: readonly Computer[],
    title: string,
    work: (computer: Computer, signal: AbortSignal) => Promise<unknown>,
  ): Promise<void> {
    const outcomes = await withProgress(this.clock, title, (signal) =>
      Promise.allSettled(computers.map((computer) => work(computer, signal))),
    );
    const unmet = outcomes.flatMap((outcome, index) =>
      outcome.status === 'rejected'
        ? [{ error: outcome.reason as Error, name: computers[index]?.name ?? '' }]
        : [],
    );
    const failures = unmet.filter(({ error }) => !isCancellation(error));
    if (failures.length > 1)
      throw new Error(failures.map(({ error, name }) => `${name}: ${error.message}`).join(' '));
    const [first] = [...failures, ...unmet];
    if (first) throw first.error;
  }
}

function titleFor(
  computers: readonly Computer[],
  one: (name: string) => string,
  many: (count: number) => string,
): string {
  const [only] = computers;
  return computers.length === 1 && only ? one(only.name) : many(computers.length);
}
