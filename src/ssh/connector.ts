import type { Socket } from 'node:net';
import type ssh2 from 'ssh2';
import type { Computer } from '../model/computer';
import { abortable } from '../util/cancel';
import type { Log } from '../util/log';
import { Authenticator } from './authenticator';
import type { SshConnection } from './connection';
import { ConnectionAttempt } from './connectionAttempt';
import { dial } from './dial';
import { formatEndpoint, type Endpoint } from './endpoint';
import type { Attempt } from './errors';
import type { HostTrust } from './hostTrust';
import type { Identity, IdentitySource } from './identities';
import { Introducer } from './introducer';
import type { Introduction } from './introduction';
import type { KnownComputers } from './knownComputers';
import type { OwnKey } from './ownKey';
import { defaultPatience } from './patience';

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
  constructor(
    private readonly parts: ConnectorParts,
    private readonly patience = defaultPatience,
  ) {}

  /** What a computer tells of itself, for as many tries to connect as are made until the signal is aborted. */
  introducer(computer: Computer, endpoint: Endpoint, signal: AbortSignal): Introducer {
    const { ownKey, introduce, known } = this.parts;
    return new Introducer(async () => {
      const { publicLine } = await ownKey.get();
      const introduction = await introduce(computer, { user: endpoint.user, publicLine }, signal);
      if (introduction.keyInstalled) known.update(computer.id, { installedKey: publicLine });
      return introduction;
    });
  }

  /**
   * Tries once to connect to a computer that is running.
   * @throws SshError, AuthenticationError, HostKeyError, ApiError, or the signal's reason
   */
  async connect(
    computer: Computer,
    endpoint: Endpoint,
    introducer: Introducer,
    signal: AbortSignal,
  ): Promise<SshConnection> {
    const started = Date.now();
    const { identities, trust, log, library } = this.parts;
    await this.askAhead(computer, introducer);
    // The introduction, the TCP connection and the first key are got at the same time: they do not need each other.
    const keys = identities.list();
    const [socket, first, { Client: SshClient }] = await withSocket(
      dial(endpoint, signal, this.patience.dial),
      keys.next(),
      library(),
      signal,
    );
    const attempt = new ConnectionAttempt(
      { computer, endpoint, introducer, trust, log, patience: this.patience },
      socket,
      new SshClient(),
      new Authenticator(endpoint, startingWith(first, keys), introducer),
    );
    const connection = await attempt.run(isSilent(first), signal);
    log.info(`${computer.id}: connected to ${formatEndpoint(endpoint)} in ${Date.now() - started} ms`);
    return connection;
  }

  /** A computer we know, with our key on it, need not be asked; any other is asked at once, while we dial. */
  private async askAhead(computer: Computer, introducer: Introducer): Promise<void> {
    introducer.renew();
    const { publicLine } = await this.parts.ownKey.get();
    if (this.parts.known.get(computer.id)?.installedKey !== publicLine) introducer.begin();
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

/** Waits for all; when one fails or the signal is aborted, a socket that was opened all the same is closed. */
async function withSocket<A, B>(
  socket: Promise<Socket>,
  a: Promise<A>,
  b: Promise<B>,
  signal: AbortSignal,
): Promise<[Socket, A, B]> {
  try {
    return await abortable(Promise.all([socket, a, b]), signal);
  } catch (error) {
    socket.then(
      (open) => open.destroy(),
      () => undefined,
    );
    throw error;
  }
}
