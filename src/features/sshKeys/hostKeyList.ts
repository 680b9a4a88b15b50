import { t } from '@vscode/l10n';
import { fingerprint, keyType } from '../../ssh/hostKeys/fingerprint';
import { tunnelRecord, type KnownComputer, type KnownComputers } from '../../ssh/hostKeys/knownComputers';

/** A host key as a person reads it. */
export interface HostKeyLine {
  readonly label: string;
  readonly description: string;
  readonly detail: string;
}

/** The pinned host keys of a computer: those of its own SSH server, and that of the one its helper starts. */
export function hostKeyLines(known: KnownComputers, computerId: string): HostKeyLine[] {
  return [
    ...linesOf(known.get(computerId), t('SSH server')),
    ...linesOf(known.get(tunnelRecord(computerId)), t('SSH helper')),
  ];
}

function linesOf(record: KnownComputer | undefined, server: string): HostKeyLine[] {
  const keys = record?.hostKeys ?? [];
  return keys.map((base64) => {
    const blob = Buffer.from(base64, 'base64');
    const detail = [server, confirmation(record?.confirmed)].filter(Boolean).join(' · ');
    return { label: fingerprint(blob), description: keyType(blob), detail };
  });
}

function confirmation(confirmed: KnownComputer['confirmed']): string {
  if (!confirmed) return '';
  const date = new Date(confirmed.at).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
  switch (confirmed.by) {
    case 'api':
      return t('told over the API, {0}', date);
    case 'knownHosts':
      return t('found in known_hosts, {0}', date);
    case 'person':
      return t('trusted by you, {0}', date);
  }
}
