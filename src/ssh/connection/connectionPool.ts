import type { ClientChannel, SFTPWrapper } from 'ssh2';
import { abortable } from '../../base/abort';
import type { Clock } from '../../base/clock';
import { retry } from '../../base/retry';
import { SingleFlight } from '../../base/singleFlight';
import type { Computer } from '../../computers/computer';
import { GatewayError } from '../../gateway/gatewayErrors';
import { SshError } from '../sshErrors';
import type { SshConnection } from './connection';
import { formatEndpoint, parseEndpoint } from './endpoint';
import type { SshConnector } from './sshConnector';
import type { SshTransportName } from './sshTransport';

/** Milliseconds for which a connection stays open after its last channel has closed. */
const idleTimeoutMs = 15_000;

export interface ChannelOptions {
  readonly signal: AbortSignal;
  /** Milliseconds of retries while the server is not listening: a computer counts as running before its sshd listens. */
  readonly timeoutMs: number;
  /** Called once, after the first attempt that failed because the server is not listening. */
  readonly onServerNotListening?: () => void;
  /** Defaults to `ssh`. */
  readonly transport?: SshTransportName;
}

/** A channel of a connection. */
type Channel = ClientChannel | SFTPWrapper;

interface Pooled {
  readonly connection: SshConnection;
  readonly address: string;
  channels: number;
  /**
   * True once a channel failed to open: the server refused a further one (MaxSessions of sshd_config), or the connection
   * broke. No further channel is opened on it; those that are open stay.
   */
  unusable: boolean;
  idleTimer: AbortController | undefined;
}

/**
 * Shares connections: all channels to one computer use one authenticated connection, and a second one only where the
 * server refuses more channels. A connection closes some time after its last channel.
 */
export class ConnectionPool {
  private readonly pooled = new Map<string, Set<Pooled>>();
  private readonly connecting = new SingleFlight<Pooled, 'notListening'>();

  constructor(
    private readonly connector: Pick<SshConnector, 'connect' | 'transport'>,
    private readonly clock: Clock,
  ) {}

  /**
   * Opens a channel to a running computer; the transport `ssh` needs its SSH endpoint.
   * @throws EndpointError, SshError, AuthenticationError, HostKeyError, over the tunnel also TunnelUnavailableError,
   *   GatewayError, GatewayAddressError and ApiError; or the signal's reason
   */
  async channel<T extends Channel>(
    computer: Computer,
    options: ChannelOptions,
    open: (connection: SshConnection) => Promise<T>,
  ): Promise<T> {
    const transport = options.transport ?? 'ssh';
    const address = transport === 'tunnel' ? transport : formatEndpoint(parseEndpoint(computer.ssh ?? ''));
    for (;;) {
      options.signal.throwIfAborted();
      const reused = this.reusable(computer.id, address);
      const pooled = reused ?? (await this.connect(computer, address, options));
      // Ends the loop: where even a new connection refuses its first channel, another one would do so as well.
      const isFirst = !reused && pooled.channels === 0;
      try {
        return await this.openChannelOn(pooled, open, options.signal);
      } catch (error) {
        if (!(error instanceof SshError)) throw error;
        pooled.unusable = true;
        if (isFirst) throw error;
      }
    }
  }

  /** Lists the open connections with the ids of their computers. */
  get connections(): readonly { readonly computerId: string; readonly connection: SshConnection }[] {
    return [...this.pooled].flatMap(([computerId, all]) =>
      [...all].map(({ connection }) => ({ computerId, connection })),
    );
  }

  /** Closes every connection to a computer. */
  close(computerId: string): void {
    for (const { connection } of this.pooled.get(computerId) ?? []) connection.end();
  }

  dispose(): void {
    for (const id of this.pooled.keys()) this.close(id);
  }

  private reusable(id: string, address: string): Pooled | undefined {
    return [...(this.pooled.get(id) ?? [])].find(
      (pooled) => !pooled.unusable && !pooled.connection.closed && pooled.address === address,
    );
  }

  private async openChannelOn<T extends Channel>(
    pooled: Pooled,
    open: (connection: SshConnection) => Promise<T>,
    signal: AbortSignal,
  ): Promise<T> {
    pooled.channels += 1;
    pooled.idleTimer?.abort();
    try {
      const channel = await openUnlessAborted(open(pooled.connection), signal);
      channel.once('close', () => this.release(pooled));
      return channel;
    } catch (error) {
      this.release(pooled);
      throw error;
    }
  }

  private release(pooled: Pooled): void {
    pooled.channels -= 1;
    if (pooled.channels === 0 && !pooled.connection.closed) this.closeWhenIdle(pooled);
  }

  private closeWhenIdle(pooled: Pooled): void {
    const idleTimer = new AbortController();
    pooled.idleTimer = idleTimer;
    this.clock.delay(idleTimeoutMs, idleTimer.signal).then(
      () => pooled.connection.end(),
      () => undefined,
    );
  }

  private connect(computer: Computer, address: string, options: ChannelOptions): Promise<Pooled> {
    return this.connecting.join(
      `${computer.id} ${address}`,
      async (signal, report) => {
        const transport = this.connector.transport(computer, options.transport ?? 'ssh', signal);
        const connection = await retry(() => this.connector.connect(transport, signal), {
          clock: this.clock,
          timeoutMs: options.timeoutMs,
          signal,
          shouldRetry: mayBeStarting,
          onFirstRetry: () => report('notListening'),
        });
        return this.add(computer.id, address, connection);
      },
      options.signal,
      options.onServerNotListening,
    );
  }

  private add(id: string, address: string, connection: SshConnection): Pooled {
    const pooled: Pooled = { connection, address, channels: 0, unusable: false, idleTimer: undefined };
    const all = this.pooled.get(id) ?? new Set();
    this.pooled.set(id, all.add(pooled));
    connection.onDidClose(() => {
      pooled.idleTimer?.abort();
      all.delete(pooled);
      if (all.size === 0 && this.pooled.get(id) === all) this.pooled.delete(id);
    });
    // Otherwise it would stay open for good where the caller has aborted meanwhile, and opens no channel.
    this.closeWhenIdle(pooled);
    return pooled;
  }
}

function mayBeStarting(error: unknown): boolean {
  return (error instanceof SshError || error instanceof GatewayError) && error.mayBeStarting;
}

/** Waits for a channel until the signal aborts; a channel that opens later is closed. */
async function openUnlessAborted<T extends Channel>(opening: Promise<T>, signal: AbortSignal): Promise<T> {
  try {
    return await abortable(opening, signal);
  } catch (error) {
    opening.then(closeChannel, () => undefined);
    throw error;
  }
}

function closeChannel(channel: Channel): void {
  // SFTPWrapper.close() closes a file; end() closes the channel.
  if ('readdir' in channel) channel.end();
  else channel.close();
}
