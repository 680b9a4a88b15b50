import { t } from '@vscode/l10n';
import type { RecoveryFacts } from '../base/errors';
import { truncate } from '../base/text';

/** Reasons for a WebSocket to the terminal gateway that cannot be opened, or has ended. */
export type GatewayProblem =
  /** The upgrade was answered with an HTTP error: an expired token, an unknown session, an outage of the gateway. */
  | 'refused'
  | 'unreachable'
  /** The opening handshake was not answered. */
  | 'silent'
  | 'closed'
  /** A message was larger than the limit. */
  | 'oversized';

/** A WebSocket to the terminal gateway that failed. `message` is a sentence for the user and never holds the address. */
export class GatewayError extends Error implements RecoveryFacts {
  override readonly name = 'GatewayError';
  readonly isTransient = true;
  readonly allowsFallback = true;

  constructor(
    readonly problem: GatewayProblem,
    /** HTTP status of a refusal, or close code of the WebSocket. */
    readonly code?: number,
    reason?: string,
  ) {
    super(gatewayMessage(problem, code, truncate(reason ?? '', 120)));
  }

  /** True for an HTTP 5xx, which the gateway also answers while a computer is starting. */
  get mayBeStarting(): boolean {
    return this.problem === 'refused' && this.code !== undefined && this.code >= 500;
  }
}

function gatewayMessage(problem: GatewayProblem, code: number | undefined, reason: string): string {
  const why = [code, reason].filter(Boolean).join(', ');
  switch (problem) {
    case 'refused':
      return t('The terminal gateway refused the session ({0}).', why);
    case 'unreachable':
      return t('The terminal gateway cannot be reached. Check the network, then try again.');
    case 'silent':
      return t('The terminal gateway does not answer. Try again in a moment.');
    case 'closed':
      return t('The terminal gateway closed the session ({0}).', why);
    case 'oversized':
      return t('The terminal gateway sent a message that is too large.');
  }
}
