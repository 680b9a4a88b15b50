import type ssh2 from 'ssh2';
import type { CelestoClient } from '../../api/client';
import { abortable } from '../../base/abort';
import type { Log } from '../../base/log';
import type { Computer } from '../../computers/computer';
import type { HostKeyVerifier } from '../hostKeys/hostKeyVerifier';
import type { KnownComputers } from '../hostKeys/knownComputers';
import { Authenticator } from '../keys/authenticator';
import type { ExtensionKey } from '../keys/extensionKey';
import type { Identity, IdentitySource } from '../keys/keysToTry';
import { CachedProvisioner } from '../provisioning/cachedProvisioner';
import type { KeyInstallation, Provisioning } from '../provisioning/provision';
import { namesOf, type SshConfig } from '../sshConfig';
import { type KeyAttempt, SshError } from '../sshErrors';
import { TunnelTransport } from '../tunnel/tunnelTransport';
import type { SshConnection } from './connection';
import { ConnectionAttempt } from './connectionAttempt';
import { type Endpoint, formatEndpoint, parseEndpoint } from './endpoint';
import { type SshStream, type SshTransport, type SshTransportName, TcpTransport } from './sshTransport';
import { defaultTimeouts } from './timeouts';

export interface SshConnectorDeps {
  readonly library: () => Promise<typeof ssh2>;
  readonly config: SshConfig;
  readonly identities: IdentitySource;
  readonly extensionKey: ExtensionKey;
  readonly hostKeyVerifier: HostKeyVerifier;
  readonly knownComputers: KnownComputers;
  /** Reads the computer's host keys and installs the extension's key, over the API. */
  readonly provision: (
    computer: Computer,
    login: KeyInstallation,
    signal: AbortSignal,
  ) => Promise<Provisioning>;
  /** Used by the tunnel alone. */
  readonly client: Pick<CelestoClient, 'exec' | 'terminal'>;
  readonly log: Log;
}

/** Establishes connections: dials, verifies the host key, authenticates. */
export class SshConnector {
  constructor(
    private readonly deps: SshConnectorDeps,
    private readonly timeouts = defaultTimeouts,
  ) {}

  /**
   * Creates the transport to a running computer, for all attempts to connect until the signal aborts.
   * @throws EndpointError
   */
  transport(computer: Computer, name: SshTransportName, signal: AbortSignal): SshTransport {
    if (name === 'tunnel') return new TunnelTransport(computer, this.deps, signal);
    parseEndpoint(computer.ssh ?? '');
    const endpoint = this.deps.config.endpoint(computer);
    const provisioner = this.createProvisioner(computer, endpoint, signal);
    return new TcpTransport(computer, endpoint, provisioner, this.timeouts.dial);
  }

  /**
   * Makes one attempt to connect.
   * @throws SshError, AuthenticationError, HostKeyError, ApiError, errors of the transport, or the signal's reason
   */
  async connect(transport: SshTransport, signal: AbortSignal): Promise<SshConnection> {
    const started = Date.now();
    await this.prefetchProvisioning(transport);
    const [attempt, signSilently] = await this.startAttempt(transport, signal);
    const connection = await attempt.run(signSilently, signal).catch(async (error: unknown) => {
      // The server may have hung up while the user was asked to sign. The key is unlocked now: try again.
      const mayRetry =
        error instanceof SshError && (await abortable(attempt.authenticator.signedLate(), signal));
      if (!mayRetry) throw error;
      const [another] = await this.startAttempt(transport, signal);
      return another.run(false, signal);
    });
    const { computer, endpoint } = attempt.deps;
    this.deps.log.info(
      `${computer.id}: connected to ${formatEndpoint(endpoint)} in ${Date.now() - started} ms`,
    );
    return connection;
  }

  /** Opens the stream and gets the first key. @returns the attempt, and true where that key needs no user to sign */
  private async startAttempt(
    transport: SshTransport,
    signal: AbortSignal,
  ): Promise<[ConnectionAttempt, boolean]> {
    const { computer, provisioner } = transport;
    const { identities, hostKeyVerifier, log, library } = this.deps;
    // Provisioning, the stream and the first key do not depend on each other, so they run at the same time.
    const keys = identities.list(namesOf(computer), signal);
    const [opened, first, ssh2] = await whenAllReady(transport.dial(signal), keys.next(), library(), signal);
    const { stream, endpoint } = opened;
    const authenticator = new Authenticator(endpoint, prepend(first, keys), provisioner);
    const attempt = new ConnectionAttempt(
      { computer, endpoint, provisioner, hostKeyVerifier, log, timeouts: this.timeouts },
      stream,
      new ssh2.Client(),
      authenticator,
    );
    return [attempt, signsWithoutPrompt(first)];
  }

  private createProvisioner(
    computer: Computer,
    endpoint: Promise<Endpoint>,
    signal: AbortSignal,
  ): CachedProvisioner {
    const { extensionKey, provision, knownComputers } = this.deps;
    return new CachedProvisioner(async () => {
      const { publicLine, retired } = await extensionKey.get();
      const { user } = await endpoint;
      const provisioning = await provision(computer, { user, publicLine, retired }, signal);
      if (provisioning.keyInstalled) knownComputers.update(computer.id, 'ssh', { installedKey: publicLine });
      return provisioning;
    });
  }

  /** Starts provisioning while dialling, unless the computer is known to have the extension's key. */
  private async prefetchProvisioning({ provisioner, computer, name }: SshTransport): Promise<void> {
    provisioner.nextAttempt();
    const { publicLine } = await this.deps.extensionKey.get();
    const { [name]: server } = this.deps.knownComputers.get(computer.id);
    if (server?.installedKey !== publicLine) provisioner.prefetch();
  }
}

/** True where the first key needs no user to sign, so that it can be offered with its signature. */
function signsWithoutPrompt(first: IteratorResult<Identity | KeyAttempt, void>): boolean {
  if (first.done || !('kind' in first.value)) return false;
  return (
    first.value.kind === 'extension' || (first.value.kind === 'file' && first.value.type === 'ssh-ed25519')
  );
}

async function* prepend<T>(
  first: IteratorResult<T, void>,
  others: AsyncGenerator<T, void>,
): AsyncGenerator<T, void> {
  if (first.done) return;
  yield first.value;
  yield* others;
}

/** Waits for all. Where one fails or the signal aborts, the stream is destroyed once it opens. */
async function whenAllReady<A, B>(
  stream: Promise<SshStream>,
  a: Promise<A>,
  b: Promise<B>,
  signal: AbortSignal,
): Promise<[SshStream, A, B]> {
  try {
    return await abortable(Promise.all([stream, a, b]), signal);
  } catch (error) {
    stream.then(
      ({ stream }) => stream.destroy(),
      () => undefined,
    );
    throw error;
  }
}
