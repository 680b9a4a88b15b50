import { t } from '@vscode/l10n';
import { truncate } from '../base/text';

/** Why there is no link to the terminal gateway (any more). */
export type GatewayProblem =
  /** It answered, but refused: an expired token, an unknown session, trouble of its own. */
  | 'refused'
  | 'unreachable'
  | 'silent'
  | 'closed'
  /** It sent more in one message than it may. */
  | 'oversized';

/** A link to the terminal gateway that failed. `message` is a sentence for a person; it never holds the address. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError';

  constructor(
    readonly problem: GatewayProblem,
    /** The HTTP status of a refusal, or the WebSocket's close code. */
    readonly code?: number,
    reason?: string,
  ) {
    super(sentence(problem, code, truncate(reason ?? '', 120)));
  }

  /** True where the gateway has trouble of its own, as it may while a computer is just coming up. */
  get passes(): boolean {
    return this.problem === 'refused' && this.code !== undefined && this.code >= 500;
  }
}

function sentence(problem: GatewayProblem, code: number | undefined, reason: string): string {
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
