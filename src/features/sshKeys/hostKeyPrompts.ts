import * as vscode from 'vscode';
import { formatEndpoint } from '../../ssh/connection/endpoint';
import type { ConfirmHostKey } from '../../ssh/hostKeys/hostKeyVerifier';
import { HostKeyError } from '../../ssh/sshErrors';
import { confirm } from '../../ui/prompts';

/** Asks to trust a host key that could not be confirmed. */
export const confirmHostKey: ConfirmHostKey = async ({ computer, endpoint, type, fingerprint }) => {
  const question = vscode.l10n.t('Trust the host key of {0}?', computer.name);
  const detail = vscode.l10n.t(
    'The host keys of {0} could not be read over the API, so this one is not confirmed.\n\n{1} has a key of type {2}:\n{3}\n\nTrust it only if you recognize it.',
    computer.name,
    formatEndpoint(endpoint),
    type,
    fingerprint,
  );
  return confirm({ question, detail, action: vscode.l10n.t('Trust') });
};

/** Shows a wrong host key in a modal dialog: a message in a terminal is too easily missed. */
export function showHostKeyError(error: unknown): void {
  if (!(error instanceof HostKeyError) || error.problem === 'declined') return;
  void vscode.window.showErrorMessage(vscode.l10n.t('The host key does not match'), {
    modal: true,
    detail: error.message,
  });
}
