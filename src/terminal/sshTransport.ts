import type { Computer } from '../computers/computer';
import type { ConnectionPool } from '../ssh/connection/connectionPool';
import { launchCommand } from '../shell/launchCommand';
import { terminalType, type Session, type SessionMemory, type SessionRequest } from '../shell/session';
import { SshSession, type ShellLaunch } from './sshSession';
import { ChannelTransport, type ChannelRequest } from '../connect/channelTransport';
import type { Transport, ConnectOptions } from '../connect/transport';

/** SSH: straight to the endpoint that the service names, or through the terminal gateway where it names none. */
export class SshTransport implements Transport {
  /** Where terminals have left the shells that are kept for them. */
  private readonly places = new WeakMap<SessionMemory, number>();
  private readonly channels: ChannelTransport;

  constructor(
    readonly name: 'ssh' | 'tunnel',
    pool: ConnectionPool,
  ) {
    this.channels = new ChannelTransport(name, pool);
  }

  supports(computer: Computer): boolean {
    return this.channels.supports(computer);
  }

  async open(computer: Computer, request: SessionRequest, options: ConnectOptions): Promise<Session> {
    const { shell, memory, env } = request;
    let launched: ShellLaunch | undefined;
    const ask: ChannelRequest = async (line) => {
      const size = await request.size();
      const { rows, columns: cols } = size;
      const command = launchCommand(shell, size);
      const left = (place: number): unknown => this.places.set(memory, place);
      const place = this.places.get(memory);
      launched = command === undefined ? undefined : { name: shell.name, size, place, left };
      return line.shell({ rows, cols, term: terminalType, env, command });
    };
    const { channel, connection } = await this.channels.open(computer, ask, options);
    return new SshSession(channel, connection, launched);
  }
}
