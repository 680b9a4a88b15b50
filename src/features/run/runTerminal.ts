import * as vscode from 'vscode';
import { LifecycleError } from '../../computers/errors';
import type { Size } from '../../shell/session';
import { TerminalLines } from '../../terminal/terminalLines';
import type { Clock } from '../../base/clock';
import { describeError, type Log } from '../../base/log';
import { escapeIcons } from '../../base/text';
import type { NamedComputer, RunTarget } from './runTarget';
import type { Command } from './commandScript';
import { exitCodeOf, CommandRun, type RunOutcome } from './commandRun';
import { abbreviate, formatOutcome } from './runOutcome';

const ctrlC = '\x03';
const ctrlD = '\x04';
/** Milliseconds after which VS Code has surely given the tab its first name, and takes another. */
const firstNameGiven = 1_000;

export interface RunTerminalDeps {
  readonly clock: Clock;
  readonly log: Log;
  /** Told of a failure that the terminal has shown in its own lines. */
  readonly onFailure: (error: unknown) => void;
}

/** What one terminal runs. */
export interface RunTerminalOptions {
  /** What a person calls the place. */
  readonly targetName: string;
  readonly createTarget: () => RunTarget;
  readonly command: Command;
  /** What stands for the command in the tab. */
  readonly title: string;
  /** The name of the task that it is: then it closes with the command, whose exit code is its own. */
  readonly taskName?: string;
  /** Opens a shell where the command ran, if one can. */
  readonly openTerminal?: () => void;
}

/** The tab of a command: what it writes, how it ended, and what can be done next. */
export class RunTerminal implements vscode.Pseudoterminal {
  private readonly writes = new vscode.EventEmitter<string>();
  private readonly closes = new vscode.EventEmitter<number>();
  private readonly names = new vscode.EventEmitter<string>();
  private readonly states = new vscode.EventEmitter<void>();
  private readonly lines = new TerminalLines((text) => this.writes.fire(text));
  private size: Size = { rows: 24, columns: 80 };
  private run: CommandRun | undefined;
  private running: Promise<unknown> = Promise.resolve();
  private current: RunTarget | undefined;
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
    readonly spec: RunTerminalOptions,
    private readonly parts: RunTerminalDeps,
  ) {
    this.tabName = this.name();
  }

  /** Where it runs, once that is known. */
  get computer(): NamedComputer | undefined {
    return this.current?.computer;
  }

  get isRunning(): boolean {
    return this.run !== undefined;
  }

  /** Settles when the run has ended that was begun last, and its place is tidy. Never rejects. */
  get ended(): Promise<unknown> {
    return this.running;
  }

  /** The name of the tab, with what is to be said of it. */
  name(remark?: string): string {
    const { targetName: placeName, title } = this.spec;
    const name = vscode.l10n.t('{0}: {1}', placeName, title);
    return escapeIcons(remark === undefined ? name : `${name} (${remark})`);
  }

  open(dimensions: vscode.TerminalDimensions | undefined): void {
    if (dimensions) this.size = dimensions;
    void this.begin();
    void this.parts.clock.delay(firstNameGiven).then(() => this.tellName());
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
    if (!this.run) this.answer(data);
    else if (data.includes(ctrlC)) this.run.cancel();
    else this.run.write(data);
  }

  /** What can be done once the command has ended. */
  private answer(key: string): void {
    if (key === '\r' || key === 'r') this.again();
    else if (key === 't') this.spec.openTerminal?.();
    else if (key === ctrlC || key === ctrlD) this.end(0);
  }

  private again(): void {
    this.writes.fire('\r\n');
    void this.begin();
  }

  private async begin(): Promise<void> {
    const { command, createTarget: place, title, taskName: task } = this.spec;
    this.hasBegun = false;
    if (task === undefined) this.lines.say(`$ ${title}`);
    const view = {
      size: () => this.size,
      draw: (text: string) => this.writes.fire(text),
      say: (line: string) => this.say(line),
      phase: (words: string | undefined) => {
        this.rename(words);
        if (words !== undefined) return;
        this.hasBegun = true;
        this.states.fire();
      },
      end: (outcome: RunOutcome) => this.show(outcome),
    };
    const wish = { command, evenFromError: this.startsFromError };
    this.current = place();
    const run = new CommandRun(this.current, wish, view, this.parts.clock);
    this.run = run;
    this.running = run.outcome;
    this.states.fire();
    const outcome = await run.outcome;
    this.run = undefined;
    this.states.fire();
    if (!this.isClosed) this.rest(outcome);
  }

  /** What is done behind a command must not be taken for its output. */
  private say(line: string): void {
    if (!this.isClosed) this.lines.say(line);
  }

  private show(outcome: RunOutcome): void {
    if (this.isClosed) return;
    if (this.hasBegun) this.lines.begin();
    if (outcome.kind === 'failed') this.fail(outcome.error);
    else this.lines.say(formatOutcome(outcome));
    this.rename(remarkOn(outcome));
  }

  private rest(outcome: RunOutcome): void {
    const { taskName: task, targetName: placeName, openTerminal } = this.spec;
    if (task !== undefined) {
      this.end(exitCodeOf(outcome));
      return;
    }
    this.lines.say(
      openTerminal
        ? vscode.l10n.t('Enter or r: run again · t: terminal on {0} · Ctrl+C: close', placeName)
        : vscode.l10n.t('Enter or r: run again · Ctrl+C: close'),
    );
  }

  private fail(error: Error): void {
    this.startsFromError = error instanceof LifecycleError && error.problem === 'needsStart';
    this.parts.log.warn(`run on ${this.spec.targetName}: ${describeError(error)}`);
    this.lines.warn(error.message);
    this.parts.onFailure(error);
  }

  private rename(remark: string | undefined): void {
    this.tabName = this.name(remark);
    this.tellName();
  }

  /** A task has the name that its author gave it. */
  private tellName(): void {
    if (this.spec.taskName === undefined && !this.isClosed) this.names.fire(this.tabName);
  }

  private end(code: number): void {
    this.isClosed = true;
    this.closes.fire(code);
  }
}

/** What the tab tells of a run that did not go well. */
function remarkOn(outcome: RunOutcome): string | undefined {
  switch (outcome.kind) {
    case 'exited':
      return outcome.code === 0 ? undefined : vscode.l10n.t('exit {0}', exitCodeOf(outcome));
    case 'cancelled':
      return vscode.l10n.t('cancelled');
    case 'failed':
      return vscode.l10n.t('failed');
  }
}

/** What stands for a command in a tab. */
export function titleOf(command: Command): string {
  return abbreviate(command.line);
}
