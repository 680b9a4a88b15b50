import type { CelestoClient } from '../../api/client';
import type { Clock } from '../../base/clock';
import type { Log } from '../../base/log';
import type { Lifecycle } from '../../computers/lifecycle';
import { ComputerConnector } from '../../connect/computerConnector';
import type { Transport, TransportName } from '../../connect/transport';
import type { TransportCache } from '../../connect/transportCache';
import { TransportSelector, type TransportSetting } from '../../connect/transportSelector';
import type { ConnectionPool } from '../../ssh/connection/connectionPool';
import type { CommandRequest } from './command';
import type { CommandExecution } from './commandExecution';
import type { CommandConnector } from './runTarget';
import { ServiceCommandTransport } from './serviceCommandTransport';
import { SshCommandTransport } from './sshCommandTransport';

export interface CommandConnectorDeps {
  readonly client: CelestoClient;
  /** Has the latest credentials, and works while the window closes. */
  readonly lastClient: CelestoClient;
  readonly lifecycle: Lifecycle;
  readonly pool: ConnectionPool;
  readonly transportCache: TransportCache;
  readonly transport: () => TransportSetting;
  /** Milliseconds that a start may take. */
  readonly startTimeoutMs: () => number;
  readonly clock: Clock;
  readonly log: Log;
}

/** Creates the connector of commands. Its transports are SSH, SSH through the gateway, and the service's exec call. */
export function createCommandConnector(deps: CommandConnectorDeps): CommandConnector {
  const { client, lastClient, lifecycle, pool, transportCache, startTimeoutMs, clock, log } = deps;
  const transports = new TransportSelector<Transport<CommandRequest, CommandExecution>>(
    [
      new SshCommandTransport('ssh', pool),
      new SshCommandTransport('tunnel', pool),
      new ServiceCommandTransport({ client, lastClient, clock, log }),
    ],
    () => commandTransport(deps.transport()),
    transportCache,
  );
  return new ComputerConnector(lifecycle, transports, startTimeoutMs);
}

/** Replaces the gateway, which carries terminals only. */
function commandTransport(setting: TransportSetting): TransportSetting<TransportName | 'service'> {
  return setting === 'gateway' ? 'service' : setting;
}
