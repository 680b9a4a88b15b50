import * as vscode from 'vscode';
import { formatEndpoint } from '../../ssh/connection/endpoint';
import { HostKeyError } from '../../ssh/errors';
import type { ConfirmHostKey } from '../../ssh/hostKeys/hostKeyVerifier';

/** Asks whether a host key that nobody could confirm may be trusted. */
export const askTrust: ConfirmHostKey = async ({ computer, endpoint, type, fingerprint }) => {
  const question = vscode.l10n.t('Trust the host key of {0}?', computer.name);
  const detail = vscode.l10n.t(
    '{0} could not tell its host keys over the API, so nobody confirms this one.\n\n{1} shows a key of type {2}:\n{3}\n\nTrust it only if you know it.',
    computer.name,
    formatEndpoint(endpoint),
    type,
    fingerprint,
  );
  const trust = vscode.l10n.t('Trust');
  return (await vscode.window.showWarningMessage(question, { modal: true, detail }, trust)) === trust;
};

/** A host that is not who it should be is worth more than a line in a terminal. */
export function showHostKeyError(error: unknown): void {
  if (!(error instanceof HostKeyError) || error.problem === 'declined') return;
  void vscode.window.showErrorMessage(vscode.l10n.t('The host key is not the right one'), {
    modal: true,
    detail: error.message,
  });
}
