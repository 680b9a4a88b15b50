import * as vscode from 'vscode';
import type { Clock } from '../../base/clock';
import { describeError, type Log } from '../../base/log';
import { escapeIcons } from '../../base/text';
import { LifecycleError } from '../../computers/errors';
import type { Size } from '../../shell/shellSession';
import { BasePseudoterminal } from '../../terminal/basePseudoterminal';
import { ctrlC, ctrlD } from '../../terminal/keys';
import type { Command } from './command';
import { CommandRun, type RunView } from './commandRun';
import { exitCodeOf, formatOutcome, formatTabRemark, type RunOutcome } from './runOutcome';
import type { NamedComputer, RunTarget } from './runTarget';

export interface RunTerminalDeps {
  readonly clock: Clock;
  readonly log: Log;
  /** Called with a failure that the terminal has already printed. */
  readonly onFailure: (error: unknown) => void;
}

/** The command of one tab. */
export interface RunTerminalOptions {
  /** The computer's name, or a word for one that is not known yet. */
  readonly targetName: string;
  readonly createTarget: () => RunTarget;
  readonly command: Command;
  /** Stands for the command in the name of the tab. */
  readonly title: string;
  /** The name of the task's terminal. A task ends with its command, and reports its exit code. */
  readonly taskName?: string;
  /** Opens a shell on the computer, where that is possible. */
  readonly openTerminal?: () => void;
}

/** The tab of a command: its output, its outcome, and the keys for the next step. */
export class RunTerminal extends BasePseudoterminal {
  private readonly states = new vscode.EventEmitter<void>();
  private run: CommandRun | undefined;
  private running: Promise<unknown> = Promise.resolve();
  private target: RunTarget | undefined;
  private hasBegun = false;
  private startsFromError = false;

  /** Fires when a run begins, when its command does, and when it ends. */
  readonly onDidChangeState = this.states.event;

  constructor(
    readonly options: RunTerminalOptions,
    private readonly deps: RunTerminalDeps,
  ) {
    super(deps.clock);
  }

  /** The computer it runs on, once that is known. */
  get computer(): NamedComputer | undefined {
    return this.target?.computer;
  }

  get isRunning(): boolean {
    return this.run !== undefined;
  }

  /** Settles when the latest run has ended and its target is cleaned up. Never rejects. */
  get ended(): Promise<unknown> {
    return this.running;
  }

  /** The initial name of the tab. */
  get name(): string {
    return escapeIcons(this.nameWith(undefined));
  }

  protected onOpen(): void {
    void this.begin();
  }

  protected onClose(): void {
    this.run?.kill();
  }

  protected onInput(text: string): void {
    if (!this.run) this.handleKey(text);
    else if (text.includes(ctrlC)) this.run.cancel();
    else this.run.write(text);
  }

  protected override resize(size: Size): void {
    super.resize(size);
    this.run?.resize(size);
  }

  /** Handles a key pressed after the command has ended. */
  private handleKey(key: string): void {
    if (key === '\r' || key === 'r') this.rerun();
    else if (key === 't') this.options.openTerminal?.();
    else if (key === ctrlC || key === ctrlD) this.end(0);
  }

  private rerun(): void {
    this.draw('\r\n');
    void this.begin();
  }

  private async begin(): Promise<void> {
    const { command, createTarget, title, taskName } = this.options;
    this.hasBegun = false;
    if (taskName === undefined) this.messages.info(`$ ${title}`);
    const view: RunView = {
      size: () => this.size,
      acks: this.acks,
      write: (text) => this.draw(text),
      report: (text) => this.report(text),
      setPhase: (phase) => {
        this.rename(phase);
        if (phase !== undefined) return;
        this.hasBegun = true;
        this.states.fire();
      },
      showOutcome: (outcome) => this.show(outcome),
    };
    const options = { command, startFromError: this.startsFromError };
    this.target = createTarget();
    const run = new CommandRun(this.target, options, view, this.deps.clock);
    this.run = run;
    this.running = run.outcome;
    this.states.fire();
    const outcome = await run.outcome;
    this.run = undefined;
    this.states.fire();
    if (!this.isClosed) this.offerNextStep(outcome);
  }

  /** Prints a line in a style of its own: progress must not be taken for output. */
  private report(text: string): void {
    if (!this.isClosed) this.messages.info(text);
  }

  private show(outcome: RunOutcome): void {
    if (this.isClosed) return;
    if (this.hasBegun) this.messages.startBelow();
    if (outcome.kind === 'failed') this.fail(outcome.error);
    else this.messages.info(formatOutcome(outcome));
    this.rename(formatTabRemark(outcome));
  }

  private offerNextStep(outcome: RunOutcome): void {
    const { taskName, targetName, openTerminal } = this.options;
    if (taskName !== undefined) {
      this.end(exitCodeOf(outcome));
      return;
    }
    this.messages.info(
      openTerminal
        ? vscode.l10n.t('Enter or r: run again · t: terminal on {0} · Ctrl+C: close', targetName)
        : vscode.l10n.t('Enter or r: run again · Ctrl+C: close'),
    );
  }

  private fail(error: Error): void {
    this.startsFromError = error instanceof LifecycleError && error.problem === 'needsStart';
    this.deps.log.warn(`run on ${this.options.targetName}: ${describeError(error)}`);
    this.messages.warn(error.message);
    this.deps.onFailure(error);
  }

  /** A task has the name that its author gave it. */
  private rename(remark: string | undefined): void {
    if (this.options.taskName === undefined) this.setTitle(this.nameWith(remark));
  }

  private nameWith(remark: string | undefined): string {
    const { targetName, title } = this.options;
    const name = vscode.l10n.t('{0}: {1}', targetName, title);
    return remark === undefined ? name : `${name} (${remark})`;
  }
}
