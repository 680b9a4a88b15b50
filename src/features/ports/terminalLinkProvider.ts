import * as vscode from 'vscode';
import { isCancellation } from '../../base/abort';
import type { Computer } from '../../computers/computer';
import { showError } from '../../ui/showError';
import { findLocalhostAddresses, type LocalhostAddress } from './localhostAddresses';
import type { PortForwardCommands } from './portForwardCommands';

type NamedComputer = Pick<Computer, 'id' | 'name'>;

class LocalhostLink extends vscode.TerminalLink {
  constructor(
    readonly computer: NamedComputer,
    readonly address: LocalhostAddress,
  ) {
    const tooltip = vscode.l10n.t('Forward port {0} of {1} and open it', address.port, computer.name);
    super(address.index, address.length, tooltip);
  }
}

/** Links localhost addresses in the output of a computer, in a shell or in the tab of a command, to that computer. */
export class TerminalLinkProvider implements vscode.TerminalLinkProvider<LocalhostLink> {
  constructor(
    /** The computer whose output a terminal shows; undefined for a terminal of another origin. */
    private readonly computerOf: (terminal: vscode.Terminal) => NamedComputer | undefined,
    private readonly commands: Pick<PortForwardCommands, 'openAddress'>,
  ) {}

  provideTerminalLinks({ terminal, line }: vscode.TerminalLinkContext): LocalhostLink[] {
    const computer = this.computerOf(terminal);
    if (!computer) return [];
    return findLocalhostAddresses(line).map((address) => new LocalhostLink(computer, address));
  }

  async handleTerminalLink({ computer, address }: LocalhostLink): Promise<void> {
    try {
      await this.commands.openAddress(computer, address);
    } catch (error) {
      if (!isCancellation(error)) await showError(error);
    }
  }
}
