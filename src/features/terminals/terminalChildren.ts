import * as vscode from 'vscode';
import { type Disposable, DisposableStore } from '../../base/disposable';
import { printable } from '../../base/text';
import type { Computer } from '../../computers/computer';
import type { TerminalState } from '../../terminal/computerTerminal';
import type { OpenTerminal, Terminals } from '../../terminal/terminals';
import type { ChildProvider, TreeChild } from '../../ui/treeChildren';

export interface TerminalChild extends TreeChild {
  readonly kind: 'terminal';
  readonly terminal: vscode.Terminal;
}

/** The open terminals below a computer in the tree. Each keeps its number while it is open. */
export class TerminalChildren implements ChildProvider, Disposable {
  private readonly disposables = new DisposableStore();
  private readonly changes = this.disposables.add(new vscode.EventEmitter<string>());
  private readonly numbers = new WeakMap<vscode.Terminal, number>();

  readonly onDidChange = this.changes.event;

  constructor(private readonly terminals: Terminals) {
    this.disposables.add(terminals.onDidChange((id) => this.changes.fire(id)));
    this.disposables.add(
      vscode.window.onDidChangeTerminalShellIntegration(({ terminal }) => {
        const id = terminals.find(terminal)?.computerId;
        if (id !== undefined) this.changes.fire(id);
      }),
    );
  }

  childrenOf(computer: Computer): readonly TerminalChild[] {
    const all = this.terminals.of(computer.id);
    return all.map((open) => childOf(computer, open, this.numberOf(open.terminal, all)));
  }

  dispose(): void {
    this.disposables.dispose();
  }

  /** The lowest number that no other open terminal of the computer has. */
  private numberOf(terminal: vscode.Terminal, all: readonly OpenTerminal[]): number {
    const assigned = this.numbers.get(terminal);
    if (assigned !== undefined) return assigned;
    const taken = new Set(all.map((open) => this.numbers.get(open.terminal)));
    let number = 1;
    while (taken.has(number)) number += 1;
    this.numbers.set(terminal, number);
    return number;
  }
}

function childOf(computer: Computer, { terminal, pty }: OpenTerminal, number: number): TerminalChild {
  const { stateText, icon } = appearanceOf(pty.state);
  const label = vscode.l10n.t('Terminal {0}', number);
  const folder = pty.state === 'open' ? printable(terminal.shellIntegration?.cwd?.path ?? '') : '';
  const description = [stateText, folder].filter(Boolean).join(' · ');
  return {
    kind: 'terminal',
    command: { title: vscode.l10n.t('Show Terminal'), command: 'celesto.showTerminal' },
    terminal,
    key: `terminal ${number}`,
    label,
    description,
    tooltip: vscode.l10n.t('{0} of {1}: {2}', label, computer.name, description),
    ariaLabel: [label, stateText, folder].filter(Boolean).join(', '),
    icon,
    contextValues: ['openTerminal'],
  };
}

function appearanceOf(state: TerminalState): { stateText: string; icon: string } {
  switch (state) {
    case 'new':
      return { stateText: vscode.l10n.t('connects when shown'), icon: 'circle-outline' };
    case 'opening':
      return { stateText: vscode.l10n.t('connecting'), icon: 'loading' };
    case 'open':
      return { stateText: vscode.l10n.t('connected'), icon: 'terminal' };
    case 'reconnecting':
      return { stateText: vscode.l10n.t('reconnecting'), icon: 'sync' };
    case 'disconnected':
    case 'closed':
      return { stateText: vscode.l10n.t('not connected'), icon: 'debug-disconnect' };
  }
}
