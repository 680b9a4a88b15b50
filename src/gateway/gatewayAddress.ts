import { t } from '@vscode/l10n';
import type { RecoveryFacts } from '../base/errors';

/** A gateway address or token of the service that is not safe to use. */
export class GatewayAddressError extends Error implements RecoveryFacts {
  override readonly name = 'GatewayAddressError';
  readonly isTransient = false;
  readonly allowsFallback = false;
}

const loopback = new Set(['localhost', '127.0.0.1', '[::1]']);
const maxUrlLength = 4_096;
const maxTokenLength = 16 * 1_024;

/**
 * Builds the address of a terminal or a display from the service's answer: the token goes into the query, where it replaces
 * an older one. The result holds a secret and must not be logged.
 * @throws GatewayAddressError for anything but wss (or ws to loopback), and for user names, fragments and excess length
 */
export function gatewayAddress(gatewayUrl: string, token: string): URL {
  const url = URL.canParse(gatewayUrl) ? new URL(gatewayUrl) : undefined;
  if (!url || gatewayUrl.length > maxUrlLength) throw unsafe(t('it is not a valid URL'));
  const local = url.protocol === 'ws:' && loopback.has(url.hostname);
  if (url.protocol !== 'wss:' && !local) throw unsafe(t('it is not encrypted'));
  if (url.username || url.password) throw unsafe(t('it names a user'));
  if (gatewayUrl.includes('#')) throw unsafe(t('it has a fragment'));
  if (token === '' || token.length > maxTokenLength) throw unsafe(t('its token is not valid'));
  url.searchParams.set('token', token);
  return url;
}

function unsafe(reason: string): GatewayAddressError {
  return new GatewayAddressError(
    t('The service gave an address that is not safe to use: {0}. Report it to Celesto.', reason),
  );
}
