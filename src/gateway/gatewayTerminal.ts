import type WebSocket from 'ws';
import type { CelestoClient } from '../api/client';
import { gatewayAddress } from './gatewayAddress';
import { GatewayError } from './gatewayErrors';
import { openWebSocket } from './webSocket';

/** A terminal of a computer, and the WebSocket to it. */
export interface GatewayTerminal {
  readonly terminalId: string;
  readonly socket: WebSocket;
}

/**
 * Attaches to a terminal of a computer: an existing one, or a new one. A token is valid for seconds; where it expired on
 * a slow network, a second one is requested.
 * @throws GatewayError, GatewayAddressError, ApiError, or the signal's reason
 */
export async function openGatewayTerminal(
  client: Pick<CelestoClient, 'terminal'>,
  computerId: string,
  terminalId: string | undefined,
  signal: AbortSignal,
): Promise<GatewayTerminal> {
  const openSession = async (): Promise<GatewayTerminal> => {
    const ticket = await client.terminal(computerId, terminalId, signal);
    const socket = await openWebSocket(gatewayAddress(ticket.gateway_url, ticket.token), signal);
    return { terminalId: ticket.terminal_id, socket };
  };
  try {
    return await openSession();
  } catch (error) {
    if (!(error instanceof GatewayError) || error.code !== 401) throw error;
    return openSession();
  }
}
