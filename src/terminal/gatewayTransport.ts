import type { CelestoClient } from '../api/client';
import { isApiError } from '../api/errors';
import { openTerminalSession, type TerminalSession } from '../gateway/terminalSession';
import { GatewayError } from '../gateway/errors';
import type { Computer } from '../computers/computer';
import type { Clock } from '../base/clock';
import { retry } from '../base/retry';
import { GatewaySession } from './gatewaySession';
import type { Session, SessionRequest } from '../shell/session';
import type { Transport, ConnectOptions } from '../connect/transport';

/** A plain session of the terminal gateway, for computers that nothing better leads to. */
export class GatewayTransport implements Transport {
  readonly name = 'gateway';

  constructor(
    private readonly client: Pick<CelestoClient, 'terminal'>,
    private readonly clock: Clock,
  ) {}

  supports(): boolean {
    return true;
  }

  /** Goes back to the shell that the request remembers, where it still lives. */
  async open(computer: Computer, request: SessionRequest, options: ConnectOptions): Promise<Session> {
    const { signal, timeoutMs: patience, onNotUp } = options;
    return retry(() => this.attach(computer, request, signal), {
      clock: this.clock,
      timeoutMs: Math.max(patience, 1_000),
      signal,
      onFirstRetry: onNotUp,
      shouldRetry: (error) => error instanceof GatewayError && error.mayBeStarting,
    });
  }

  private async attach(computer: Computer, request: SessionRequest, signal: AbortSignal): Promise<Session> {
    const { memory } = request;
    const known = memory.terminalId;
    const { socket, terminalId } = await this.attached(computer.id, known, signal);
    memory.terminalId = terminalId;
    const size = await request.size();
    // The size may have been long in coming; nobody has heard it close.
    if (socket.readyState !== socket.OPEN) return this.attach(computer, request, signal);
    return new GatewaySession(socket, size, terminalId === known);
  }

  private async attached(
    id: string,
    terminalId: string | undefined,
    signal: AbortSignal,
  ): Promise<TerminalSession> {
    try {
      return await openTerminalSession(this.client, id, terminalId, signal);
    } catch (error) {
      if (terminalId === undefined || !isApiError(error, 'notFound')) throw error;
      return openTerminalSession(this.client, id, undefined, signal);
    }
  }
}
