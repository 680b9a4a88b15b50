import { t } from '@vscode/l10n';
import type { ClientChannel } from 'ssh2';
import type { Computer } from '../../computers/computer';
import type { SshConnection } from '../../ssh/connection/connection';
import { SshError } from '../../ssh/errors';
import type { ConnectionPool } from '../../ssh/connection/connectionPool';
import { ChannelTransport } from '../../connect/channelTransport';
import type { Transport, ConnectOptions } from '../../connect/transport';
import { terminalType } from '../../shell/session';
import type { CommandExecution } from './commandExecution';
import { newRunId } from './runId';
import type { CommandRequest } from './command';
import { loginCommand } from './commandScript';
import { SshExecution, killRun } from './sshExecution';

/** What a command is told of its terminal. Servers take only the names they are set up to take. */
const env = { COLORTERM: 'truecolor', LANG: 'C.UTF-8' };

/** The link broke while the command was on its way. It is not sent again by itself, since it may have run. */
export class MayHaveRunError extends Error {
  override readonly name = 'UnsureError';

  constructor(cause: SshError) {
    super(
      t(
        'The connection broke just as the command was sent: {0}. It may have run; look before you run it again.',
        cause.reason,
      ),
      { cause },
    );
  }
}

/** SSH, to run a command: straight to the endpoint that the service names, or through the terminal gateway. */
export class SshCommandTransport implements Transport<CommandRequest, CommandExecution> {
  private readonly channelTransport: ChannelTransport;

  constructor(
    readonly name: 'ssh' | 'tunnel',
    pool: ConnectionPool,
  ) {
    this.channelTransport = new ChannelTransport(name, pool);
  }

  supports(computer: Computer): boolean {
    return this.channelTransport.supports(computer);
  }

  /** @throws UnsureError, CommandError, or as {@link ConnectionPool.channel} */
  async open(
    computer: Computer,
    request: CommandRequest,
    options: ConnectOptions,
  ): Promise<CommandExecution> {
    const mark = newRunId();
    const command = loginCommand(request.command, mark);
    const { channel, connection } = await this.channelTransport.open(
      computer,
      async (line) => {
        const channel = await reportAmbiguousLoss(line, () => openChannel(line, request, command));
        // Whoever cancelled leaves the channel behind, and the command may live on without it.
        if (options.signal.aborted) void killRun(line, mark);
        return channel;
      },
      options,
    );
    return new SshExecution(channel, connection, mark, request.command.input);
  }
}

function openChannel(
  connection: SshConnection,
  { command: { input }, size }: CommandRequest,
  command: string,
): Promise<ClientChannel> {
  if (input !== undefined) return connection.exec(command);
  const { rows, columns: cols } = size();
  return connection.shell({ rows, cols, term: terminalType, env, command });
}

async function reportAmbiguousLoss<T>(connection: SshConnection, send: () => Promise<T>): Promise<T> {
  const wasClosed = connection.closed;
  try {
    return await send();
  } catch (error) {
    const broke = error instanceof SshError && (error.problem === 'closed' || error.problem === 'silent');
    throw broke && !wasClosed ? new MayHaveRunError(error) : error;
  }
}
