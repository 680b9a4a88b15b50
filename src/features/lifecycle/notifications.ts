import * as vscode from 'vscode';
import type { Disposable } from '../../base/disposable';
import type { Computer } from '../../computers/computer';
import type { ComputerEvent, ComputerEvents } from '../../computers/computerEvents';
import { statusOf } from '../../computers/statusTable';
import type { Terminals } from '../../terminal/terminals';
import { inform, warn } from '../../ui/prompts';

export interface NotificationsDeps {
  readonly events: Pick<ComputerEvents, 'onEvent'>;
  readonly terminals: Pick<Terminals, 'of' | 'find' | 'show'>;
  /** Tests for a computer whose status is visible in this window, in the tree or in the tab of a command. */
  readonly isShown: (computerId: string) => boolean;
}

/** Notifies of events of a computer that this window has to do with, unless the user sees them anyway. */
export class Notifications implements Disposable {
  private readonly listener: Disposable;

  constructor(private readonly deps: NotificationsDeps) {
    this.listener = deps.events.onEvent((event) => {
      if (this.isRelevant(event)) void this.notify(event);
    });
  }

  dispose(): void {
    this.listener.dispose();
  }

  private isRelevant({ computer, kind }: ComputerEvent): boolean {
    switch (kind) {
      case 'notCreated':
        return true;
      case 'ready':
        return !(this.isInFront(computer.id) || this.isVisible(computer.id));
      case 'failed':
        return this.isConnected(computer.id);
      case 'stopped':
      case 'deleted':
        // The active terminal reports it itself.
        return this.isConnected(computer.id) && !this.isInFront(computer.id);
    }
  }

  private isVisible(computerId: string): boolean {
    return vscode.window.state.focused && this.deps.isShown(computerId);
  }

  private isInFront(computerId: string): boolean {
    const { activeTerminal, state } = vscode.window;
    const active = activeTerminal && this.deps.terminals.find(activeTerminal);
    return state.focused && active?.computerId === computerId;
  }

  private isConnected(computerId: string): boolean {
    return this.deps.terminals
      .of(computerId)
      .some(({ pty }) => pty.state === 'open' || pty.state === 'reconnecting');
  }

  private async notify({ computer, kind }: ComputerEvent): Promise<void> {
    const { name, status, lastError } = computer;
    const start = vscode.l10n.t('Start');
    const showTerminal = vscode.l10n.t('Show Terminal');
    const openTerminal = vscode.l10n.t('Open Terminal');
    const details = vscode.l10n.t('Details');
    const reason = lastError ?? vscode.l10n.t('The service gave no reason.');
    let chosen: string | undefined;
    switch (kind) {
      case 'ready': {
        const button = this.deps.terminals.of(computer.id).length > 0 ? showTerminal : openTerminal;
        chosen = await inform(vscode.l10n.t('{0} is running.', name), button);
        break;
      }
      case 'stopped':
        chosen = await warn(vscode.l10n.t('{0} was stopped outside this window.', name), start, showTerminal);
        break;
      case 'deleted':
        chosen = await warn(vscode.l10n.t('{0} was deleted outside this window.', name), showTerminal);
        break;
      case 'failed':
      case 'notCreated': {
        const buttons = statusOf(status).canStart ? [start] : [];
        buttons.push(details);
        chosen = await warn(vscode.l10n.t('{0} needs attention: {1}', name, reason), ...buttons);
        break;
      }
    }
    if (chosen === start) await this.start(computer);
    else if (chosen === details)
      await vscode.commands.executeCommand('celesto.showDetails', { computerId: computer.id });
    else if (chosen === showTerminal) this.deps.terminals.of(computer.id).at(-1)?.terminal.show();
    else if (chosen === openTerminal) this.deps.terminals.show(computer);
  }

  /** Starts the computer, then shows its terminal. */
  private async start(computer: Computer): Promise<void> {
    await vscode.commands.executeCommand('celesto.start', { computerId: computer.id });
    await vscode.commands.executeCommand('celesto.open', { computerId: computer.id });
  }
}
