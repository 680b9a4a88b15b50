import * as vscode from 'vscode';
import type { Computer } from '../../computers/computer';
import type { ComputerEvent, ComputerEvents } from '../../computers/computerEvents';
import { statusOf } from '../../computers/status';
import type { Terminals } from '../../terminal/terminals';
import type { Disposable } from '../../base/disposable';
import { escapeLinks } from '../../base/text';

export interface NotificationsDeps {
  readonly happenings: Pick<ComputerEvents, 'onEvent'>;
  readonly terminals: Pick<Terminals, 'of' | 'find' | 'show'>;
  /** Whether a person who looks at this window sees the state of a computer anyway. */
  readonly isShown: (computerId: string) => boolean;
}

/** Tells a person what has happened to a computer that they have to do with, where they would not notice. */
export class Notifications implements Disposable {
  private readonly listener: Disposable;

  constructor(private readonly parts: NotificationsDeps) {
    this.listener = parts.happenings.onEvent((happening) => {
      if (this.matters(happening)) void this.show(happening);
    });
  }

  dispose(): void {
    this.listener.dispose();
  }

  private matters({ computer, kind: what }: ComputerEvent): boolean {
    switch (what) {
      case 'notCreated':
        return true;
      case 'ready':
        return !(this.isInFront(computer.id) || this.isSeen(computer.id));
      case 'failed':
        return this.isConnected(computer.id);
      case 'stopped':
      case 'deleted':
        // A terminal that is in front says so itself.
        return this.isConnected(computer.id) && !this.isInFront(computer.id);
    }
  }

  private isSeen(computerId: string): boolean {
    return vscode.window.state.focused && this.parts.isShown(computerId);
  }

  private isInFront(computerId: string): boolean {
    const { activeTerminal, state } = vscode.window;
    const shown = activeTerminal && this.parts.terminals.find(activeTerminal);
    return state.focused && shown?.pty.spec.computer.id === computerId;
  }

  private isConnected(computerId: string): boolean {
    return this.parts.terminals
      .of(computerId)
      .some(({ pty }) => pty.state === 'open' || pty.state === 'reconnecting');
  }

  private async show({ computer, kind: what }: ComputerEvent): Promise<void> {
    const { name, status, lastError } = computer;
    const start = vscode.l10n.t('Start');
    const showTerminal = vscode.l10n.t('Show Terminal');
    const openTerminal = vscode.l10n.t('Open Terminal');
    const details = vscode.l10n.t('Details');
    const reason = lastError ?? vscode.l10n.t('The service gives no reason.');
    let chosen: string | undefined;
    switch (what) {
      case 'ready': {
        const button = this.parts.terminals.of(computer.id).length > 0 ? showTerminal : openTerminal;
        chosen = await inform(vscode.l10n.t('{0} is running.', name), button);
        break;
      }
      case 'stopped':
        chosen = await warn(vscode.l10n.t('{0} was stopped from elsewhere.', name), start, showTerminal);
        break;
      case 'deleted':
        chosen = await warn(vscode.l10n.t('{0} was deleted from elsewhere.', name), showTerminal);
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
    else if (chosen === showTerminal) this.parts.terminals.of(computer.id).at(-1)?.terminal.show();
    else if (chosen === openTerminal) this.parts.terminals.show(computer);
  }

  /** Starts it, then brings its terminal back. */
  private async start(computer: Computer): Promise<void> {
    await vscode.commands.executeCommand('celesto.start', { computerId: computer.id });
    await vscode.commands.executeCommand('celesto.open', { computerId: computer.id });
  }
}

async function inform(message: string, ...buttons: string[]): Promise<string | undefined> {
  return vscode.window.showInformationMessage(escapeLinks(message), ...buttons);
}

async function warn(message: string, ...buttons: string[]): Promise<string | undefined> {
  return vscode.window.showWarningMessage(escapeLinks(message), ...buttons);
}
