import * as vscode from 'vscode';
import type { LifecycleProblem } from '../computers/errors';
import type { SessionEnd } from '../shell/shellSession';
import { SshError } from '../ssh/sshErrors';

/** Says in the terminal that the connection was lost, and why where that is known. */
export function connectionLostMessage(end: SessionEnd, name: string): string {
  const cause = end.kind === 'lost' ? end.cause : undefined;
  const reason = cause instanceof SshError ? cause.reason : cause?.message;
  return reason
    ? vscode.l10n.t('The connection to {0} was lost: {1}', name, reason)
    : vscode.l10n.t('The connection to {0} was lost.', name);
}

/** Names the keys that help in a terminal that is not connected. */
export function nextStepMessage(problem: LifecycleProblem | undefined): string {
  if (problem === 'needsStart' || problem === 'stopped')
    return vscode.l10n.t('Press Enter to start it, Ctrl+C to close.');
  if (problem === 'restorable') return vscode.l10n.t('Press Enter to restore it, Ctrl+C to close.');
  if (problem === 'deleted' || problem === 'deleting') return vscode.l10n.t('Press Ctrl+C to close.');
  return vscode.l10n.t('Press Enter to try again, Ctrl+C to close.');
}
