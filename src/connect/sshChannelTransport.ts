import type { ClientChannel } from 'ssh2';
import type { Computer } from '../computers/computer';
import type { SshConnection } from '../ssh/connection/connection';
import type { ConnectionPool } from '../ssh/connection/connectionPool';
import type { SshTransportName } from '../ssh/connection/sshTransport';
import type { ConnectOptions, Transport, TransportMessages } from './transport';
import { transportMessages } from './transportMessages';

/** Opens a channel on a connection. */
export type ChannelRequest = (connection: SshConnection) => Promise<ClientChannel>;

/** A channel, and the connection that carries it. */
export interface ChannelHandle {
  readonly channel: ClientChannel;
  readonly connection: SshConnection | undefined;
}

/** SSH for channels of any kind: over TCP to the computer's endpoint, or through the terminal gateway. */
export class SshChannelTransport implements Transport<ChannelRequest, ChannelHandle, SshTransportName> {
  readonly messages: TransportMessages;

  constructor(
    readonly name: SshTransportName,
    private readonly pool: ConnectionPool,
  ) {
    this.messages = transportMessages[name];
  }

  supports(computer: Computer): boolean {
    return this.name === 'tunnel' || computer.ssh !== undefined;
  }

  async open(computer: Computer, request: ChannelRequest, options: ConnectOptions): Promise<ChannelHandle> {
    let connection: SshConnection | undefined;
    const channel = await this.pool.channel(computer, { ...options, transport: this.name }, (used) => {
      connection = used;
      return request(used);
    });
    return { channel, connection };
  }
}
