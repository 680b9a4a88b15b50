import * as vscode from 'vscode';
import { loopbackAddress, type PortForward } from './portForward';
import { escapeLinks } from '../../base/text';

/** Says where a forwarded port is, and why it is not where it was wanted. */
export function formatForward({ port, localPort, preferredPort: wanted, computer }: PortForward): string {
  const address = `${loopbackAddress}:${localPort}`;
  return escapeLinks(
    localPort === wanted
      ? vscode.l10n.t('Port {0} of {1} is at {2} now.', port, computer.name, address)
      : vscode.l10n.t(
          'Port {0} of {1} is at {2} now: {3} is taken here.',
          port,
          computer.name,
          address,
          wanted,
        ),
  );
}

/** Tells of a forward that came back on another port. */
export function notifyMoved(forward: PortForward): void {
  void vscode.window.showInformationMessage(formatForward(forward));
}
