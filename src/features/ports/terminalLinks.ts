import * as vscode from 'vscode';
import { localAddressesIn, type LocalAddress } from './addresses';
import type { Runs } from '../run/runs';
import type { Terminals } from '../../terminal/terminals';
import { isCancellation } from '../../base/cancel';
import { showError } from '../../ui/errorMessages';
import type { ForwardCommands } from './forwardCommands';

class AddressLink extends vscode.TerminalLink {
  constructor(
    readonly computer: { readonly id: string; readonly name: string },
    readonly address: LocalAddress,
  ) {
    const tooltip = vscode.l10n.t('Forward port {0} of {1} and open it', address.port, computer.name);
    super(address.index, address.length, tooltip);
  }
}

/** Makes the addresses that a computer prints of itself, in a shell or in the tab of a command, lead there from here. */
export class TerminalLinks implements vscode.TerminalLinkProvider<AddressLink> {
  constructor(
    private readonly terminals: Pick<Terminals, 'find'>,
    private readonly runs: Pick<Runs, 'computerOf'>,
    private readonly forwards: Pick<ForwardCommands, 'openAddress'>,
  ) {}

  provideTerminalLinks({ terminal, line }: vscode.TerminalLinkContext): AddressLink[] {
    const computer = this.terminals.find(terminal)?.pty.spec.computer ?? this.runs.computerOf(terminal);
    if (!computer) return [];
    return localAddressesIn(line).map((address) => new AddressLink(computer, address));
  }

  async handleTerminalLink({ computer, address }: AddressLink): Promise<void> {
    try {
      await this.forwards.openAddress(computer, address);
    } catch (error) {
      if (!isCancellation(error)) await showError(error);
    }
  }
}
