import type { ClientChannel } from 'ssh2';
import type { Computer } from '../computers/computer';
import type { SshConnection } from '../ssh/connection/connection';
import type { ConnectionPool } from '../ssh/connection/connectionPool';
import type { Transport, ConnectOptions } from './transport';

/** Asks a connection for a channel. */
export type ChannelRequest = (connection: SshConnection) => Promise<ClientChannel>;

/** A channel, and the connection that carries it. */
export interface ChannelHandle {
  readonly channel: ClientChannel;
  readonly connection: SshConnection | undefined;
}

/** SSH for any channel: straight to the endpoint that the service names, or through the terminal gateway. */
export class ChannelTransport implements Transport<ChannelRequest, ChannelHandle> {
  constructor(
    readonly name: 'ssh' | 'tunnel',
    private readonly pool: ConnectionPool,
  ) {}

  supports(computer: Computer): boolean {
    return this.name === 'tunnel' || computer.ssh !== undefined;
  }

  async open(computer: Computer, request: ChannelRequest, options: ConnectOptions): Promise<ChannelHandle> {
    let connection: SshConnection | undefined;
    const channel = await this.pool.channel(computer, { ...options, transport: this.name }, (carrying) => {
      connection = carrying;
      return request(carrying);
    });
    return { channel, connection };
  }
}
