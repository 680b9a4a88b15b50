import type { ClientChannel } from 'ssh2';
import type { Computer } from '../../model/computer';
import type { SshConnection } from '../../ssh/connection';
import type { ConnectionPool } from '../../ssh/pool';
import type { Road, TravelOptions } from './road';

/** Asks a connection for a channel. */
export type ChannelRequest = (connection: SshConnection) => Promise<ClientChannel>;

/** A channel, and whether the connection that carries it has ended. */
export interface Carried {
  readonly channel: ClientChannel;
  readonly broke: () => boolean;
}

/** SSH for any channel: the roads of terminals that lead further than to a shell. */
export class ChannelRoad implements Road<ChannelRequest, Carried> {
  constructor(
    readonly name: 'ssh' | 'tunnel',
    private readonly pool: ConnectionPool,
  ) {}

  leadsTo(computer: Computer): boolean {
    return this.name === 'tunnel' || computer.ssh !== undefined;
  }

  async open(computer: Computer, request: ChannelRequest, options: TravelOptions): Promise<Carried> {
    const way = this.name === 'ssh' ? 'direct' : 'tunnel';
    let carrying: SshConnection | undefined;
    const channel = await this.pool.channel(computer, { ...options, way }, (connection) => {
      carrying = connection;
      return request(connection);
    });
    return { channel, broke: () => carrying?.failure !== undefined };
  }
}
