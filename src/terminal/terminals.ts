import * as vscode from 'vscode';
import type { Computer } from '../model/computer';
import { statusOf } from '../model/status';
import type { ComputerStore } from '../model/store';
import { Disposables, type Disposable } from '../util/disposable';
import { withoutIcons } from '../util/text';
import { ComputerTerminal, type ComputerTerminalParts } from './computerTerminal';

interface OpenTerminal {
  readonly computerId: string;
  readonly pty: ComputerTerminal;
  readonly watch: Disposable;
}

/** The terminals of this window, by computer. While one is open the list is kept up to date. */
export class Terminals implements Disposable {
  private readonly disposables = new Disposables();
  private readonly open = new Map<vscode.Terminal, OpenTerminal>();

  constructor(
    private readonly store: ComputerStore,
    private readonly parts: ComputerTerminalParts,
  ) {
    this.disposables.add(vscode.window.onDidCloseTerminal((terminal) => this.forget(terminal)));
  }

  /** Shows a terminal of a computer: the latest that is open, else a new one. */
  show(computer: Computer): vscode.Terminal {
    const latest = [...this.open].findLast(([, { computerId }]) => computerId === computer.id);
    if (!latest) return this.create(computer);
    const [terminal, { pty }] = latest;
    terminal.show();
    pty.revive();
    return terminal;
  }

  /** Opens one more terminal on a computer. Its tab is there at once; connecting is told inside. */
  create(computer: Computer): vscode.Terminal {
    const pty = new ComputerTerminal(computer, this.parts);
    const terminal = vscode.window.createTerminal({
      name: withoutIcons(computer.name),
      pty,
      // VS Code sets a tab's icon for good, so its colour is that of the state the opening leads to; the name tells how
      // far it is.
      iconPath: new vscode.ThemeIcon('vm-connect'),
      color: new vscode.ThemeColor(tabColor(computer.status)),
      isTransient: true,
    });
    this.open.set(terminal, { computerId: computer.id, pty, watch: this.store.watch() });
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
function tabColor(status: string): string {
  switch (statusOf(status).open) {
    case 'connect':
    case 'start':
    case 'restore':
    case 'wait':
      return 'terminal.ansiGreen';
    case 'offerStart':
    case 'refuse':
      return 'terminal.ansiRed';
    case 'try':
      return 'terminal.ansiBrightBlack';
  }
}
