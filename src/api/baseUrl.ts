import { t } from '@vscode/l10n';

/** The address of the service unless a setting or the environment names another one. */
export const defaultBaseUrl = 'https://api.celesto.ai';

const loopbackHosts = new Set(['localhost', '127.0.0.1', '[::1]']);

/** A service address that must not be used. `message` tells the user why. */
export class BaseUrlError extends Error {
  override readonly name = 'BaseUrlError';
}

/**
 * Parses the address of the service. Both published spellings are accepted, with and without a trailing `/v1`.
 * @returns the origin, without a trailing slash
 * @throws BaseUrlError for anything but https (or http to loopback), and for user names, paths, queries and fragments
 */
export function parseBaseUrl(text: string): string {
  const trimmed = text.trim();
  const url = URL.canParse(trimmed) ? new URL(trimmed) : undefined;
  if (!url) throw new BaseUrlError(t('The service address "{0}" is not a URL.', trimmed));
  const isLocal = url.protocol === 'http:' && loopbackHosts.has(url.hostname);
  if (url.protocol !== 'https:' && !isLocal) {
    throw new BaseUrlError(
      t('The service address must start with https://. Plain http is allowed only for this machine.'),
    );
  }
  const path = url.pathname.replace(/\/+$/, '');
  if (url.username || url.password || url.search || url.hash || (path !== '' && path !== '/v1')) {
    throw new BaseUrlError(t('The service address may contain only a host and a port.'));
  }
  return url.origin;
}
