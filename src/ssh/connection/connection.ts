import type { Duplex } from 'node:stream';
import type { Client, ClientChannel, SFTPWrapper } from 'ssh2';
import { Emitter } from '../../base/emitter';
import { PortError, SshError } from '../sshErrors';
import type { Endpoint } from './endpoint';
import { sendKeepAlive } from './keepAlive';
import type { Negotiated } from './negotiatedAlgorithms';
import { terminalModes } from './terminalModes';
import type { SshTimeouts } from './timeouts';

/** A shell to open: size and type of its terminal, its environment, and its command. */
export interface ShellRequest {
  readonly rows: number;
  readonly cols: number;
  readonly term: string;
  readonly env: Readonly<Record<string, string>>;
  /** Runs in place of the login shell. */
  readonly command?: string | undefined;
}

/** One authenticated SSH connection to a computer. It carries any number of channels. */
export class SshConnection {
  private readonly closeEmitter = new Emitter<SshError>();
  private cause: SshError | undefined;
  private lastError: unknown;
  private ending = false;
  private probeTimer: NodeJS.Timeout | undefined;
  private probeFailed = false;

  /** Fires once, when the connection has ended for any reason. */
  readonly onDidClose = this.closeEmitter.event;

  constructor(
    private readonly client: Client,
    private readonly socket: Pick<Duplex, 'destroy'>,
    readonly endpoint: Endpoint,
    private readonly timeouts: Pick<SshTimeouts, 'channel' | 'disconnect' | 'probe'>,
    readonly negotiated?: Negotiated,
  ) {
    // This listener is never removed: an 'error' without one would end the extension host.
    client.on('error', (error) => (this.lastError = error));
    client.once('close', () => {
      this.endProbe();
      this.cause = new SshError(this.isUnresponsive ? 'silent' : 'closed', endpoint, this.lastError);
      this.closeEmitter.fire(this.cause);
      this.closeEmitter.dispose();
    });
  }

  /** True once no further channel can be opened: end() was called, or the connection has ended. */
  get closed(): boolean {
    return this.ending || this.cause !== undefined;
  }

  /** Reason for the end; undefined before it. */
  get failure(): SshError | undefined {
    return this.cause;
  }

  /** Opens a login shell, or its replacement, in a terminal. Rejects with an SshError. */
  shell({ env, command, ...terminal }: ShellRequest): Promise<ClientChannel> {
    const pty = { ...terminal, modes: terminalModes(command), width: 0, height: 0 };
    return this.open((done) =>
      command === undefined
        ? this.client.shell(pty, { env }, done)
        : this.client.exec(command, { pty, env }, done),
    );
  }

  /** Runs one command. Rejects with an SshError. */
  exec(command: string): Promise<ClientChannel> {
    return this.open((done) => this.client.exec(command, done));
  }

  /** Opens an SFTP channel. Rejects with an SshError. */
  sftp(): Promise<SFTPWrapper> {
    return this.open((done) => this.client.sftp(done));
  }

  /**
   * Opens a channel to a port, as seen from the computer (RFC 4254, 7.2).
   * @throws PortError where that port cannot be reached, SshError
   */
  async forward(host: string, port: number): Promise<ClientChannel> {
    try {
      return await this.open((done) => this.client.forwardOut('127.0.0.1', 0, host, port, done));
    } catch (error) {
      const cause = error instanceof SshError ? error.cause : undefined;
      throw PortError.of(cause, port) ?? error;
    }
  }

  /** Disconnects in order, and closes the socket after `timeouts.disconnect` where the server does not. */
  end(): void {
    if (this.closed) return;
    this.ending = true;
    this.client.end();
    const timer = setTimeout(() => this.destroy(), this.timeouts.disconnect);
    this.client.once('close', () => clearTimeout(timer));
  }

  /** Sends a keep-alive now, after a sleep for instance. Without an answer within `timeouts.probe` the connection ends. */
  probe(): void {
    if (this.closed || this.probeTimer) return;
    this.probeTimer = setTimeout(() => {
      this.probeFailed = true;
      this.destroy();
    }, this.timeouts.probe);
    if (!sendKeepAlive(this.client, () => this.endProbe())) this.endProbe();
  }

  private endProbe(): void {
    clearTimeout(this.probeTimer);
    this.probeTimer = undefined;
  }

  private get isUnresponsive(): boolean {
    const { lastError } = this;
    return (
      this.probeFailed ||
      (lastError instanceof Error && 'level' in lastError && lastError.level === 'client-timeout')
    );
  }

  /** Closes the socket at once, without a disconnect message. */
  destroy(): void {
    this.socket.destroy();
  }

  private async open<Channel>(
    request: (done: (error: Error | undefined, channel: Channel) => void) => void,
  ): Promise<Channel> {
    if (this.cause) throw this.cause;
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise<Channel>((resolve, reject) => {
        timer = setTimeout(() => {
          reject(new SshError('silent', this.endpoint));
          this.destroy();
        }, this.timeouts.channel);
        request((error, channel) => (error ? reject(error) : resolve(channel)));
      });
    } catch (error) {
      throw error instanceof SshError ? error : this.channelError(error);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Tells apart what ssh2 reports alike: a refusal, a connection that broke meanwhile, and one that is closing. */
  private channelError(error: unknown): SshError {
    const gone = this.closed || (error instanceof Error && error.message === 'Not connected');
    return new SshError(gone ? 'closed' : 'channelRefused', this.endpoint, error);
  }
}
