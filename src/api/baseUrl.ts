import { t } from '@vscode/l10n';

/** Where the service is when nothing else is said. */
export const defaultBaseUrl = 'https://api.celesto.ai';

const loopback = new Set(['localhost', '127.0.0.1', '[::1]']);

/** A base URL that may not be used, with a sentence that says why. */
export class BaseUrlError extends Error {
  override readonly name = 'BaseUrlError';
}

/**
 * Reads the address of the service. Both published spellings are accepted, with and without a trailing `/v1`.
 * @returns the origin, without a slash at the end
 * @throws BaseUrlError for anything but https (or http to loopback), and for user names, paths, queries and fragments
 */
export function parseBaseUrl(text: string): string {
  const trimmed = text.trim();
  const url = URL.canParse(trimmed) ? new URL(trimmed) : undefined;
  if (!url) throw new BaseUrlError(t('The service address "{0}" is not a URL.', trimmed));
  const local = url.protocol === 'http:' && loopback.has(url.hostname);
  if (url.protocol !== 'https:' && !local) {
    throw new BaseUrlError(
      t('The service address must begin with https://. Plain http is only for this machine.'),
    );
  }
  const path = url.pathname.replace(/\/+$/, '');
  if (url.username || url.password || url.search || url.hash || (path !== '' && path !== '/v1')) {
    throw new BaseUrlError(t('The service address may hold a host and a port, nothing more.'));
  }
  return url.origin;
}
