import { once } from 'node:events';
import type { ClientChannel } from 'ssh2';
import { wrapForAnyShell } from '../../shell/quoting';
import type { Size } from '../../shell/shellSession';
import type { SshConnection } from '../../ssh/connection/connection';
import { SshSession } from '../../terminal/sshSession';
import type { CommandExecution } from './commandExecution';
import { killScript } from './runId';

const ctrlC = '\x03';

/** A command on an SSH channel: with a terminal, or without one where it is given its input. */
export class SshExecution implements CommandExecution {
  readonly onData: CommandExecution['onData'];
  readonly onEnd: CommandExecution['onEnd'];
  private readonly session: SshSession;
  private readonly hasTerminal: boolean;

  constructor(
    private readonly channel: ClientChannel,
    private readonly connection: SshConnection | undefined,
    private readonly runId: string,
    input: string | undefined,
  ) {
    this.session = new SshSession(channel, connection);
    this.onData = this.session.onData;
    this.onEnd = this.session.onEnd;
    this.hasTerminal = input === undefined;
    if (input !== undefined) channel.end(input);
  }

  write(text: string): void {
    if (this.hasTerminal) this.session.write(text);
  }

  resize(size: Size): void {
    if (this.hasTerminal) this.session.resize(size);
  }

  pause(): void {
    this.session.pause();
  }

  resume(): void {
    this.session.resume();
  }

  interrupt(): void {
    if (this.hasTerminal) this.session.write(ctrlC);
    else this.channel.signal('INT');
  }

  /**
   * Sends SIGKILL over the channel, and runs the kill script as well: a server need not pass signals on (RFC 4254,
   * section 6.9), and a command may survive its terminal.
   */
  kill(): void {
    this.channel.signal('KILL');
    if (this.connection) void killRun(this.connection, this.runId).then(() => this.session.close());
  }
}

/** Runs the kill script of a run over a connection. Never rejects. */
export async function killRun(connection: SshConnection, runId: string): Promise<void> {
  try {
    const channel = await connection.exec(wrapForAnyShell(killScript(runId)));
    await once(channel.resume(), 'close');
  } catch {
    // Without the connection there is no other way to reach the processes.
  }
}
