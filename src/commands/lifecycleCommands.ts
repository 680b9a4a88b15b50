import * as vscode from 'vscode';
import type { Computer } from '../model/computer';
import type { Lifecycle } from '../model/lifecycle';
import type { Clock } from '../util/clock';
import type { Handler } from './commands';
import { withProgress } from './progress';
import type { Targets } from './targets';

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
    await this.each(computers, (name) => vscode.l10n.t('Starting {0}…', name), this.bringUp);
  };

  readonly restore: Handler = async (...args) => {
    const computers = await this.targets.many(args, vscode.l10n.t('Restore Computers'), 'restore');
    await this.each(computers, (name) => vscode.l10n.t('Restoring {0}…', name), this.bringUp);
  };

  readonly stop: Handler = async (...args) => {
    const computers = await this.targets.many(args, vscode.l10n.t('Stop Computers'), 'stop');
    await this.each(
      computers,
      (name) => vscode.l10n.t('Stopping {0}…', name),
      (computer, signal) => this.lifecycle.stop(computer.id, { signal, timeLimit: this.timeLimit() }),
    );
  };

  private readonly bringUp = (computer: Computer, signal: AbortSignal): Promise<Computer> =>
    this.lifecycle.ensureRunning(computer.id, { signal, timeLimit: this.timeLimit(), evenFromError: true });

  /** All at the same time; those that fail are told together, by name. */
  private async each(
    computers: readonly Computer[],
    title: (name: string) => string,
    work: (computer: Computer, signal: AbortSignal) => Promise<unknown>,
  ): Promise<void> {
    const outcomes = await Promise.allSettled(
      computers.map((computer) =>
        withProgress(this.clock, title(computer.name), (signal) => work(computer, signal)),
      ),
    );
    const failures = outcomes
      .filter((outcome) => outcome.status === 'rejected')
      .map(({ reason }) => reason as Error);
    const [first] = failures;
    if (failures.length === 1 && first) throw first;
    if (first) throw new AggregateError(failures, failures.map(({ message }) => message).join(' '));
  }
}
