/** How long is waited for what, in ms. */
export interface SshTimeouts {
  /** Until the TCP connection stands. */
  readonly dial: number;
  /** From there until the server has shown its host key. */
  readonly hostKey: number;
  /** From its verification until we are in. */
  readonly login: number;
  /** Until a channel is open on a connection that was good before. */
  readonly channel: number;
  /** Between two questions whether the other side is still there; it is given up after three without an answer. */
  readonly keepAlive: number;
  /** Until a sign of life, when one was asked for at once. */
  readonly probe: number;
  /** Until the other side has answered our goodbye. */
  readonly disconnect: number;
}

export const defaultTimeouts: SshTimeouts = {
  dial: 15_000,
  hostKey: 15_000,
  login: 60_000,
  channel: 15_000,
  keepAlive: 10_000,
  probe: 5_000,
  disconnect: 3_000,
};
