import * as vscode from 'vscode';
import type { Computer } from '../model/computer';
import { statusOf } from '../model/status';
import type { ComputerStore } from '../model/store';
import { Disposables, type Disposable } from '../util/disposable';
import { ComputerTerminal, type ComputerTerminalParts } from './computerTerminal';

/** The terminals of this window, by computer. While one is open the list is kept up to date. */
export class Terminals implements Disposable {
  private readonly disposables = new Disposables();
  private readonly open = new Map<
    vscode.Terminal,
    { readonly computerId: string; readonly watch: Disposable }
  >();

  constructor(
    private readonly store: ComputerStore,
    private readonly parts: ComputerTerminalParts,
  ) {
    this.disposables.add(vscode.window.onDidCloseTerminal((terminal) => this.forget(terminal)));
  }

  /** Shows a terminal of a computer: the one that is open, else a new one. */
  show(computer: Computer): vscode.Terminal {
    const existing = [...this.open].findLast(([, { computerId }]) => computerId === computer.id)?.[0];
    existing?.show();
    return existing ?? this.create(computer);
  }

  /** Opens one more terminal on a computer. Its tab is there at once; connecting is told inside. */
  create(computer: Computer): vscode.Terminal {
    const status = statusOf(computer.status);
    const terminal = vscode.window.createTerminal({
      name: computer.name,
      pty: new ComputerTerminal(computer, this.parts),
      // The tab's icon is set once, so it shows the state the computer was opened in; its name tells what follows.
      iconPath: new vscode.ThemeIcon('vm-connect'),
      color: new vscode.ThemeColor(terminalColor(status.color)),
      isTransient: true,
    });
    this.open.set(terminal, { computerId: computer.id, watch: this.store.watch() });
    terminal.show();
    return terminal;
  }

  dispose(): void {
    for (const terminal of [...this.open.keys()]) this.forget(terminal);
    this.disposables.dispose();
  }

  private forget(terminal: vscode.Terminal): void {
    this.open.get(terminal)?.watch.dispose();
    this.open.delete(terminal);
  }
}

/** Tabs take only the colours of the terminal's own palette. */
function terminalColor(color: string): string {
  const colors: Readonly<Record<string, string>> = {
    'charts.green': 'terminal.ansiGreen',
    'charts.yellow': 'terminal.ansiYellow',
    'charts.blue': 'terminal.ansiBlue',
    'charts.red': 'terminal.ansiRed',
  };
  return colors[color] ?? 'terminal.ansiBrightBlack';
}
