import type { CelestoClient } from '../../api/client';
import { isApiError } from '../../api/errors';
import { gatewayAddress } from '../../gateway/address';
import { GatewayError } from '../../gateway/errors';
import { openLink } from '../../gateway/link';
import type { Computer } from '../../model/computer';
import type { Clock } from '../../util/clock';
import { patiently } from '../../util/patiently';
import { GatewaySession } from '../gatewaySession';
import type { Session, SessionRequest } from '../session';
import type { Road, TravelOptions } from './road';

/** A plain session of the terminal gateway, for computers that nothing better leads to. */
export class GatewayRoad implements Road {
  readonly name = 'gateway';

  constructor(
    private readonly client: Pick<CelestoClient, 'terminal'>,
    private readonly clock: Clock,
  ) {}

  leadsTo(): boolean {
    return true;
  }

  /** Goes back to the shell that the request remembers, where it still lives. */
  async open(computer: Computer, request: SessionRequest, options: TravelOptions): Promise<Session> {
    const { signal, patience, onNotUp } = options;
    let tokenMayBeLate = true;
    return patiently(() => this.attach(computer, request, signal), {
      clock: this.clock,
      patience: Math.max(patience, 1_000),
      signal,
      onWaiting: onNotUp,
      passes: (error) => {
        if (!(error instanceof GatewayError)) return false;
        // A token lives for seconds only; on a bad line that can be too short, once.
        const isLate = error.code === 401 && tokenMayBeLate;
        if (isLate) tokenMayBeLate = false;
        return error.passes || isLate;
      },
    });
  }

  private async attach(computer: Computer, request: SessionRequest, signal: AbortSignal): Promise<Session> {
    const { memory } = request;
    const known = memory.terminalId;
    const { gateway_url, token, terminal_id } = await this.ticket(computer.id, known, signal);
    const socket = await openLink(gatewayAddress(gateway_url, token), signal);
    memory.terminalId = terminal_id;
    return new GatewaySession(socket, request.size(), terminal_id === known);
  }

  private async ticket(
    id: string,
    terminalId: string | undefined,
    signal: AbortSignal,
  ): ReturnType<CelestoClient['terminal']> {
    try {
      return await this.client.terminal(id, terminalId, signal);
    } catch (error) {
      if (terminalId === undefined || !isApiError(error, 'notFound')) throw error;
      return this.client.terminal(id, undefined, signal);
    }
  }
}
