import { isApiError } from '../api/apiErrors';
import { allowsFallback } from '../base/errors';
import type { Computer } from '../computers/computer';
import { trustCachedRunningMs } from '../computers/ensureRunning';
import type { Lifecycle } from '../computers/lifecycle';
import { GatewayError } from '../gateway/gatewayErrors';
import type { Session, SessionRequest } from '../shell/shellSession';
import { SshError } from '../ssh/sshErrors';
import { type Progress, ProgressReporter } from './progressReporter';
import type { Transport } from './transport';
import { NoTransportError, type TransportSelector } from './transportSelector';

/** Milliseconds of retries while the server refuses the TCP connection, on a computer that runs. */
const serverRetryMs = 5_000;
/** The same after the computer was started or restored, when its SSH server may not listen yet. */
const serverStartRetryMs = 60_000;

export interface ConnectorOptions {
  readonly signal: AbortSignal;
  readonly progress: Progress;
  /** The user asked for a start, so a computer in status error is started too. */
  readonly startFromError: boolean;
}

/** Connects to a computer in any state: brings it up, then opens a session by the first transport that works. */
export class ComputerConnector<Request = SessionRequest, Opened = Session> {
  constructor(
    private readonly lifecycle: Pick<Lifecycle, 'ensureRunning'>,
    private readonly transports: TransportSelector<Transport<Request, Opened>>,
    /** Milliseconds that a start may take. */
    private readonly startTimeoutMs: () => number,
  ) {}

  /**
   * Starts, restores or waits for the computer as its status requires, then connects.
   * @throws LifecycleError, ApiError, NoTransportError, what the last transport throws, or the signal's reason
   */
  async open(computerId: string, request: Request, options: ConnectorOptions): Promise<Opened> {
    const reporter = new ProgressReporter(options.progress);
    const computer = await this.ensureRunning(computerId, trustCachedRunningMs, reporter, options);
    return this.tryTransports(
      this.transports.candidates(computer),
      { computer, request, reporter, ...options },
      () => this.ensureRunning(computerId, 0, reporter, options),
    );
  }

  /**
   * Connects to a computer whose status was just read as running. Never starts it.
   * @param allowFallback tries the other transports, too, after the one that worked before
   * @throws as {@link open}
   */
  async reconnect(
    computer: Computer,
    request: Request,
    allowFallback: boolean,
    options: Omit<ConnectorOptions, 'startFromError'>,
  ): Promise<Opened> {
    const reporter = new ProgressReporter(options.progress);
    const candidates = this.transports.candidates(computer);
    return this.tryTransports(allowFallback ? candidates : candidates.slice(0, 1), {
      computer,
      request,
      reporter,
      ...options,
    });
  }

  /** Forgets the transport that worked last, so that the next attempt begins with the first one: the computer was away. */
  forget(computerId: string): void {
    this.transports.forget(computerId);
  }

  /** @param ensureStillRunning called before a transport that failed is given up; without it, that happens at once */
  private async tryTransports(
    transports: readonly Transport<Request, Opened>[],
    start: ConnectContext<Request>,
    ensureStillRunning?: () => Promise<Computer>,
  ): Promise<Opened> {
    let context = start;
    const ensureAndUpdate =
      ensureStillRunning &&
      (async () => (context = { ...context, computer: await ensureStillRunning() }).computer);
    for (const [index, transport] of transports.entries()) {
      const next = transports[index + 1];
      if (next && !transport.supports(context.computer)) {
        context.reporter.noEndpoint(context.computer, next);
        continue;
      }
      try {
        const session = await this.tryTransport(transport, context, !next, ensureAndUpdate);
        this.transports.recordSuccess(context.computer, transport);
        return session;
      } catch (error) {
        if (ensureStillRunning ?? next) this.transports.forget(context.computer.id);
        if (!next || !allowsFallback(error)) throw error;
        context.reporter.fallback(error, next);
      }
    }
    throw new NoTransportError(context.computer);
  }

  /** Tries one transport, and once more where the computer turns out to have been stopped, moved or just started. */
  private async tryTransport(
    transport: Transport<Request, Opened>,
    { computer: cached, request, reporter, signal }: ConnectContext<Request>,
    isLast: boolean,
    ensureStillRunning?: () => Promise<Computer>,
  ): Promise<Opened> {
    const open = (computer: Computer, timeoutMs: number): Promise<Opened> => {
      reporter.connecting(computer, transport);
      return transport.open(computer, request, {
        signal,
        timeoutMs: reporter.hasWaited ? serverStartRetryMs : timeoutMs,
        onServerNotListening: () => reporter.serverNotListening(computer),
      });
    };
    try {
      return await open(cached, 0);
    } catch (error) {
      if (!ensureStillRunning || !mayBeStale(error)) throw error;
      const computer = await ensureStillRunning();
      const isUnchanged = computer.ssh === cached.ssh && !reporter.hasWaited;
      if (!transport.supports(computer) || (!isLast && isUnchanged && isUnreachable(error))) throw error;
      return await open(computer, serverRetryMs);
    }
  }

  private ensureRunning(
    id: string,
    maxAgeMs: number,
    reporter: ProgressReporter,
    { signal, startFromError }: ConnectorOptions,
  ): Promise<Computer> {
    return this.lifecycle.ensureRunning(id, {
      signal,
      startFromError,
      maxAgeMs,
      timeoutMs: this.startTimeoutMs(),
      onStep: (step) => {
        // It may come back on another host.
        if (step.kind === 'requested' || step.kind === 'waiting') this.transports.forget(id);
        reporter.step(step);
      },
    });
  }
}

/** Input of one attempt to connect; all its transports are tried with the same. */
interface ConnectContext<Request> {
  readonly computer: Computer;
  readonly request: Request;
  readonly reporter: ProgressReporter;
  readonly signal: AbortSignal;
}

/** True where the cached record may be out of date: the connection failed at the computer's end, or the API says so. */
function mayBeStale(error: unknown): boolean {
  return (
    error instanceof SshError || error instanceof GatewayError || isApiError(error, 'conflict', 'notFound')
  );
}

/** True where the same attempt would only run into its timeout again. */
function isUnreachable(error: unknown): boolean {
  return error instanceof SshError && (error.problem === 'unreachable' || error.problem === 'silent');
}
