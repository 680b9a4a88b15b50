import type { Computer } from '../computers/computer';
import { type ChannelRequest, SshChannelTransport } from '../connect/sshChannelTransport';
import type { ConnectOptions, Transport, TransportMessages } from '../connect/transport';
import { transportMessages } from '../connect/transportMessages';
import { launchCommand } from '../shell/launchCommand';
import { type Session, type SessionMemory, type SessionRequest, terminalType } from '../shell/shellSession';
import type { ConnectionPool } from '../ssh/connection/connectionPool';
import type { SshTransportName } from '../ssh/connection/sshTransport';
import { type ShellLaunch, SshSession } from './sshSession';

/** Shells over SSH: over TCP to the computer's endpoint, or through the terminal gateway. */
export class SshShellTransport implements Transport {
  readonly messages: TransportMessages;
  /** The scroll position at which each terminal left its persistent shell. */
  private readonly scrollPositions = new WeakMap<SessionMemory, number>();
  private readonly channels: SshChannelTransport;

  constructor(
    readonly name: SshTransportName,
    pool: ConnectionPool,
  ) {
    this.messages = transportMessages[name];
    this.channels = new SshChannelTransport(name, pool);
  }

  supports(computer: Computer): boolean {
    return this.channels.supports(computer);
  }

  async open(computer: Computer, request: SessionRequest, options: ConnectOptions): Promise<Session> {
    const { shell, memory, env } = request;
    let launch: ShellLaunch | undefined;
    const openShell: ChannelRequest = async (connection) => {
      const size = await request.size();
      const { rows, columns: cols } = size;
      const command = launchCommand(shell, size);
      const lastPosition = this.scrollPositions.get(memory);
      const onLeave = (position: number): unknown => this.scrollPositions.set(memory, position);
      launch = command === undefined ? undefined : { name: shell.name, size, lastPosition, onLeave };
      return connection.shell({ rows, cols, term: terminalType, env, command });
    };
    const { channel, connection } = await this.channels.open(computer, openShell, options);
    return new SshSession(channel, connection, launch);
  }
}
