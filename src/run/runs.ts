import * as vscode from 'vscode';
import type { Computer } from '../model/computer';
import type { Lifecycle } from '../model/lifecycle';
import type { Terminals } from '../terminal/terminals';
import type { Disposable } from '../util/disposable';
import type { RunHistory } from './history';
import { ComputerPlace, type RunOpening } from './place';
import type { Command } from './request';
import { RunTerminal, titleOf, type RunSpec, type RunTerminalParts } from './runTerminal';

export interface RunsParts extends RunTerminalParts {
  readonly opening: RunOpening;
  readonly lifecycle: Lifecycle;
  readonly terminals: Pick<Terminals, 'create'>;
  readonly history: RunHistory;
}

/** The commands that this window runs on computers, each in a tab. */
export class Runs implements Disposable {
  private readonly running = new Set<RunTerminal>();
  private readonly changes = new vscode.EventEmitter<string>();

  /** Fires with the id of a computer where a command has begun or ended. */
  readonly onDidChange = this.changes.event;

  constructor(private readonly parts: RunsParts) {}

  /** The computers that commands of this window run on just now. */
  get computerIds(): readonly string[] {
    return [...this.running].flatMap(({ computerId }) => computerId ?? []);
  }

  /** How many commands of this window run on a computer just now. */
  runningOn(computerId: string): number {
    return [...this.running].filter((run) => run.computerId === computerId).length;
  }

  /**
   * Runs a command in a tab of its own.
   * @param title stands for the command in the tab; else the command itself does, and is kept in the history
   */
  async run(computer: Computer, command: Command, title?: string): Promise<vscode.Terminal> {
    if (title === undefined) await this.parts.history.add(computer.id, command.line);
    const { cwd } = command;
    const pty = this.terminal({
      placeName: computer.name,
      place: () => this.placeOn(computer),
      command,
      title: title ?? titleOf(command),
      isTask: false,
      openTerminal: () => void this.parts.terminals.create(computer, cwd === undefined ? {} : { cwd }),
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
  terminal(spec: RunSpec): RunTerminal {
    const pty = new RunTerminal(spec, this.parts);
    pty.onDidChangeState(() => {
      if (pty.isRunning) this.running.add(pty);
      else this.running.delete(pty);
      if (pty.computerId !== undefined) this.changes.fire(pty.computerId);
    });
    return pty;
  }

  /** A computer as a place for a command. */
  readonly placeOn = ({ id, name }: Pick<Computer, 'id' | 'name'>): ComputerPlace =>
    new ComputerPlace({ id, name }, this.parts.opening, this.parts.lifecycle);

  /** The window is left: what runs is ended. */
  dispose(): void {
    for (const run of this.running) run.close();
    this.changes.dispose();
  }
}
