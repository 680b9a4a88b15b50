import { t } from '@vscode/l10n';
import type { PublishedPort } from '../api/wire';
import { printable } from '../base/text';

type WithStatus = Pick<PublishedPort, 'status'>;

/** Not reachable any more; the service still lists it for a while. */
export function isUnpublished({ status }: WithStatus): boolean {
  return status === 'unpublished';
}

export function hasFailedToPublish({ status }: WithStatus): boolean {
  return status === 'error';
}

/** Changes by itself soon: publishing, unpublishing. */
export function isPortChanging({ status }: WithStatus): boolean {
  return status.endsWith('ing');
}

/** The status, or the address once there is one, as shown to users. */
export function publishedPortLabel({ status, url }: PublishedPort): string {
  switch (status) {
    case 'publishing':
      return t('publishing…');
    case 'unpublishing':
      return t('unpublishing…');
    case 'error':
      return t('could not be published');
    case 'published':
      return url ?? t('publishing…');
    default:
      return url ?? printable(status);
  }
}
