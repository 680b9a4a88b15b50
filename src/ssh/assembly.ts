import type { Clock } from '../base/clock';
import type { Log } from '../base/log';
import { Connector, type ConnectorParts } from './connection/connector';
import { HostTrust, type AskTrust, type LookUpHost } from './hostKeys/hostTrust';
import { IdentitySource, type IdentityParts } from './keys/identities';
import { introduce as introduceOverApi } from './provisioning/introduction';
import type { KnownComputers } from './hostKeys/knownComputers';
import { loadSsh2 } from './connection/library';
import { defaultPatience, type Patience } from './connection/patience';
import { ConnectionPool } from './connection/pool';
import { Rotation } from './keys/rotation';

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
