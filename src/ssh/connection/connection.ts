import type { Duplex } from 'node:stream';
import type { Client, ClientChannel, PseudoTtyOptions, SFTPWrapper } from 'ssh2';
import { Emitter } from '../../base/emitter';
import type { Endpoint } from './endpoint';
import { PortError, SshError } from '../errors';
import type { TerminalModes } from './requestPipelining';
import type { Negotiated } from './negotiated';
import { sendKeepAlive } from './keepAlive';
import type { SshTimeouts } from './timeouts';

/** What a shell is asked for with: the size and the kind of its terminal, its environment, and what begins it. */
export interface ShellRequest {
  readonly rows: number;
  readonly cols: number;
  readonly term: string;
  readonly env: Readonly<Record<string, string>>;
  /** Run in place of the login shell. */
  readonly command?: string | undefined;
}

/** IUTF8 (RFC 8160): the terminal erases whole characters, not bytes. ssh2 knows the name of no mode so new. */
const terminalModes = [42, 0, 0, 0, 1, 0];

/** One authenticated SSH connection to a computer, which carries any number of channels. */
export class SshConnection {
  private readonly closeEmitter = new Emitter<SshError>();
  private cause: SshError | undefined;
  private lastError: unknown;
  private ending = false;
  /** While a sign of life is waited for. */
  private probeTimer: NodeJS.Timeout | undefined;
  private probeFailed = false;

  /** Fires once, when the connection has ended for whatever reason. */
  readonly onDidClose = this.closeEmitter.event;

  constructor(
    private readonly client: Client,
    private readonly socket: Pick<Duplex, 'destroy'>,
    readonly endpoint: Endpoint,
    private readonly timeouts: Pick<SshTimeouts, 'channel' | 'disconnect' | 'probe'>,
    readonly negotiated?: Negotiated,
  ) {
    // The listener stays for good: an 'error' without one would end the whole extension host.
    client.on('error', (error) => (this.lastError = error));
    client.once('close', () => {
      this.endProbe();
      this.cause = new SshError(this.isUnresponsive ? 'silent' : 'closed', endpoint, this.lastError);
      this.closeEmitter.fire(this.cause);
      this.closeEmitter.dispose();
    });
  }

  /** True once it opens no channel any more: it was ended by us, or has ended. */
  get closed(): boolean {
    return this.ending || this.cause !== undefined;
  }

  /** Why it has ended, once it has. */
  get failure(): SshError | undefined {
    return this.cause;
  }

  /** Opens a login shell, or what begins one, in a terminal. Rejects with an SshError. */
  shell({ env, command, ...terminal }: ShellRequest): Promise<ClientChannel> {
    const modes: TerminalModes = Object.assign(Buffer.from(terminalModes), { command });
    const pty = { ...terminal, modes: modes as PseudoTtyOptions['modes'], width: 0, height: 0 };
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

  /** Opens a channel for files (SFTP). Rejects with an SshError. */
  sftp(): Promise<SFTPWrapper> {
    return this.open((done) => this.client.sftp(done));
  }

  /**
   * Opens a channel to a port, as seen from the computer (RFC 4254, 7.2).
   * @throws PortError where the computer does not reach that port, SshError
   */
  async forward(host: string, port: number): Promise<ClientChannel> {
    try {
      return await this.open((done) => this.client.forwardOut('127.0.0.1', 0, host, port, done));
    } catch (error) {
      const cause = error instanceof SshError ? error.cause : undefined;
      throw PortError.of(cause, port) ?? error;
    }
  }

  /** Says goodbye and closes; in a moment at the latest, whether or not anybody answers. */
  end(): void {
    if (this.closed) return;
    this.ending = true;
    this.client.end();
    const timer = setTimeout(() => this.destroy(), this.timeouts.disconnect);
    this.client.once('close', () => clearTimeout(timer));
  }

  /** Asks for a sign of life, after a sleep for instance. Without one soon, the connection ends. */
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

  /** Closes at once: nobody is believed to be at the other end any more. */
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

  /** ssh2 tells a refusal, a connection that broke meanwhile and one that is closing by the same kind of error. */
  private channelError(error: unknown): SshError {
    const gone = this.closed || (error instanceof Error && error.message === 'Not connected');
    return new SshError(gone ? 'closed' : 'channelRefused', this.endpoint, error);
  }
}
