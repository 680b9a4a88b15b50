import { t } from '@vscode/l10n';
import { formatEndpoint, parseEndpoint } from '../ssh/connection/endpoint';
import type { TransportMessages, TransportName } from './transport';

const gatewayMessages: TransportMessages = {
  connecting: ({ name }) => t('Opening a plain terminal on {0}…', name),
  fallback: () => t('Using a plain terminal instead.'),
};

const sshFallback = (): string => t('Using SSH through its terminal gateway instead.');

/** Sentences of the transports that all kinds of sessions share. */
export const transportMessages: Readonly<Record<TransportName, TransportMessages>> = {
  ssh: {
    /** @throws EndpointError */
    connecting: ({ ssh = '' }) => t('Connecting to {0}…', formatEndpoint(parseEndpoint(ssh))),
    fallback: sshFallback,
  },
  tunnel: {
    connecting: ({ name }) => t('Connecting to {0} through its terminal gateway…', name),
    fallback: sshFallback,
  },
  gateway: gatewayMessages,
};
