import type { Socket } from 'node:net';
import type ssh2 from 'ssh2';
import type { AnyAuthMethod, Client, ConnectConfig } from 'ssh2';
import type { Computer } from '../model/computer';
import { describeError, type Log } from '../util/log';
import { Authenticator, type Introducer } from './authenticator';
import { SshConnection } from './connection';
import { dial, socketProblem } from './dial';
import { formatEndpoint, type Endpoint } from './endpoint';
import { SshError, type Attempt } from './errors';
import { Shortcuts } from './fewerRoundTrips';
import type { HostTrust } from './hostTrust';
import type { Identity, IdentitySource } from './identities';
import type { Introduction } from './introduction';
import type { KnownComputers } from './knownComputers';
import type { OwnKey } from './ownKey';

/** Milliseconds the server may be silent: until it has shown its host key, and then until we are in. */
const patience = { hostKey: 15_000, login: 60_000 };

export interface ConnectorParts {
  readonly library: () => Promise<typeof ssh2>;
  readonly identities: IdentitySource;
  readonly ownKey: OwnKey;
  readonly trust: HostTrust;
  readonly known: KnownComputers;
  /** Asks the computer over the API for its host keys, and puts our public key on it. */
  readonly introduce: (
    computer: Computer,
    login: { readonly user: string; readonly publicLine: string },
    signal: AbortSignal,
  ) => Promise<Introduction>;
  readonly log: Log;
}

/** Makes connections: dials, verifies the host, proves who we are. */
export class Connector {
  constructor(private readonly parts: ConnectorParts) {}

  /**
   * Connects to a computer that is running.
   * @throws SshError, AuthenticationError, HostKeyError, ApiError, or the signal's reason
   */
  async connect(computer: Computer, endpoint: Endpoint, signal: AbortSignal): Promise<SshConnection> {
    const started = Date.now();
    const { identities, log, library } = this.parts;
    const introducer = await this.introducer(computer, endpoint, signal);
    // The introduction, the TCP connection and the first key are got at the same time: they do not need each other.
    const keys = identities.list();
    const [socket, first, { Client: SshClient }] = await settled(
      dial(endpoint, signal),
      keys.next(),
      library(),
    );
    const attempt = new ConnectionAttempt(
      socket,
      computer,
      endpoint,
      new SshClient(),
      new Authenticator(endpoint, startingWith(first, keys), introducer),
      introducer,
      this.parts,
    );
    const connection = await attempt.run(isSilent(first), signal);
    log.info(`${computer.id}: connected to ${formatEndpoint(endpoint)} in ${Date.now() - started} ms`);
    return connection;
  }

  /** A computer we know, with our key on it, need not be asked; any other is asked at once, while we dial. */
  private async introducer(
    computer: Computer,
    endpoint: Endpoint,
    signal: AbortSignal,
  ): Promise<IntroducerOnce> {
    const { publicLine } = await this.parts.ownKey.get();
    const introducer = new IntroducerOnce(async () => {
      const introduction = await this.parts.introduce(computer, { user: endpoint.user, publicLine }, signal);
      if (introduction.keyInstalled) this.parts.known.update(computer.id, { installedKey: publicLine });
      return introduction;
    });
    if (this.parts.known.get(computer.id)?.installedKey !== publicLine) introducer.begin();
    return introducer;
  }
}

class IntroducerOnce implements Introducer {
  private running: Promise<Introduction> | undefined;

  constructor(private readonly ask: () => Promise<Introduction>) {}

  get begun(): boolean {
    return this.running !== undefined;
  }

  begin(): void {
    // Whoever needs the answer hears of a failure too; when nobody does, it does not matter.
    this.get().catch(() => undefined);
  }

  get(): Promise<Introduction> {
    this.running ??= this.ask();
    return this.running;
  }
}

/** One attempt to get in, from the open socket to the authenticated connection. */
class ConnectionAttempt {
  private phase: 'hostKey' | 'verifying' | 'login' | 'in' = 'hostKey';
  /** The first thing that went wrong, in our own terms; what ssh2 makes of it follows later. */
  private failure: Error | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly socket: Socket,
    private readonly computer: Computer,
    private readonly endpoint: Endpoint,
    private readonly client: Client,
    private readonly authenticator: Authenticator,
    private readonly introducer: Introducer,
    private readonly parts: ConnectorParts,
  ) {}

  async run(atOnce: boolean, signal: AbortSignal): Promise<SshConnection> {
    const { client, endpoint } = this;
    const cancel = (): void => this.fail(signal.reason as Error);
    try {
      return await new Promise((resolve, reject) => {
        client.on('error', (error) => this.onError(error));
        client.once('close', () => reject(this.failure ?? this.closedEarly()));
        signal.addEventListener('abort', cancel, { once: true });
        this.expect('hostKey');
        client.connect(this.config());
        const shortcuts = new Shortcuts(client);
        if (atOnce) shortcuts.authenticateAtOnce();
        client.once('ready', () => {
          this.phase = 'in';
          resolve(new SshConnection(client, shortcuts, endpoint));
        });
        if (signal.aborted) cancel();
      });
    } finally {
      clearTimeout(this.timer);
      signal.removeEventListener('abort', cancel);
    }
  }

  private config(): ConnectConfig {
    return {
      sock: this.socket,
      username: this.endpoint.user,
      keepaliveInterval: 10_000,
      keepaliveCountMax: 3,
      // Our own limits know when a person is being asked; ssh2's does not.
      readyTimeout: 0,
      hostVerifier: (key: Buffer, verify: (valid: boolean) => void) => {
        this.verify(key).then(
          () => verify(true),
          (error: unknown) => {
            this.failure ??= error as Error;
            verify(false);
          },
        );
      },
      authHandler: (left, _partial, next) => {
        // The typings know neither null (the first call) nor the answer false (nothing left).
        const offer = next as (method: AnyAuthMethod | false) => void;
        this.authenticator.next(left as string[] | null).then(
          (method) => {
            if (method === false) this.failure ??= this.authenticator.failure();
            offer(method);
          },
          (error: unknown) => this.fail(error as Error),
        );
      },
    };
  }

  private async verify(key: Buffer): Promise<void> {
    this.phase = 'verifying';
    clearTimeout(this.timer);
    const confirmed = async () => (await this.introducer.get()).hostKeys;
    await this.parts.trust.verify(this.computer, this.endpoint, key, confirmed);
    this.expect('login');
  }

  private expect(phase: 'hostKey' | 'login'): void {
    this.phase = phase;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.fail(new SshError('silent', this.endpoint)), patience[phase]);
  }

  private onError(error: Error & { level?: string }): void {
    this.parts.log.debug(`${this.computer.id}: ${describeError(error)}`);
    // ssh2 goes on to the next key by itself after trouble with an agent, and after a signature that failed.
    if (error.level === 'agent' || this.phase === 'in') return;
    if (error.level === 'client-authentication' && this.failure === undefined) return;
    this.fail(this.translate(error));
  }

  private translate(error: Error & { level?: string }): SshError {
    const early = this.phase === 'hostKey';
    if (error.level === 'client-socket')
      return new SshError(early ? socketProblem(error) : 'closed', this.endpoint, error);
    const hungUp = early && /lost before handshake/i.test(error.message);
    return new SshError(hungUp ? 'notUp' : 'protocol', this.endpoint, error);
  }

  private closedEarly(): SshError {
    return new SshError(this.phase === 'hostKey' ? 'notUp' : 'closed', this.endpoint);
  }

  private fail(error: Error): void {
    this.failure ??= error;
    this.socket.destroy();
  }
}

/** True where the first key signs without asking anybody, so that it can be offered with its signature at once. */
function isSilent(first: IteratorResult<Identity | Attempt, void>): boolean {
  if (first.done || !('kind' in first.value)) return false;
  return first.value.kind === 'own' || (first.value.kind === 'file' && first.value.type === 'ssh-ed25519');
}

async function* startingWith<T>(
  first: IteratorResult<T, void>,
  rest: AsyncGenerator<T, void>,
): AsyncGenerator<T, void> {
  if (first.done) return;
  yield first.value;
  yield* rest;
}

/** Waits for all; when one fails, a socket that was opened all the same is closed. */
async function settled<A, B>(socket: Promise<Socket>, a: Promise<A>, b: Promise<B>): Promise<[Socket, A, B]> {
  try {
    return await Promise.all([socket, a, b]);
  } catch (error) {
    socket.then(
      (open) => open.destroy(),
      () => undefined,
    );
    throw error;
  }
}
