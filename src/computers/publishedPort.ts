import { t } from '@vscode/l10n';
import type { PublishedPort } from '../api/wire';
import { printable } from '../base/text';

type WithStatus = Pick<PublishedPort, 'status'>;

/** The use of a port's address, whatever the service calls its status. */
export type PortState =
  /** Anyone can reach it. */
  | 'published'
  /** Not reachable while its computer does not run. */
  | 'suspended'
  /** Changes by itself soon. */
  | 'changing'
  | 'failed'
  /** A status newer than this extension. */
  | 'unknown';

export function portStateOf({ status, url }: PublishedPort): PortState {
  if (status === 'published') return url === null ? 'changing' : 'published';
  if (status === 'suspended') return 'suspended';
  if (status === 'error') return 'failed';
  return isPortChanging({ status }) ? 'changing' : 'unknown';
}

/** Not reachable any more; the service still lists it for a while. */
export function isUnpublished({ status }: WithStatus): boolean {
  return status === 'unpublished';
}

/** Changes by itself soon: publishing, unpublishing. */
export function isPortChanging({ status }: WithStatus): boolean {
  return status.endsWith('ing');
}

/** The status of a computer's port, or the address once it can be reached, as shown to users. */
export function publishedPortLabel(port: PublishedPort, computerName: string): string {
  switch (portStateOf(port)) {
    case 'published':
      return port.url ?? '';
    case 'suspended':
      return t('suspended until {0} runs again', computerName);
    case 'failed':
      return t('could not be published');
    case 'changing':
      return changingLabel(port);
    case 'unknown':
      return printable(port.status);
  }
}

function changingLabel({ status }: WithStatus): string {
  if (status === 'published' || status === 'publishing') return t('publishing…');
  return status === 'unpublishing' ? t('unpublishing…') : printable(status);
}
