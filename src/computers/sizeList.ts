import { t } from '@vscode/l10n';
import { isApiError } from '../api/apiErrors';
import type { CelestoClient } from '../api/client';
import type { Size } from '../api/wire';
import { messageOf } from '../base/errors';

/** The sizes that the service offers. */
export type SizeList =
  | { readonly kind: 'listed'; readonly sizes: readonly Size[] }
  /** The service has no sizes: CPUs, memory and disk are free numbers. */
  | { readonly kind: 'none' }
  /** Sizes may exist, but cannot be read now. */
  | { readonly kind: 'unreadable'; readonly reason: string };

/** Milliseconds for reading the sizes: a new computer can do without. */
const readTimeoutMs = 5_000;

/** Reads the sizes anew, since a computer of one is billed by its price. Never rejects, and answers within seconds. */
export async function readSizes(
  client: Pick<CelestoClient, 'sizes'>,
  limit = AbortSignal.timeout(readTimeoutMs),
): Promise<SizeList> {
  try {
    const sizes = await client.sizes(limit);
    return sizes.length > 0 ? { kind: 'listed', sizes } : { kind: 'none' };
  } catch (error) {
    if (isApiError(error, 'notFound')) return { kind: 'none' };
    const reason = limit.aborted ? t('Celesto did not respond in time.') : messageOf(error);
    return { kind: 'unreadable', reason };
  }
}

/** Finds a size by the id that a user wrote, in upper or lower case. */
export function findSize(sizes: readonly Size[], id: string): Size | undefined {
  const wanted = id.trim().toLowerCase();
  return sizes.find((size) => size.id.toLowerCase() === wanted);
}
