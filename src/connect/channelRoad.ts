import type { ClientChannel } from 'ssh2';
import type { Computer } from '../computers/computer';
import type { SshConnection } from '../ssh/connection/connection';
import type { ConnectionPool } from '../ssh/connection/pool';
import type { Road, TravelOptions } from './road';

/** Asks a connection for a channel. */
export type ChannelRequest = (connection: SshConnection) => Promise<ClientChannel>;

/** A channel, and the connection that carries it. */
export interface Carried {
  readonly channel: ClientChannel;
  readonly connection: SshConnection | undefined;
}

/** SSH for any channel: straight to the endpoint that the service names, or through the terminal gateway. */
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
    let connection: SshConnection | undefined;
    const channel = await this.pool.channel(computer, { ...options, way }, (carrying) => {
      connection = carrying;
      return request(carrying);
    });
    return { channel, connection };
  }
}
