import * as vscode from 'vscode';
import { LifecycleError } from '../../computers/errors';
import type { Size } from '../../shell/session';
import { StatusMessages } from '../../terminal/statusMessages';
import type { Clock } from '../../base/clock';
import { describeError, type Log } from '../../base/log';
import { escapeIcons } from '../../base/text';
import type { NamedComputer, RunTarget } from './runTarget';
import type { Command } from './command';
import { CommandRun, type RunView } from './commandRun';
import { exitCodeOf, formatOutcome, formatTabRemark, type RunOutcome } from './runOutcome';

const ctrlC = '\x03';
const ctrlD = '\x04';
/** Milliseconds until VS Code has surely set the initial title of the tab, and takes another. */
const initialTitleDelayMs = 1_000;

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
export class RunTerminal implements vscode.Pseudoterminal {
  private readonly writes = new vscode.EventEmitter<string>();
  private readonly closes = new vscode.EventEmitter<number>();
  private readonly names = new vscode.EventEmitter<string>();
  private readonly states = new vscode.EventEmitter<void>();
  private readonly messages = new StatusMessages((text) => this.writes.fire(text));
  private size: Size = { rows: 24, columns: 80 };
  private run: CommandRun | undefined;
  private running: Promise<unknown> = Promise.resolve();
  private target: RunTarget | undefined;
  private hasBegun = false;
  private startsFromError = false;
  private tabName: string;
  private isClosed = false;

  readonly onDidWrite = this.writes.event;
  readonly onDidClose = this.closes.event;
  readonly onDidChangeName = this.names.event;
  /** Fires when a run begins, when its command does, and when it ends. */
  readonly onDidChangeState = this.states.event;

  constructor(
    readonly options: RunTerminalOptions,
    private readonly deps: RunTerminalDeps,
  ) {
    this.tabName = this.name();
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

  /** The name of the tab, with a remark in parentheses. */
  name(remark?: string): string {
    const { targetName, title } = this.options;
    const name = vscode.l10n.t('{0}: {1}', targetName, title);
    return escapeIcons(remark === undefined ? name : `${name} (${remark})`);
  }

  open(dimensions: vscode.TerminalDimensions | undefined): void {
    if (dimensions) this.size = dimensions;
    void this.begin();
    void this.deps.clock.delay(initialTitleDelayMs).then(() => this.updateTitle());
  }

  close(): void {
    this.isClosed = true;
    this.run?.kill();
  }

  setDimensions(dimensions: vscode.TerminalDimensions): void {
    this.size = dimensions;
    this.run?.resize(dimensions);
  }

  handleInput(data: string): void {
    if (!this.run) this.handleKey(data);
    else if (data.includes(ctrlC)) this.run.cancel();
    else this.run.write(data);
  }

  /** Handles a key pressed after the command has ended. */
  private handleKey(key: string): void {
    if (key === '\r' || key === 'r') this.rerun();
    else if (key === 't') this.options.openTerminal?.();
    else if (key === ctrlC || key === ctrlD) this.end(0);
  }

  private rerun(): void {
    this.writes.fire('\r\n');
    void this.begin();
  }

  private async begin(): Promise<void> {
    const { command, createTarget, title, taskName } = this.options;
    this.hasBegun = false;
    if (taskName === undefined) this.messages.info(`$ ${title}`);
    const view: RunView = {
      size: () => this.size,
      write: (text) => this.writes.fire(text),
      report: (text) => this.report(text),
      setPhase: (phase) => {
        this.rename(phase);
        if (phase !== undefined) return;
        this.hasBegun = true;
        this.states.fire();
      },
      showOutcome: (outcome) => this.show(outcome),
    };
    const options = { command, evenFromError: this.startsFromError };
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

  private rename(remark: string | undefined): void {
    this.tabName = this.name(remark);
    this.updateTitle();
  }

  /** A task has the name that its author gave it. */
  private updateTitle(): void {
    if (this.options.taskName === undefined && !this.isClosed) this.names.fire(this.tabName);
  }

  private end(code: number): void {
    this.isClosed = true;
    this.closes.fire(code);
  }
}
