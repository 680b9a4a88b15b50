import * as vscode from 'vscode';
import type { FoundKey } from '../../account/foundKeys';
import { hostOf } from '../../account/serviceAddress';
import { escapeIcons, printable } from '../../base/text';

/** Labels a key as an answer to the question of which key to use. */
export function labelOf({ source }: FoundKey): string {
  return source === 'environment'
    ? vscode.l10n.t('Use the key in CELESTO_API_KEY')
    : vscode.l10n.t('Use the key of celesto auth login');
}

/** Names whose key it is, where that is known, and the host that it goes to. */
export function describeKey({ email, address, source }: FoundKey): string {
  const facts = [
    email && printable(email),
    hostOf(address.origin),
    source === 'legacyCli' && vscode.l10n.t('celesto 0.0.14 or earlier'),
  ];
  return escapeIcons(facts.filter(Boolean).join(', '));
}

/** Tells what to do about a key that the service did not accept. */
export function refusalOf({ source }: FoundKey): string {
  return source === 'environment'
    ? vscode.l10n.t(
        'Celesto did not accept the key in CELESTO_API_KEY. Correct the variable, or paste a key.',
      )
    : vscode.l10n.t(
        'Celesto did not accept the key of celesto auth login. Run "celesto auth login" again, or paste a key.',
      );
}
