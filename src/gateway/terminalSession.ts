import type WebSocket from 'ws';
import type { CelestoClient } from '../api/client';
import { gatewayAddress } from './gatewayAddress';
import { GatewayError } from './errors';
import { openWebSocket } from './webSocket';

/** A terminal of a computer, and the link to it. */
export interface TerminalSession {
  readonly terminalId: string;
  readonly socket: WebSocket;
}

/**
 * Attaches to a terminal of a computer: one that is there already, or a new one. A token lives for seconds only; where
 * that was too short on a bad line, another is asked for, once.
 * @throws GatewayError, GatewayAddressError, ApiError, or the signal's reason
 */
export async function openTerminalSession(
  client: Pick<CelestoClient, 'terminal'>,
  computerId: string,
  terminalId: string | undefined,
  signal: AbortSignal,
): Promise<TerminalSession> {
  const openSession = async (): Promise<TerminalSession> => {
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
