import { keepAliveIntervalMs, probeTimeoutMs } from './keepAlive';

/** Time limits of a connection, in milliseconds. */
export interface SshTimeouts {
  /** TCP connection. */
  readonly dial: number;
  /** From the TCP connection to the server's host key. */
  readonly hostKey: number;
  /** From the verification of the host key to the end of the authentication. */
  readonly login: number;
  /** Opening of a channel on an established connection. */
  readonly channel: number;
  /** Interval of keep-alives. */
  readonly keepAlive: number;
  /** Answer to a keep-alive that was sent at once. */
  readonly probe: number;
  /** Orderly disconnect, after which the socket is closed. */
  readonly disconnect: number;
}

export const defaultTimeouts: SshTimeouts = {
  dial: 15_000,
  hostKey: 15_000,
  login: 60_000,
  channel: 15_000,
  keepAlive: keepAliveIntervalMs,
  probe: probeTimeoutMs,
  disconnect: 3_000,
};
