import { t } from '@vscode/l10n';
import type { Computer } from '../model/computer';
import type { ChannelOptions, ConnectionPool } from '../ssh/pool';
import { terminalType, type Session, type SessionRequest } from './session';
import { SshSession } from './sshSession';

/** A way to a shell on a running computer. */
export interface Road {
  /** Whether this computer can be reached this way. */
  leadsTo(computer: Computer): boolean;
  open(computer: Computer, request: SessionRequest, options: ChannelOptions): Promise<Session>;
}

/** No road leads to this computer. */
export class NoRoadError extends Error {
  override readonly name = 'NoRoadError';

  constructor(computer: Computer) {
    super(
      t(
        '{0} offers no SSH endpoint, so no terminal can be attached to it from here.\nOpen it at celesto.ai, or with the Celesto CLI: celesto computer ssh {0}',
        computer.name,
      ),
    );
  }
}

/** SSH over TCP, to the endpoint that the service names. */
export class DirectRoad implements Road {
  constructor(private readonly pool: ConnectionPool) {}

  leadsTo(computer: Computer): boolean {
    return computer.ssh !== undefined;
  }

  async open(computer: Computer, request: SessionRequest, options: ChannelOptions): Promise<Session> {
    const channel = await this.pool.channel(computer, options, (connection) => {
      const { rows, columns } = request.size();
      return connection.shell({ rows, cols: columns, term: terminalType, env: request.env });
    });
    return new SshSession(channel);
  }
}

/** The first of the roads that leads to a computer, in the order given. */
export function chooseRoad(roads: readonly Road[], computer: Computer): Road {
  const road = roads.find((candidate) => candidate.leadsTo(computer));
  if (!road) throw new NoRoadError(computer);
  return road;
}
