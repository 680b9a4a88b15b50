import * as vscode from 'vscode';
import type { Disposable } from '../../base/disposable';
import { describeError } from '../../base/log';
import { finishBeforeShutdown } from '../../base/shutdown';
import type { Computer } from '../../computers/computer';
import type { Lifecycle } from '../../computers/lifecycle';
import type { Terminals } from '../../terminal/terminals';
import { abbreviate, type Command } from './command';
import type { CommandHistory } from './commandHistory';
import { type CommandConnector, ComputerTarget, type NamedComputer } from './runTarget';
import { RunTerminal, type RunTerminalDeps, type RunTerminalOptions } from './runTerminal';

export interface RunTerminalsDeps extends RunTerminalDeps {
  readonly connector: CommandConnector;
  readonly lifecycle: Lifecycle;
  readonly terminals: Pick<Terminals, 'create'>;
  readonly history: CommandHistory;
}

/** The tabs of commands that this window runs on computers. */
export class RunTerminals implements Disposable {
  private readonly running = new Set<RunTerminal>();
  private readonly latestByTaskName = new Map<string, RunTerminal>();
  private readonly changes = new vscode.EventEmitter<string>();

  /** Fires with the id of a computer where a command has begun or ended. */
  readonly onDidChange = this.changes.event;

  constructor(private readonly deps: RunTerminalsDeps) {}

  /** The computers on which commands of this window are running. */
  get computerIds(): readonly string[] {
    return [...this.running].flatMap(({ computer }) => computer?.id ?? []);
  }

  /** True while a command of this window runs on the computer. */
  isRunningOn(computerId: string): boolean {
    return this.computerIds.includes(computerId);
  }

  /**
   * Runs a command in a tab of its own.
   * @param title stands for the command in the tab; without it the command does, and is added to the history
   */
  async run(computer: Computer, command: Command, title?: string): Promise<vscode.Terminal> {
    if (title === undefined) await this.deps.history.add(computer.id, command.line);
    const { cwd } = command;
    const pty = this.create({
      targetName: computer.name,
      createTarget: () => this.targetFor(computer),
      command,
      title: title ?? abbreviate(command.line),
      openTerminal: () => void this.deps.terminals.create(computer, cwd === undefined ? {} : { cwd }),
    });
    return this.show(pty);
  }

  /** Opens a tab of VS Code's terminal panel. */
  show(pty: RunTerminal): vscode.Terminal {
    const terminal = vscode.window.createTerminal({
      name: pty.name,
      pty,
      iconPath: new vscode.ThemeIcon('play'),
      isTransient: true,
    });
    terminal.show();
    return terminal;
  }

  /** Creates the pty that runs a command; the caller or VS Code shows it. */
  create(options: RunTerminalOptions): RunTerminal {
    const pty = new RunTerminal(options, this.deps);
    pty.onDidChangeState(() => {
      if (pty.isRunning) this.running.add(pty);
      else this.running.delete(pty);
      if (pty.computer) this.changes.fire(pty.computer.id);
    });
    if (options.taskName !== undefined) this.latestByTaskName.set(options.taskName, pty);
    return pty;
  }

  /** The computer of a terminal's current or latest command; undefined for terminals of another origin. */
  computerOf({
    creationOptions,
    name,
  }: Pick<vscode.Terminal, 'creationOptions' | 'name'>): NamedComputer | undefined {
    const { pty, shellPath } = creationOptions as Partial<
      vscode.ExtensionTerminalOptions & vscode.TerminalOptions
    >;
    if (pty) return pty instanceof RunTerminal ? pty.computer : undefined;
    // VS Code hands no pty of a task out, and reuses one terminal for several tasks: only its current name identifies
    // the task. A terminal with a shell belongs to another extension or to VS Code.
    return shellPath === undefined ? this.latestByTaskName.get(name)?.computer : undefined;
  }

  readonly targetFor = ({ id, name }: NamedComputer): ComputerTarget =>
    new ComputerTarget({ id, name }, this.deps.connector, this.deps.lifecycle);

  /** Kills the commands as the window closes, and waits for a short time. Never rejects. */
  async close(): Promise<void> {
    const { clock, log } = this.deps;
    const running = [...this.running];
    for (const pty of running) pty.close();
    await finishBeforeShutdown(
      clock,
      () => running.map(({ ended }) => ended),
      (error) => log.warn(`a command did not end on close: ${describeError(error)}`),
    );
  }

  dispose(): void {
    for (const pty of this.running) pty.close();
    this.changes.dispose();
  }
}
