import * as vscode from 'vscode';
import { type Disposable, DisposableStore } from '../../base/disposable';
import type { ComputerEvent, ComputerEvents } from '../../computers/computerEvents';
import type { ComputerStore } from '../../computers/computerStore';
import type { Terminals } from '../../terminal/terminals';
import { inform, warn } from '../../ui/prompts';
import { loopbackAddress, type PortForward } from './portForward';
import type { PortForwards } from './portForwards';

export interface PortNotificationsDeps {
  readonly events: Pick<ComputerEvents, 'onEvent'>;
  readonly forwards: Pick<PortForwards, 'of' | 'onDidChange'>;
  readonly store: Pick<ComputerStore, 'get'>;
  readonly terminals: Pick<Terminals, 'of'>;
}

/** Warns that ports are no longer forwarded because their computer was stopped or deleted outside this window. */
export class PortNotifications implements Disposable {
  private readonly disposables = new DisposableStore();
  /** The forwarded ports of each computer, as of when it was last in the list: its deletion is reported later. */
  private readonly ports = new Map<string, readonly number[]>();

  constructor(private readonly deps: PortNotificationsDeps) {
    this.disposables.add(deps.forwards.onDidChange((id) => this.recordPorts(id)));
    this.disposables.add(deps.events.onEvent((event) => void this.notify(event)));
  }

  dispose(): void {
    this.disposables.dispose();
  }

  private recordPorts(id: string): void {
    if (!this.deps.store.get(id)) return;
    const ports = this.deps.forwards.of(id).map(({ port }) => port);
    this.ports.set(id, ports);
  }

  private async notify({ computer, kind }: ComputerEvent): Promise<void> {
    const ports = this.ports.get(computer.id) ?? [];
    // An open terminal on the computer reports the same.
    if (ports.length === 0 || this.deps.terminals.of(computer.id).length > 0) return;
    if (kind === 'deleted') {
      this.ports.delete(computer.id);
      await warnDeleted(computer.name, ports.join(', '));
    }
    if (kind === 'stopped') await warnStopped(computer, ports.join(', '));
  }
}

/** The local address of a forwarded port, and the reason for a local port other than the preferred one. */
export function formatForward({ port, localPort, preferredPort, computer }: PortForward): string {
  const address = `${loopbackAddress}:${localPort}`;
  return localPort === preferredPort
    ? vscode.l10n.t('Port {0} of {1} is forwarded to {2}.', port, computer.name, address)
    : vscode.l10n.t(
        'Port {0} of {1} is forwarded to {2}, because local port {3} is in use.',
        port,
        computer.name,
        address,
        preferredPort,
      );
}

/** Informs about a restored forward that listens on another local port than before. */
export function notifyMoved(forward: PortForward): void {
  void inform(formatForward(forward));
}

async function warnDeleted(name: string, ports: string): Promise<void> {
  const message = vscode.l10n.t(
    '{0} was deleted outside this window. Its ports ({1}) are no longer forwarded.',
    name,
    ports,
  );
  await warn(message);
}

async function warnStopped({ id, name }: ComputerEvent['computer'], ports: string): Promise<void> {
  const message = vscode.l10n.t(
    '{0} was stopped outside this window. Its ports ({1}) are forwarded again when it runs.',
    name,
    ports,
  );
  const start = vscode.l10n.t('Start');
  const chosen = await warn(message, start);
  if (chosen === start) await vscode.commands.executeCommand('celesto.start', { computerId: id });
}
