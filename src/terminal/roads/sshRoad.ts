import type { Computer } from '../../model/computer';
import type { SshConnection } from '../../ssh/connection';
import type { ConnectionPool } from '../../ssh/pool';
import { launchCommand } from '../launch/launch';
import { terminalType, type Session, type SessionMemory, type SessionRequest } from '../session';
import { SshSession, type Launched } from '../sshSession';
import type { Road, TravelOptions } from './road';

/** SSH: straight to the endpoint that the service names, or through the terminal gateway where it names none. */
export class SshRoad implements Road {
  /** Where terminals have left the shells that are kept for them. */
  private readonly places = new WeakMap<SessionMemory, number>();

  constructor(
    readonly name: 'ssh' | 'tunnel',
    private readonly pool: ConnectionPool,
  ) {}

  leadsTo(computer: Computer): boolean {
    return this.name === 'tunnel' || computer.ssh !== undefined;
  }

  async open(computer: Computer, request: SessionRequest, options: TravelOptions): Promise<Session> {
    const { shell, memory, env } = request;
    const way = this.name === 'ssh' ? 'direct' : 'tunnel';
    let carrying: SshConnection | undefined;
    let launched: Launched | undefined;
    const channel = await this.pool.channel(computer, { ...options, way }, (connection) => {
      carrying = connection;
      const size = request.size();
      const { rows, columns: cols } = size;
      const command = launchCommand(shell, size);
      const left = (place: number): unknown => this.places.set(memory, place);
      launched = command === undefined ? undefined : { size, place: this.places.get(memory), left };
      return connection.shell({ rows, cols, term: terminalType, env, command });
    });
    return new SshSession(channel, carrying, launched);
  }
}
