import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import type { Computer } from '../computers/computer';
import { statusOf } from '../computers/status';
import type { ComputerStore } from '../computers/store';
import { DisposableStore, type Disposable } from '../base/disposable';
import { escapeIcons } from '../base/text';
import { detectWake } from '../base/wakeDetector';
import { ComputerTerminal, type ComputerTerminalDeps } from './computerTerminal';
import type { SavedTerminals } from './savedTerminals';
import type { ShellOptions } from '../shell/session';

/** A terminal of this window. */
export interface OpenTerminal {
  readonly terminal: vscode.Terminal;
  readonly pty: ComputerTerminal;
  readonly inEditor: boolean;
}

/** How shells are wished for, by the settings. */
export interface ShellSettings {
  readonly persistence: () => ShellOptions['persistence'];
  readonly shellIntegration: () => boolean;
  readonly cwd: () => string;
}

export interface CreateOptions {
  /** Where its tab goes; the panel unless said. */
  readonly location?: vscode.TerminalOptions['location'];
  /** Where its shell begins, unless as the setting says. */
  readonly cwd?: string;
  /** A shell on the computer to go back to. */
  readonly shellName?: string;
}

/**
 * The terminals of this window, by computer. While one is open the list is kept up to date, and a sleep of the machine
 * is noticed. Those that were open when the window was left come back.
 */
export class Terminals implements Disposable {
  private readonly disposables = new DisposableStore();
  private readonly terminals = new Map<vscode.Terminal, OpenTerminal & { readonly watch: Disposable }>();
  private readonly changes = new vscode.EventEmitter<string>();
  private waking: Disposable | undefined;

  /** Fires with the id of a computer whose terminals have changed. */
  readonly onDidChange = this.changes.event;

  constructor(
    private readonly store: ComputerStore,
    private readonly remembered: SavedTerminals,
    private readonly settings: ShellSettings,
    private readonly deps: ComputerTerminalDeps,
  ) {
    this.disposables.add(this.changes);
    this.disposables.add(vscode.window.onDidCloseTerminal((terminal) => this.onClose(terminal)));
    this.disposables.add(
      vscode.window.onDidChangeActiveTerminal(
        (terminal) => terminal && this.find(terminal)?.pty.connectWhenShown(),
      ),
    );
    this.disposables.add(
      store.onDidChange(({ changed, removed }) => {
        for (const { id } of [...changed, ...removed])
          this.of(id).forEach(({ pty }) => pty.checkConnection());
      }),
    );
  }

  /** The terminals of one computer, in the order in which they were opened. */
  of(computerId: string): readonly OpenTerminal[] {
    return [...this.terminals.values()].filter(({ pty }) => pty.spec.computer.id === computerId);
  }

  /** All of them, in the order in which they were opened. */
  get all(): readonly OpenTerminal[] {
    return [...this.terminals.values()];
  }

  /** What stands behind a terminal of VS Code, if it is one of ours. */
  find(terminal: vscode.Terminal): OpenTerminal | undefined {
    return this.terminals.get(terminal);
  }

  /** Shows a terminal of a computer: the latest that is open, else a new one. */
  show(computer: Computer): vscode.Terminal {
    // VS Code tells late that one has closed.
    const latest = this.of(computer.id).findLast(({ pty }) => pty.state !== 'closed');
    if (!latest) return this.create(computer);
    latest.terminal.show();
    latest.pty.retry();
    return latest.terminal;
  }

  /** Opens one more terminal on a computer. Its tab is there at once; connecting is told inside. */
  create(computer: Computer, options: CreateOptions = {}): vscode.Terminal {
    const pty = this.pty(computer, options);
    const inEditor = isEditor(options.location);
    const likely = this.all.findLast((open) => open.inEditor === inEditor && open.pty.dimensions)?.pty;
    const terminal = vscode.window.createTerminal(this.options(pty, computer.status, options.location));
    this.add({ terminal, pty, inEditor });
    terminal.show();
    pty.start(likely?.dimensions);
    return terminal;
  }

  /** What VS Code opens a terminal with that it places itself, from the + menu. */
  profile(computer: Computer): vscode.ExtensionTerminalOptions {
    const pty = this.pty(computer, {});
    const opened = vscode.window.onDidOpenTerminal((terminal) => {
      if ((terminal.creationOptions as Partial<vscode.ExtensionTerminalOptions>).pty !== pty) return;
      opened.dispose();
      this.add({ terminal, pty, inEditor: false });
      terminal.show();
    });
    this.disposables.add(opened);
    return this.options(pty, computer.status);
  }

  /** Brings back the terminals that were open when the window was left. Each connects when it is first shown. */
  restore(): void {
    for (const { computer, shellName, nonce, memory, inEditor } of this.remembered.all()) {
      const shell = { ...this.wish({ shellName }), ...(nonce !== undefined && { nonce }) };
      const pty = new ComputerTerminal({ computer, shell, memory, restored: true }, this.deps);
      const location = inEditor ? vscode.TerminalLocation.Editor : undefined;
      const terminal = vscode.window.createTerminal(this.options(pty, 'running', location));
      this.add({ terminal, pty, inEditor });
    }
  }

  dispose(): void {
    for (const { watch } of this.terminals.values()) watch.dispose();
    this.terminals.clear();
    this.waking?.dispose();
    this.disposables.dispose();
  }

  private pty({ id, name }: Computer, options: CreateOptions): ComputerTerminal {
    return new ComputerTerminal({ computer: { id, name }, shell: this.wish(options), memory: {} }, this.deps);
  }

  private wish({ shellName, cwd }: CreateOptions): ShellOptions {
    return {
      persistence: this.settings.persistence(),
      name: shellName ?? random(6),
      cwd: cwd ?? this.settings.cwd(),
      nonce: this.settings.shellIntegration() ? random(16) : undefined,
    };
  }

  private options(
    pty: ComputerTerminal,
    status: string,
    location?: vscode.TerminalOptions['location'],
  ): vscode.ExtensionTerminalOptions {
    const { nonce } = pty.spec.shell;
    return {
      name: escapeIcons(pty.spec.computer.name),
      pty,
      // VS Code sets a tab's icon for good, so its colour is that of the state the opening leads to; the name tells how
      // far it is.
      iconPath: new vscode.ThemeIcon('vm-connect'),
      color: new vscode.ThemeColor(tabColor(status)),
      isTransient: true,
      ...(location !== undefined && { location }),
      ...(nonce !== undefined && { shellIntegrationNonce: nonce }),
    };
  }

  private add(open: OpenTerminal): void {
    const { id } = open.pty.spec.computer;
    const watch = new DisposableStore();
    watch.add(this.store.watch());
    watch.add(open.pty.onDidChangeState(() => this.changed(id)));
    this.terminals.set(open.terminal, { ...open, watch });
    this.waking ??= detectWake(this.deps.clock, () => {
      for (const { pty } of this.terminals.values()) pty.checkConnection();
    });
    this.changed(id);
  }

  private onClose(terminal: vscode.Terminal): void {
    const open = this.terminals.get(terminal);
    if (!open) return;
    // VS Code does not tell one that it has not opened yet.
    open.pty.close();
    open.watch.dispose();
    this.terminals.delete(terminal);
    if (this.terminals.size === 0) {
      this.waking?.dispose();
      this.waking = undefined;
    }
    // A window that is left closes its terminals; these shall come back.
    if (terminal.exitStatus?.reason === vscode.TerminalExitReason.Shutdown) return;
    this.changed(open.pty.spec.computer.id);
  }

  private changed(computerId: string): void {
    this.remembered.save(
      [...this.terminals.values()].map(({ pty: { spec }, inEditor }) => ({
        computer: { id: spec.computer.id, name: spec.computer.name },
        shellName: spec.shell.name,
        nonce: spec.shell.nonce,
        memory: spec.memory,
        inEditor,
      })),
    );
    this.changes.fire(computerId);
  }
}

function random(bytes: number): string {
  return randomBytes(bytes).toString('hex');
}

function isEditor(location: vscode.TerminalOptions['location']): boolean {
  return (
    location === vscode.TerminalLocation.Editor || (typeof location === 'object' && 'viewColumn' in location)
  );
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
