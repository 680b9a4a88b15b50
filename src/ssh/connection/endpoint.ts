import { isIPv6 } from 'node:net';
import { t } from '@vscode/l10n';
import type { RecoveryFacts } from '../../base/errors';
import { truncate } from '../../base/text';

/** Address and user of an SSH server. */
export interface Endpoint {
  readonly user: string;
  /** A host name or an address; IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
  /** Set for the tunnel through the terminal gateway: the host is then the name of the computer. */
  readonly through?: 'gateway';
}

/** An SSH endpoint of the service that cannot be parsed. */
export class EndpointError extends Error implements RecoveryFacts {
  override readonly name = 'EndpointError';
  readonly isTransient = false;
  readonly allowsFallback = true;
}

const userPart = String.raw`(?<user>[A-Za-z0-9_][A-Za-z0-9._-]*)`;
const hostPart = String.raw`(?:\[(?<v6>[0-9A-Fa-f:.]+)\]|(?<host>[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?))`;
const formats = [
  new RegExp(String.raw`^${userPart}@${hostPart}(?::(?<port>\d+))?$`),
  new RegExp(String.raw`^ssh://${userPart}@${hostPart}(?::(?<port>\d+))?/?$`),
  new RegExp(String.raw`^ssh\s+${userPart}@${hostPart}(?:\s+-p\s*(?<port>\d+))?$`),
  new RegExp(String.raw`^ssh\s+-p\s*(?<port>\d+)\s+${userPart}@${hostPart}$`),
];

/**
 * Reads `connection.ssh` of a computer: `user@host`, `user@host:port`, `ssh user@host -p N`, `ssh -p N user@host` or
 * `ssh://user@host:port`, with IPv6 addresses in brackets. No part of it reaches a shell.
 * @param defaultPort used where the text names none
 * @throws EndpointError for anything else
 */
export function parseEndpoint(text: string, defaultPort = 22): Endpoint {
  const groups = formats.map((spelling) => spelling.exec(text.trim())?.groups).find((match) => match);
  const user = groups?.user;
  const host = groups?.v6 ?? groups?.host;
  const port = Number(groups?.port ?? defaultPort);
  const plausible = port >= 1 && port <= 65_535 && (groups?.v6 === undefined || isIPv6(groups.v6));
  if (user === undefined || host === undefined || !plausible) {
    throw new EndpointError(
      t(
        'The service gave an SSH endpoint that cannot be read: "{0}". Report it to Celesto.',
        truncate(text, 120),
      ),
    );
  }
  return { user, host, port };
}

/** Formats an endpoint for the user: `user@host:port`, with IPv6 in brackets. */
export function formatEndpoint({ user, host, port, through }: Endpoint): string {
  if (through === 'gateway') return t('{0} (through its terminal gateway)', `${user}@${host}`);
  return `${user}@${isIPv6(host) ? `[${host}]` : host}:${port}`;
}
