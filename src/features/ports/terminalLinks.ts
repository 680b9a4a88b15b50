import * as vscode from 'vscode';
import type { Computer } from '../../computers/computer';
import { localAddressesIn, type LocalAddress } from './addresses';
import { isCancellation } from '../../base/abort';
import { showError } from '../../ui/showError';
import type { ForwardCommands } from './forwardCommands';

type NamedComputer = Pick<Computer, 'id' | 'name'>;

class AddressLink extends vscode.TerminalLink {
  constructor(
    readonly computer: NamedComputer,
    readonly address: LocalAddress,
  ) {
    const tooltip = vscode.l10n.t('Forward port {0} of {1} and open it', address.port, computer.name);
    super(address.index, address.length, tooltip);
  }
}

/** Makes the addresses that a computer prints of itself, in a shell or in the tab of a command, lead there from here. */
export class TerminalLinks implements vscode.TerminalLinkProvider<AddressLink> {
  constructor(
    /** The computer whose output a terminal shows; undefined for a terminal of another origin. */
    private readonly computerOf: (terminal: vscode.Terminal) => NamedComputer | undefined,
    private readonly forwards: Pick<ForwardCommands, 'openAddress'>,
  ) {}

  provideTerminalLinks({ terminal, line }: vscode.TerminalLinkContext): AddressLink[] {
    const computer = this.computerOf(terminal);
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
