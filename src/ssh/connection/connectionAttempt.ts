import type { Duplex } from 'node:stream';
import type { AnyAuthMethod, Client, ConnectConfig, NegotiatedAlgorithms } from 'ssh2';
import { describeError, type Log } from '../../base/log';
import { truncate } from '../../base/text';
import type { Computer } from '../../computers/computer';
import type { HostKeyVerifier } from '../hostKeys/hostKeyVerifier';
import type { Authenticator } from '../keys/authenticator';
import type { CachedProvisioner } from '../provisioning/cachedProvisioner';
import { SshError } from '../sshErrors';
import { SshConnection } from './connection';
import type { Endpoint } from './endpoint';
import { maxUnansweredKeepAlives } from './keepAlive';
import { negotiatedFrom } from './negotiatedAlgorithms';
import { socketProblem } from './openTcpConnection';
import { pipelineRequests } from './requestPipelining';
import type { SshTimeouts } from './timeouts';

export interface AttemptDeps {
  readonly computer: Computer;
  readonly endpoint: Endpoint;
  readonly provisioner: CachedProvisioner;
  readonly hostKeyVerifier: HostKeyVerifier;
  readonly log: Log;
  readonly timeouts: SshTimeouts;
}

type SshClientError = Error & { readonly level?: string };

/** One attempt to connect, from the open socket to the authenticated connection. */
export class ConnectionAttempt {
  private phase: 'hostKey' | 'verifying' | 'login' | 'over' = 'hostKey';
  /** First failure, in terms of this extension; ssh2 reports its consequences later. */
  private failure: Error | undefined;
  private timer: NodeJS.Timeout | undefined;
  /** Host key that passed the verification. */
  private verified: Buffer | undefined;
  /** First bytes from the server: its identification string (RFC 4253, section 4.2). */
  private greeting = '';
  private algorithms: NegotiatedAlgorithms | undefined;

  constructor(
    readonly deps: AttemptDeps,
    private readonly socket: Duplex,
    private readonly client: Client,
    readonly authenticator: Authenticator,
  ) {}

  /**
   * @param signWithoutPrompt true where the first key can be offered with its signature
   * @throws SshError, AuthenticationError, HostKeyError, ApiError, or the signal's reason
   */
  async run(signWithoutPrompt: boolean, signal: AbortSignal): Promise<SshConnection> {
    // The server hung up while the first key was loaded: this socket will emit nothing more.
    if (this.socket.destroyed) throw this.closedEarly();
    const cancel = (): void => this.fail(signal.reason as Error);
    try {
      return await new Promise((resolve, reject) => {
        this.client.on('error', (error) => this.onError(error));
        this.client.once('close', () => {
          reject(this.failure ?? this.closedEarly());
          this.end();
        });
        this.client.once('handshake', (negotiated) => (this.algorithms = negotiated));
        this.client.once('ready', () => {
          const { endpoint, timeouts } = this.deps;
          const negotiated = this.algorithms && negotiatedFrom(this.algorithms, this.greeting);
          resolve(new SshConnection(this.client, this.socket, endpoint, timeouts, negotiated));
          this.end();
        });
        signal.addEventListener('abort', cancel, { once: true });
        this.connect(signWithoutPrompt);
        if (signal.aborted) cancel();
      });
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  }

  private connect(signWithoutPrompt: boolean): void {
    this.startTimeout('hostKey');
    this.client.connect(this.config());
    pipelineRequests(this.client, signWithoutPrompt);
    this.socket.once('data', (bytes: Buffer) => (this.greeting = bytes.toString('latin1')));
  }

  private config(): ConnectConfig {
    return {
      sock: this.socket,
      username: this.deps.endpoint.user,
      keepaliveInterval: this.deps.timeouts.keepAlive,
      keepaliveCountMax: maxUnansweredKeepAlives,
      // startTimeout() pauses while the user is asked; ssh2's timeout would not.
      readyTimeout: 0,
      hostVerifier: (key: Buffer, verify: (valid: boolean) => void) => {
        // Called again at each key re-exchange (RFC 4253, section 9), and then at once: ssh2 goes on sending.
        if (this.verified) {
          verify(this.verified.equals(key));
          return;
        }
        this.verify(key).then(
          () => this.unlessEnded(() => verify(true)),
          (error: unknown) => this.fail(error as Error),
        );
      },
      authHandler: (left, partial, next) => {
        // The types lack null (the first call) and the answer false (no method left).
        const offer = next as (method: AnyAuthMethod | false) => void;
        this.authenticator.next(left as string[] | null, partial as boolean | null).then(
          (method) => {
            if (method === false) this.fail(this.authenticator.failure());
            else this.unlessEnded(() => offer(method));
          },
          (error: unknown) => this.fail(error as Error),
        );
      },
    };
  }

  private async verify(key: Buffer): Promise<void> {
    const { computer, endpoint, provisioner, hostKeyVerifier } = this.deps;
    this.phase = 'verifying';
    clearTimeout(this.timer);
    await hostKeyVerifier.verify(computer, endpoint, key, async () => (await provisioner.get()).hostKeys);
    this.verified = key;
    this.unlessEnded(() => this.startTimeout('login'));
  }

  private startTimeout(phase: 'hostKey' | 'login'): void {
    const { endpoint, timeouts } = this.deps;
    this.phase = phase;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      const { signing } = this.authenticator;
      // The user is asked for a passphrase or a touch, and may take as long as the server waits.
      if (signing) void signing.then(() => this.unlessEnded(() => this.startTimeout(phase)));
      else this.fail(new SshError('silent', endpoint));
    }, timeouts[phase]);
  }

  /** Drops answers that come after the end of the attempt, which ssh2 must not get. */
  private unlessEnded(action: () => void): void {
    if (this.phase !== 'over') action();
  }

  private end(): void {
    this.phase = 'over';
    clearTimeout(this.timer);
  }

  private onError(error: SshClientError): void {
    this.deps.log.debug(`${this.deps.computer.id}: ${describeError(error)}`);
    // After an error of an agent, or a failed signature, ssh2 goes on to the next key by itself.
    if (this.phase === 'over' || error.level === 'agent' || error.level === 'client-authentication') return;
    this.fail(this.toSshError(error));
  }

  private toSshError(error: SshClientError): Error {
    const { endpoint } = this.deps;
    const early = this.phase === 'hostKey';
    if (error.level === 'client-socket')
      return new SshError(early ? socketProblem(error) : 'closed', endpoint, error);
    if (early && this.greeting === '') return new SshError('notListening', endpoint, error);
    if (/too many authentication failures/i.test(error.message)) return this.authenticator.tooManyAttempts();
    const greeting = early && !this.greeting.startsWith('SSH-') ? `: "${truncate(this.greeting, 80)}"` : '';
    return new SshError('protocol', endpoint, new Error(error.message + greeting, { cause: error }));
  }

  private closedEarly(): SshError {
    return new SshError(this.phase === 'hostKey' ? 'notListening' : 'closed', this.deps.endpoint);
  }

  private fail(error: Error): void {
    this.failure ??= error;
    this.socket.destroy();
  }
}
