import type { Client, ClientChannel } from 'ssh2';
import { Emitter } from '../util/emitter';
import type { Endpoint } from './endpoint';
import { SshError } from './errors';
import type { PtyRequest, Shortcuts } from './fewerRoundTrips';

/** Milliseconds a channel may take to open before the connection counts as dead. */
const channelPatience = 15_000;

/** What a shell is asked for with. */
export interface ShellRequest extends PtyRequest {
  readonly env: Readonly<Record<string, string>>;
}

/** One authenticated SSH connection to a computer, which carries any number of channels. */
export class SshConnection {
  private readonly closures = new Emitter<SshError>();
  private cause: SshError | undefined;
  private lastError: unknown;

  /** Fires once, when the connection has ended for whatever reason. */
  readonly onDidClose = this.closures.event;

  constructor(
    private readonly client: Client,
    private readonly shortcuts: Shortcuts,
    readonly endpoint: Endpoint,
  ) {
    // The listener stays for good: an 'error' without one would end the whole extension host.
    client.on('error', (error) => (this.lastError = error));
    client.once('close', () => {
      this.cause = new SshError('closed', endpoint, this.lastError);
      this.closures.fire(this.cause);
      this.closures.dispose();
    });
  }

  get closed(): boolean {
    return this.cause !== undefined;
  }

  /** Opens a login shell in a terminal of the given size. Rejects with an SshError. */
  async shell(request: ShellRequest): Promise<ClientChannel> {
    const { env, ...pty } = request;
    const announced = this.shortcuts.announceTerminal(pty);
    try {
      return await this.open((done) => this.client.shell(announced ? false : pty, { env }, done));
    } finally {
      this.shortcuts.withdrawTerminal(pty);
    }
  }

  /** Runs one command. Rejects with an SshError. */
  exec(command: string): Promise<ClientChannel> {
    return this.open((done) => this.client.exec(command, done));
  }

  /** Says goodbye and closes. */
  end(): void {
    this.client.end();
  }

  /** Closes at once: nobody is believed to be at the other end any more. */
  destroy(): void {
    this.client.destroy();
  }

  private async open(
    request: (done: (error: Error | undefined, channel: ClientChannel) => void) => void,
  ): Promise<ClientChannel> {
    if (this.cause) throw this.cause;
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise<ClientChannel>((resolve, reject) => {
        timer = setTimeout(() => {
          reject(new SshError('silent', this.endpoint));
          this.destroy();
        }, channelPatience);
        request((error, channel) => (error ? reject(this.channelError(error)) : resolve(channel)));
      });
    } finally {
      clearTimeout(timer);
    }
  }

  private channelError(error: Error): SshError {
    const refused = 'reason' in error && !this.cause;
    return new SshError(refused ? 'channelRefused' : 'closed', this.endpoint, error);
  }
}
