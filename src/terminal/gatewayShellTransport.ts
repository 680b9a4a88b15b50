import { isApiError } from '../api/apiErrors';
import type { CelestoClient } from '../api/client';
import type { Clock } from '../base/clock';
import { retry } from '../base/retry';
import type { Computer } from '../computers/computer';
import type { ConnectOptions, Transport } from '../connect/transport';
import { transportMessages } from '../connect/transportMessages';
import { GatewayError } from '../gateway/gatewayErrors';
import { type GatewayTerminal, openGatewayTerminal } from '../gateway/gatewayTerminal';
import type { Session, SessionRequest } from '../shell/shellSession';
import { GatewaySession } from './gatewaySession';

/** Milliseconds for which a gateway that answers 5xx is tried again, at least. */
const minTimeoutMs = 1_000;

/** Plain shells of the terminal gateway, which need no SSH server on the computer. */
export class GatewayShellTransport implements Transport {
  readonly name = 'gateway';
  readonly messages = transportMessages.gateway;

  constructor(
    private readonly client: Pick<CelestoClient, 'terminal'>,
    private readonly clock: Clock,
  ) {}

  supports(): boolean {
    return true;
  }

  /** Reattaches to the shell in the request's memory where that still runs. */
  async open(computer: Computer, request: SessionRequest, options: ConnectOptions): Promise<Session> {
    const { signal, timeoutMs, onServerNotListening } = options;
    return retry(() => this.attach(computer, request, signal), {
      clock: this.clock,
      timeoutMs: Math.max(timeoutMs, minTimeoutMs),
      signal,
      onFirstRetry: onServerNotListening,
      shouldRetry: (error) => error instanceof GatewayError && error.mayBeStarting,
    });
  }

  private async attach(computer: Computer, request: SessionRequest, signal: AbortSignal): Promise<Session> {
    const { memory } = request;
    const previousId = memory.terminalId;
    const { socket, terminalId } = await this.openOrReplace(computer.id, previousId, signal);
    memory.terminalId = terminalId;
    const size = await request.size();
    // The socket may have closed before the size arrived, when nothing listened for that yet.
    if (socket.readyState !== socket.OPEN) return this.attach(computer, request, signal);
    return new GatewaySession(socket, size, terminalId === previousId);
  }

  /** Opens the terminal with this id, or a new one where it is gone. */
  private async openOrReplace(
    id: string,
    terminalId: string | undefined,
    signal: AbortSignal,
  ): Promise<GatewayTerminal> {
    try {
      return await openGatewayTerminal(this.client, id, terminalId, signal);
    } catch (error) {
      if (terminalId === undefined || !isApiError(error, 'notFound')) throw error;
      return openGatewayTerminal(this.client, id, undefined, signal);
    }
  }
}
