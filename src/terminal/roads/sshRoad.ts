import type { Computer } from '../../model/computer';
import type { SshConnection } from '../../ssh/connection';
import type { ConnectionPool } from '../../ssh/pool';
import { terminalType, type Session, type SessionRequest } from '../session';
import { SshSession } from '../sshSession';
import type { Road, TravelOptions } from './road';

/** SSH: straight to the endpoint that the service names, or through the terminal gateway where it names none. */
export class SshRoad implements Road {
  constructor(
    readonly name: 'ssh' | 'tunnel',
    private readonly pool: ConnectionPool,
  ) {}

  leadsTo(computer: Computer): boolean {
    return this.name === 'tunnel' || computer.ssh !== undefined;
  }

  async open(computer: Computer, request: SessionRequest, options: TravelOptions): Promise<Session> {
    const way = this.name === 'ssh' ? 'direct' : 'tunnel';
    let carrying: SshConnection | undefined;
    const channel = await this.pool.channel(computer, { ...options, way }, (connection) => {
      carrying = connection;
      const { rows, columns } = request.size();
      return connection.shell({ rows, cols: columns, term: terminalType, env: request.env });
    });
    return new SshSession(channel, carrying);
  }
}
