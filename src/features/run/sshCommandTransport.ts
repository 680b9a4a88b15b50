import { t } from '@vscode/l10n';
import type { ClientChannel } from 'ssh2';
import type { Computer } from '../../computers/computer';
import { SshChannelTransport } from '../../connect/sshChannelTransport';
import type { ConnectOptions, Transport, TransportMessages } from '../../connect/transport';
import { transportMessages } from '../../connect/transportMessages';
import { terminalType } from '../../shell/shellSession';
import type { SshConnection } from '../../ssh/connection/connection';
import type { ConnectionPool } from '../../ssh/connection/connectionPool';
import type { SshTransportName } from '../../ssh/connection/sshTransport';
import { SshError } from '../../ssh/sshErrors';
import type { CommandRequest } from './command';
import type { CommandExecution } from './commandExecution';
import { loginCommand } from './commandScript';
import { newRunId } from './runId';
import { killRun, SshExecution } from './sshExecution';

/** Variables that describe the terminal. A server accepts those of its AcceptEnv (sshd_config(5)). */
const env = { COLORTERM: 'truecolor', LANG: 'C.UTF-8' };

/** The connection broke while the command was being sent. It may have run, so it is not sent again automatically. */
export class MayHaveRunError extends Error {
  override readonly name = 'MayHaveRunError';

  constructor(cause: SshError) {
    super(
      t(
        'The connection was lost while the command was being sent: {0}. It may have run. Check before you run it again.',
        cause.reason,
      ),
      { cause },
    );
  }
}

/** Runs commands over SSH: directly to the endpoint of the computer, or through the terminal gateway. */
export class SshCommandTransport implements Transport<CommandRequest, CommandExecution> {
  readonly messages: TransportMessages;
  private readonly channelTransport: SshChannelTransport;

  constructor(
    readonly name: SshTransportName,
    pool: ConnectionPool,
  ) {
    this.messages = transportMessages[name];
    this.channelTransport = new SshChannelTransport(name, pool);
  }

  supports(computer: Computer): boolean {
    return this.channelTransport.supports(computer);
  }

  /** @throws MayHaveRunError, CommandError, or as {@link ConnectionPool.channel} */
  async open(
    computer: Computer,
    request: CommandRequest,
    options: ConnectOptions,
  ): Promise<CommandExecution> {
    const runId = newRunId();
    const command = loginCommand(request.command, runId);
    const { channel, connection } = await this.channelTransport.open(
      computer,
      async (sshConnection) => {
        const channel = await reportAmbiguousLoss(sshConnection, () =>
          openChannel(sshConnection, request, command),
        );
        // A cancelled caller does not take the channel, and the command may outlive it.
        if (options.signal.aborted) void killRun(sshConnection, runId);
        return channel;
      },
      options,
    );
    return new SshExecution(channel, connection, runId, request.command.input);
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

/** @throws MayHaveRunError where an open connection broke while sending; other errors as they are */
async function reportAmbiguousLoss<T>(connection: SshConnection, send: () => Promise<T>): Promise<T> {
  const wasClosed = connection.closed;
  try {
    return await send();
  } catch (error) {
    const broke = error instanceof SshError && (error.problem === 'closed' || error.problem === 'silent');
    throw broke && !wasClosed ? new MayHaveRunError(error) : error;
  }
}
