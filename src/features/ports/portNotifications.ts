import * as vscode from 'vscode';
import type { ComputerEvent, ComputerEvents } from '../../computers/computerEvents';
import type { ComputerStore } from '../../computers/store';
import type { PortForwards } from './portForwards';
import type { Terminals } from '../../terminal/terminals';
import { DisposableStore, type Disposable } from '../../base/disposable';
import { escapeLinks } from '../../base/text';

export interface PortNotificationsDeps {
  readonly happenings: Pick<ComputerEvents, 'onEvent'>;
  readonly forwards: Pick<PortForwards, 'of' | 'onDidChange'>;
  readonly store: Pick<ComputerStore, 'get'>;
  readonly terminals: Pick<Terminals, 'of'>;
}

/** Tells that ports are forwarded no more, since somebody else stopped or deleted their computer. */
export class PortNotifications implements Disposable {
  private readonly disposables = new DisposableStore();
  /** What is forwarded, or was until the computer left the list: that is told a moment later. */
  private readonly ports = new Map<string, readonly number[]>();

  constructor(private readonly deps: PortNotificationsDeps) {
    this.disposables.add(deps.forwards.onDidChange((id) => this.note(id)));
    this.disposables.add(deps.happenings.onEvent((happening) => void this.tell(happening)));
  }

  dispose(): void {
    this.disposables.dispose();
  }

  private note(id: string): void {
    if (this.deps.store.get(id))
      this.ports.set(
        id,
        this.deps.forwards.of(id).map(({ port }) => port),
      );
  }

  private async tell({ computer, kind: what }: ComputerEvent): Promise<void> {
    const ports = this.ports.get(computer.id) ?? [];
    // Whoever has a terminal there hears of it by that.
    if (ports.length === 0 || this.deps.terminals.of(computer.id).length > 0) return;
    const { name } = computer;
    const list = ports.join(', ');
    if (what === 'deleted') {
      this.ports.delete(computer.id);
      const message = vscode.l10n.t('{0} was deleted from elsewhere. Its ports ({1}) are gone.', name, list);
      await vscode.window.showWarningMessage(escapeLinks(message));
    }
    if (what !== 'stopped') return;
    const message = vscode.l10n.t(
      '{0} was stopped from elsewhere. Its ports ({1}) are forwarded again when it runs.',
      name,
      list,
    );
    const start = vscode.l10n.t('Start');
    const chosen = await vscode.window.showWarningMessage(escapeLinks(message), start);
    if (chosen === start) await vscode.commands.executeCommand('celesto.start', { computerId: computer.id });
  }
}
