import type { Clock } from '../base/clock';
import type { Log } from '../base/log';
import { ConnectionPool } from './connection/connectionPool';
import { loadSsh2 } from './connection/loadSsh2';
import { SshConnector, type SshConnectorDeps } from './connection/sshConnector';
import { defaultTimeouts, type SshTimeouts } from './connection/timeouts';
import { type ConfirmHostKey, HostKeyVerifier, type LookUpKnownHost } from './hostKeys/hostKeyVerifier';
import type { KnownComputers } from './hostKeys/knownComputers';
import { KeyRotation } from './keys/keyRotation';
import { type IdentityDeps, IdentitySource } from './keys/keysToTry';
import { provision as provisionOverApi } from './provisioning/provision';

/** Dependencies of SSH: the service, storage of this machine, and questions to the user. */
export interface SshDeps extends Omit<IdentityDeps, 'library'> {
  readonly client: SshConnectorDeps['client'];
  readonly knownComputers: KnownComputers;
  readonly lookUpKnownHost: LookUpKnownHost;
  readonly confirmHostKey: ConfirmHostKey;
  readonly clock: Clock;
  readonly log: Log;
  /** Defaults to ssh2. */
  readonly library?: SshConnectorDeps['library'];
  /** Defaults to provisioning over the API. */
  readonly provision?: SshConnectorDeps['provision'];
  readonly timeouts?: SshTimeouts;
}

/** Creates the pool of SSH connections, and the rotation of the key that they use. */
export function createSsh(deps: SshDeps): { pool: ConnectionPool; rotation: KeyRotation } {
  const { client, config, knownComputers, extensionKey, log, library = loadSsh2 } = deps;
  const provision: SshConnectorDeps['provision'] =
    deps.provision ??
    ((computer, login, signal) => provisionOverApi(client, computer.id, login, log, signal));
  const connectorDeps: SshConnectorDeps = {
    ...{ library, config, extensionKey, knownComputers, provision, client, log },
    identities: new IdentitySource({ ...deps, library }),
    hostKeyVerifier: new HostKeyVerifier(knownComputers, deps.lookUpKnownHost, deps.confirmHostKey, log),
  };
  const connector = new SshConnector(connectorDeps, deps.timeouts ?? defaultTimeouts);
  return { pool: new ConnectionPool(connector, deps.clock), rotation: new KeyRotation(connectorDeps) };
}
