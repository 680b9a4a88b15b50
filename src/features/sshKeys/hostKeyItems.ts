import { t } from '@vscode/l10n';
import { fingerprint, keyType } from '../../ssh/hostKeys/fingerprint';
import type { KnownComputers, KnownServer } from '../../ssh/hostKeys/knownComputers';

/** A pinned host key as an item of a quick pick: fingerprint, type, server and confirmation. */
export interface HostKeyItem {
  readonly label: string;
  readonly description: string;
  readonly detail: string;
}

/** Lists the pinned host keys of a computer: those of its own SSH server, and that of the server of its SSH helper. */
export function hostKeyItems(knownComputers: KnownComputers, computerId: string): HostKeyItem[] {
  const { ssh, tunnel } = knownComputers.get(computerId);
  return [...itemsOf(ssh, t('SSH server')), ...itemsOf(tunnel, t('SSH helper'))];
}

function itemsOf(known: KnownServer | undefined, server: string): HostKeyItem[] {
  const keys = known?.hostKeys ?? [];
  return keys.map((base64) => {
    const blob = Buffer.from(base64, 'base64');
    const detail = [server, confirmation(known?.confirmed)].filter(Boolean).join(' · ');
    return { label: fingerprint(blob), description: keyType(blob), detail };
  });
}

/** Names the source that confirmed the host keys, and the date. */
function confirmation(confirmed: KnownServer['confirmed']): string {
  if (!confirmed) return '';
  const date = new Date(confirmed.at).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
  switch (confirmed.by) {
    case 'api':
      return t('confirmed by the API, {0}', date);
    case 'knownHosts':
      return t('found in known_hosts, {0}', date);
    case 'person':
      return t('trusted by you, {0}', date);
  }
}
