import * as vscode from 'vscode';
import type { Computer } from '../../computers/computer';
import type { Lifecycle } from '../../computers/lifecycle';
import type { Terminals } from '../../terminal/terminals';
import type { Disposable } from '../../base/disposable';
import { finishBeforeShutdown } from '../../base/shutdown';
import { describeError } from '../../base/log';
import type { CommandHistory } from './commandHistory';
import { ComputerTarget, type NamedComputer, type CommandConnector } from './runTarget';
import type { Command } from './commandScript';
import { RunTerminal, titleOf, type RunTerminalOptions, type RunTerminalDeps } from './runTerminal';

export interface RunTerminalsDeps extends RunTerminalDeps {
  readonly connector: CommandConnector;
  readonly lifecycle: Lifecycle;
  readonly terminals: Pick<Terminals, 'create'>;
  readonly history: CommandHistory;
}

/** The commands that this window runs on computers, each in a tab. */
export class RunTerminals implements Disposable {
  private readonly running = new Set<RunTerminal>();
  /** The latest run of each task, by its name. */
  private readonly latestByTask = new Map<string, RunTerminal>();
  private readonly changes = new vscode.EventEmitter<string>();

  /** Fires with the id of a computer where a command has begun or ended. */
  readonly onDidChange = this.changes.event;

  constructor(private readonly deps: RunTerminalsDeps) {}

  /** The computers that commands of this window run on just now. */
  get computerIds(): readonly string[] {
    return [...this.running].flatMap(({ computer }) => computer?.id ?? []);
  }

  /** How many commands of this window run on a computer just now. */
  runningOn(computerId: string): number {
    return [...this.running].filter(({ computer }) => computer?.id === computerId).length;
  }

  /**
   * Runs a command in a tab of its own.
   * @param title stands for the command in the tab; else the command itself does, and is kept in the history
   */
  async run(computer: Computer, command: Command, title?: string): Promise<vscode.Terminal> {
    if (title === undefined) await this.deps.history.add(computer.id, command.line);
    const { cwd } = command;
    const pty = this.terminal({
      targetName: computer.name,
      createTarget: () => this.targetFor(computer),
      command,
      title: title ?? titleOf(command),
      openTerminal: () => void this.deps.terminals.create(computer, cwd === undefined ? {} : { cwd }),
    });
    return this.show(pty);
  }

  /** Shows what runs in a tab. */
  show(pty: RunTerminal): vscode.Terminal {
    const terminal = vscode.window.createTerminal({
      name: pty.name(),
      pty,
      iconPath: new vscode.ThemeIcon('play'),
      isTransient: true,
    });
    terminal.show();
    return terminal;
  }

  /** What runs a command and shows it, wherever that is put. */
  terminal(spec: RunTerminalOptions): RunTerminal {
    const pty = new RunTerminal(spec, this.deps);
    pty.onDidChangeState(() => {
      if (pty.isRunning) this.running.add(pty);
      else this.running.delete(pty);
      if (pty.computer) this.changes.fire(pty.computer.id);
    });
    if (spec.taskName !== undefined) this.latestByTask.set(spec.taskName, pty);
    return pty;
  }

  /** The computer that the command of a terminal runs on, or ran on last; undefined where it is none of ours. */
  computerOf({
    creationOptions,
    name,
  }: Pick<vscode.Terminal, 'creationOptions' | 'name'>): NamedComputer | undefined {
    const { pty, shellPath } = creationOptions as Partial<
      vscode.ExtensionTerminalOptions & vscode.TerminalOptions
    >;
    if (pty) return pty instanceof RunTerminal ? pty.computer : undefined;
    // Nothing but its present name tells which terminal VS Code has given to a task: it gives one to several, in turn.
    // One with a shell is somebody else's.
    return shellPath === undefined ? this.latestByTask.get(name)?.computer : undefined;
  }

  /** A computer as a place for a command. */
  readonly targetFor = ({ id, name }: NamedComputer): ComputerTarget =>
    new ComputerTarget({ id, name }, this.deps.connector, this.deps.lifecycle);

  /** The window closes: what runs is ended, and that is waited for, though not for long. Never rejects. */
  async close(): Promise<void> {
    const { clock, log } = this.deps;
    const running = [...this.running];
    for (const run of running) run.close();
    await finishBeforeShutdown(
      clock,
      () => running.map(({ ended }) => ended),
      (error) => log.warn(`a command did not end on close: ${describeError(error)}`),
    );
  }

  dispose(): void {
    for (const run of this.running) run.close();
    this.changes.dispose();
  }
}
