import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { type Disposable, DisposableStore } from '../base/disposable';
import { escapeIcons } from '../base/text';
import { detectWake } from '../base/wakeDetector';
import type { Computer } from '../computers/computer';
import type { ComputerStore } from '../computers/computerStore';
import { statusOf } from '../computers/statusTable';
import type { ShellOptions } from '../shell/shellSession';
import { ComputerTerminal, type ComputerTerminalDeps } from './computerTerminal';
import type { SavedTerminals } from './savedTerminals';

/** A terminal of this window. */
export interface OpenTerminal {
  readonly terminal: vscode.Terminal;
  readonly pty: ComputerTerminal;
  readonly computerId: string;
  readonly inEditor: boolean;
}

/** Settings that each new shell is opened with. */
export interface ShellSettings {
  readonly persistence: () => ShellOptions['persistence'];
  readonly shellIntegration: () => boolean;
  readonly cwd: () => string;
}

export interface CreateOptions {
  /** The location of its tab; the panel by default. */
  readonly location?: vscode.TerminalOptions['location'];
  /** The directory to begin in; by default that of the setting. */
  readonly cwd?: string;
  /** The persistent shell on the computer to attach to. */
  readonly shellName?: string;
}

/**
 * The terminals of this window, by computer. While one is open, the list is polled and a wake from sleep is detected. The
 * terminals of the previous window session are restored.
 */
export class Terminals implements Disposable {
  private readonly disposables = new DisposableStore();
  private readonly terminals = new Map<vscode.Terminal, OpenTerminal & { readonly watch: Disposable }>();
  private readonly changes = new vscode.EventEmitter<string>();
  private wakeDetection: Disposable | undefined;

  /** Fires with the id of a computer whose terminals have changed. */
  readonly onDidChange = this.changes.event;

  constructor(
    private readonly store: ComputerStore,
    private readonly saved: SavedTerminals,
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
        const left = removed.map(({ computer }) => computer);
        for (const { id } of [...changed, ...left]) this.of(id).forEach(({ pty }) => pty.checkConnection());
      }),
    );
  }

  /** The terminals of one computer, oldest first. */
  of(computerId: string): readonly OpenTerminal[] {
    return [...this.terminals.values()].filter((open) => open.computerId === computerId);
  }

  /** All terminals, oldest first. */
  get all(): readonly OpenTerminal[] {
    return [...this.terminals.values()];
  }

  /** Looks up a terminal of VS Code; undefined for one of another origin. */
  find(terminal: vscode.Terminal): OpenTerminal | undefined {
    return this.terminals.get(terminal);
  }

  /** Shows the latest open terminal of a computer, else a new one. */
  show(computer: Computer): vscode.Terminal {
    // VS Code fires onDidCloseTerminal late.
    const latest = this.of(computer.id).findLast(({ pty }) => pty.state !== 'closed');
    if (!latest) return this.create(computer);
    latest.terminal.show();
    latest.pty.retry();
    return latest.terminal;
  }

  /** Opens another terminal on a computer. Its tab shows at once and reports the progress of connecting. */
  create(computer: Computer, options: CreateOptions = {}): vscode.Terminal {
    const pty = this.pty(computer, options);
    const inEditor = isEditor(options.location);
    const likely = this.all.findLast((open) => open.inEditor === inEditor && open.pty.dimensions)?.pty;
    const terminal = vscode.window.createTerminal(this.options(pty, computer.status, options.location));
    this.add(terminal, pty, inEditor);
    terminal.show();
    pty.start(likely?.dimensions);
    return terminal;
  }

  /** Options for a terminal that VS Code itself opens, from the + menu. */
  profile(computer: Computer): vscode.ExtensionTerminalOptions {
    const pty = this.pty(computer, {});
    const opened = vscode.window.onDidOpenTerminal((terminal) => {
      if ((terminal.creationOptions as Partial<vscode.ExtensionTerminalOptions>).pty !== pty) return;
      opened.dispose();
      this.add(terminal, pty, false);
      terminal.show();
    });
    this.disposables.add(opened);
    return this.options(pty, computer.status);
  }

  /** Reopens the terminals of the previous window session. Each connects when it is first shown. */
  restore(): void {
    for (const { computer, shellName, nonce, memory, inEditor } of this.saved.all()) {
      const shell = { ...this.shellOptions({ shellName }), ...(nonce !== undefined && { nonce }) };
      const pty = new ComputerTerminal({ computer, shell, memory, restored: true }, this.deps);
      const location = inEditor ? vscode.TerminalLocation.Editor : undefined;
      const terminal = vscode.window.createTerminal(this.options(pty, 'running', location));
      this.add(terminal, pty, inEditor);
    }
  }

  dispose(): void {
    for (const { watch } of this.terminals.values()) watch.dispose();
    this.terminals.clear();
    this.wakeDetection?.dispose();
    this.disposables.dispose();
  }

  private pty({ id, name }: Computer, options: CreateOptions): ComputerTerminal {
    return new ComputerTerminal(
      { computer: { id, name }, shell: this.shellOptions(options), memory: {} },
      this.deps,
    );
  }

  private shellOptions({ shellName, cwd }: CreateOptions): ShellOptions {
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
    const { nonce } = pty.options.shell;
    return {
      name: escapeIcons(pty.options.computer.name),
      pty,
      // VS Code fixes the icon of a tab when it is created, so its colour is that of the state that connecting leads to; the
      // progress shows in the name.
      iconPath: new vscode.ThemeIcon('vm-connect'),
      color: new vscode.ThemeColor(tabColor(status)),
      isTransient: true,
      ...(location !== undefined && { location }),
      ...(nonce !== undefined && { shellIntegrationNonce: nonce }),
    };
  }

  private add(terminal: vscode.Terminal, pty: ComputerTerminal, inEditor: boolean): void {
    const computerId = pty.options.computer.id;
    const watch = new DisposableStore();
    watch.add(this.store.watch());
    watch.add(pty.onDidChangeState(() => this.changed(computerId)));
    this.terminals.set(terminal, { terminal, pty, computerId, inEditor, watch });
    this.wakeDetection ??= detectWake(this.deps.clock, () => {
      for (const { pty } of this.terminals.values()) pty.checkConnection();
    });
    this.changed(computerId);
  }

  private onClose(terminal: vscode.Terminal): void {
    const open = this.terminals.get(terminal);
    if (!open) return;
    // VS Code does not call close() on a Pseudoterminal that it has not opened yet.
    open.pty.close();
    open.watch.dispose();
    this.terminals.delete(terminal);
    if (this.terminals.size === 0) {
      this.wakeDetection?.dispose();
      this.wakeDetection = undefined;
    }
    // Terminals that the window closes on shutdown are restored next time.
    if (terminal.exitStatus?.reason === vscode.TerminalExitReason.Shutdown) return;
    this.changed(open.computerId);
  }

  private changed(computerId: string): void {
    this.saved.save(
      [...this.terminals.values()].map(({ pty: { options }, inEditor }) => ({
        computer: { id: options.computer.id, name: options.computer.name },
        shellName: options.shell.name,
        nonce: options.shell.nonce,
        memory: options.memory,
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

/** Tabs accept only colours of the terminal's palette. */
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
