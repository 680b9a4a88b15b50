import { t } from '@vscode/l10n';
import { isApiError } from '../api/errors';
import { GatewayError } from '../gateway/errors';
import type { EnsureRunningStep } from '../computers/ensureRunning';
import type { Computer } from '../computers/computer';
import type { Lifecycle } from '../computers/lifecycle';
import { statusOf } from '../computers/status';
import { EndpointError, formatEndpoint, parseEndpoint } from '../ssh/connection/endpoint';
import { AuthenticationError, SshError } from '../ssh/errors';
import { TunnelUnavailableError } from '../ssh/tunnel/remoteSshd';
import type { Transport } from './transport';
import { NoTransportError, type TransportSelector } from './transportSelector';
import type { Session, SessionRequest } from '../shell/session';

/** Milliseconds. */
const limits = {
  /** A word of the list that the computer runs is believed for so long before the service is asked again. */
  trust: 10_000,
  /** A server that refuses is tried again: long after a start, shortly else. */
  patienceAfterStart: 60_000,
  patience: 5_000,
};

/** What a person is told while a terminal opens. */
export interface Progress {
  /** One line. */
  report(message: string): void;
  /** What is going on, in a word or two, for the name of the tab. */
  phase(label: string): void;
}

export interface ConnectorOptions {
  readonly signal: AbortSignal;
  readonly progress: Progress;
  /** A person asked for a start, so a computer in status error is started too. */
  readonly evenFromError: boolean;
}

/** Goes from a computer in any state to a shell on it, or to what else the transports lead to. */
export class ComputerConnector<Request = SessionRequest, Opened = Session> {
  constructor(
    private readonly lifecycle: Pick<Lifecycle, 'ensureRunning'>,
    private readonly transports: TransportSelector<Transport<Request, Opened>>,
    /** Milliseconds to wait for a start. */
    private readonly startTimeout: () => number,
  ) {}

  /**
   * Starts, waits or restores as the state calls for, then connects: by the first of the transports that leads there.
   * @throws what goes wrong on the way (LifecycleError, ApiError, NoTransportError, SshError, …), or the signal's reason
   */
  async open(computerId: string, request: Request, options: ConnectorOptions): Promise<Opened> {
    const reporter = new ProgressReporter(options.progress);
    const computer = await this.bringUp(computerId, limits.trust, reporter, options);
    return this.tryTransports(
      this.transports.candidates(computer),
      { computer, request, reporter, ...options },
      () => this.bringUp(computerId, 0, reporter, options),
    );
  }

  /**
   * Connects once more to a computer that is known to run, and starts nothing.
   * @param allowFallback also by another transport than the one that led there before
   * @throws as {@link open}
   */
  async reconnect(
    computer: Computer,
    request: Request,
    allowFallback: boolean,
    options: Omit<ConnectorOptions, 'evenFromError'>,
  ): Promise<Opened> {
    const reporter = new ProgressReporter(options.progress);
    const transports = this.transports.candidates(computer);
    return this.tryTransports(allowFallback ? transports : transports.slice(0, 1), {
      computer,
      request,
      reporter,
      ...options,
    });
  }

  /** @param look brings the computer up again before a transport that led nowhere is left; without it, it is left at once */
  private async tryTransports(
    transports: readonly Transport<Request, Opened>[],
    start: ConnectContext<Request>,
    look?: () => Promise<Computer>,
  ): Promise<Opened> {
    let context = start;
    const refresh = look && (async () => (context = { ...context, computer: await look() }).computer);
    for (const [index, transport] of transports.entries()) {
      const next = transports[index + 1];
      if (next && !transport.supports(context.computer)) {
        context.reporter.noEndpoint(context.computer, next);
        continue;
      }
      try {
        const session = await this.tryTransport(transport, context, !next, refresh);
        this.transports.recordSuccess(context.computer, transport);
        return session;
      } catch (error) {
        if (look ?? next) this.transports.forget(context.computer.id);
        if (!next || !allowsFallback(error)) throw error;
        context.reporter.reportFallback(error, next);
      }
    }
    throw new NoTransportError(context.computer);
  }

  /** Asks for the best transport anew the next time: the computer was away. */
  forget(computerId: string): void {
    this.transports.forget(computerId);
  }

  private bringUp(
    id: string,
    trustFor: number,
    reporter: ProgressReporter,
    { signal, evenFromError }: ConnectorOptions,
  ): Promise<Computer> {
    return this.lifecycle.ensureRunning(id, {
      signal,
      startFromError: evenFromError,
      maxAgeMs: trustFor,
      timeoutMs: this.startTimeout(),
      onStep: (step) => {
        // A computer that was away may be elsewhere now.
        if (step.kind === 'requested' || step.kind === 'waiting') this.transports.forget(id);
        reporter.step(step);
      },
    });
  }

  /** Takes one transport. The computer may have been stopped meanwhile, or may just be coming up: look before giving up. */
  private async tryTransport(
    transport: Transport<Request, Opened>,
    { computer: believed, request, reporter, signal }: ConnectContext<Request>,
    isLast: boolean,
    refresh?: () => Promise<Computer>,
  ): Promise<Opened> {
    const open = (computer: Computer, patience: number): Promise<Opened> => {
      reporter.connecting(computer, transport);
      return transport.open(computer, request, {
        signal,
        timeoutMs: reporter.waited ? limits.patienceAfterStart : patience,
        onNotUp: () => reporter.notUp(computer),
      });
    };
    try {
      return await open(believed, 0);
    } catch (error) {
      if (!refresh || !mayBeStale(error)) throw error;
      const computer = await refresh();
      const isSame = computer.ssh === believed.ssh && !reporter.waited;
      if (!transport.supports(computer) || (!isLast && isSame && isOfNoUse(error))) throw error;
      return await open(computer, limits.patience);
    }
  }
}

/** One attempt to reach a computer. */
interface ConnectContext<Request> {
  readonly computer: Computer;
  readonly request: Request;
  readonly reporter: ProgressReporter;
  readonly signal: AbortSignal;
}

/** Whether it may be that the computer is not, or not any more, as it was believed to be. */
function mayBeStale(error: unknown): boolean {
  return (
    error instanceof SshError || error instanceof GatewayError || isApiError(error, 'conflict', 'notFound')
  );
}

/** Whether trying the same again would only take long: nobody answers there. */
function isOfNoUse(error: unknown): boolean {
  return error instanceof SshError && (error.problem === 'unreachable' || error.problem === 'silent');
}

/**
 * Whether another transport may lead there all the same. Not for a host that is not who it should be, nor for a service that
 * does not answer.
 */
function allowsFallback(error: unknown): boolean {
  return (
    error instanceof SshError ||
    error instanceof AuthenticationError ||
    error instanceof EndpointError ||
    error instanceof TunnelUnavailableError ||
    error instanceof GatewayError ||
    isApiError(error, 'forbidden', 'notFound', 'conflict', 'validation', 'server', 'malformed')
  );
}

type NamedTransport = Pick<Transport, 'name'>;

/** Tells each step once, in plain words. */
class ProgressReporter {
  /** True once something had to be waited for, so that the computer has only just come up. */
  waited = false;
  private last = '';

  constructor(private readonly progress: Progress) {}

  step(step: EnsureRunningStep): void {
    switch (step.kind) {
      case 'requested':
        this.waited = true;
        this.asked(step.action, step.computer);
        return;
      case 'waiting':
        this.waited = true;
        this.waiting(step.computer);
        return;
      case 'unreachable':
        this.tell(t('{0} Trying again…', step.error.message), t('waiting'));
        return;
    }
  }

  connecting(computer: Computer, transport: NamedTransport): void {
    const line = connectingLine(computer, transport);
    if (statusOf(computer.status).kind === 'unknown' && this.said !== line) {
      this.tell(
        t(
          '{0} is "{1}", a state this extension does not know. Trying all the same…',
          computer.name,
          computer.status,
        ),
        t('connecting'),
      );
    }
    this.tell(line, t('connecting'));
  }

  noEndpoint({ name }: Computer, next: NamedTransport): void {
    this.tell(`${t('{0} offers no SSH endpoint.', name)} ${instead(next)}`, t('connecting'));
  }

  /** Why one transport was left, in a line, and which is taken next. */
  reportFallback(error: unknown, next: NamedTransport): void {
    const [why] = error instanceof Error ? error.message.split('\n') : [String(error)];
    this.tell(`${why} ${instead(next)}`, t('connecting'));
  }

  notUp(computer: Computer): void {
    this.tell(t('The SSH server of {0} is not up yet. Waiting for it…', computer.name), t('connecting'));
  }

  private asked(what: 'start' | 'restore', { name, status }: Computer): void {
    const words = statusOf(status).label();
    if (what === 'start') this.tell(t('{0}: {1}. Starting it… (Ctrl+C cancels)', name, words), t('starting'));
    else this.tell(t('{0}: {1}. Restoring it… (Ctrl+C cancels)', name, words), t('restoring'));
  }

  private waiting({ name, status }: Computer): void {
    const words = statusOf(status).label();
    // A start that was asked for has been told already.
    if (this.last === t('starting') && status === 'starting') return;
    if (this.last === t('restoring') && (status === 'restoring' || status === 'restorable')) return;
    this.tell(t('{0}: {1}. Waiting… (Ctrl+C cancels)', name, words), words);
  }

  private said = '';

  private tell(line: string, phase: string): void {
    this.last = phase;
    this.progress.phase(phase);
    if (line === this.said) return;
    this.said = line;
    this.progress.report(line);
  }
}

function connectingLine(computer: Computer, transport: NamedTransport): string {
  switch (transport.name) {
    case 'ssh':
      return t('Connecting to {0}…', formatEndpoint(parseEndpoint(computer.ssh ?? '')));
    case 'tunnel':
      return t('Connecting to {0} through its terminal gateway…', computer.name);
    case 'gateway':
      return t('Opening a plain terminal on {0}…', computer.name);
    case 'service':
      return t('Running it on {0} through the service…', computer.name);
  }
}

function instead({ name }: NamedTransport): string {
  switch (name) {
    case 'gateway':
      return t('Taking a plain terminal instead.');
    case 'service':
      return t('Running it through the service instead.');
    case 'ssh':
    case 'tunnel':
      return t('Taking SSH through its terminal gateway instead.');
  }
}
