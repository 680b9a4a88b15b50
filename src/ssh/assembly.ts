import type { Clock } from '../util/clock';
import type { Log } from '../util/log';
import { Connector, type ConnectorParts } from './connector';
import { HostTrust, type AskTrust, type LookUpHost } from './hostTrust';
import { IdentitySource, type IdentityParts } from './identities';
import { introduce as introduceOverApi } from './introduction';
import type { KnownComputers } from './knownComputers';
import { loadSsh2 } from './library';
import { defaultPatience, type Patience } from './patience';
import { ConnectionPool } from './pool';
import { Rotation } from './rotation';

/** What SSH needs from outside: the service, what is kept on this machine, and a person to ask. */
export interface SshSurroundings extends Omit<IdentityParts, 'library'> {
  readonly client: ConnectorParts['client'];
  readonly known: KnownComputers;
  readonly knownHosts: LookUpHost;
  readonly askTrust: AskTrust;
  readonly clock: Clock;
  readonly log: Log;
  /** ssh2 unless said. */
  readonly library?: ConnectorParts['library'];
  /** Over the API unless said. */
  readonly introduce?: ConnectorParts['introduce'];
  readonly patience?: Patience;
}

/** Puts together what makes SSH connections. */
export function assembleSsh(outside: SshSurroundings): { pool: ConnectionPool; rotation: Rotation } {
  const { client, config, known, ownKey, log, library = loadSsh2 } = outside;
  const introduce: ConnectorParts['introduce'] =
    outside.introduce ??
    ((computer, login, signal) => introduceOverApi(client, computer.id, login, log, signal));
  const parts: ConnectorParts = {
    ...{ library, config, ownKey, known, introduce, client, log },
    identities: new IdentitySource({ ...outside, library }),
    trust: new HostTrust(known, outside.knownHosts, outside.askTrust, log),
  };
  const connector = new Connector(parts, outside.patience ?? defaultPatience);
  return { pool: new ConnectionPool(connector, outside.clock), rotation: new Rotation(parts) };
}
