import { t } from '@vscode/l10n';
import { formatEndpoint, type Endpoint } from './connection/endpoint';

/** Why there is no connection (any more). */
export type SshProblem =
  /** Nobody listens, or it hung up before it said what it is: typical of a server that is just coming up. */
  'notUp' | 'unreachable' | 'silent' | 'protocol' | 'closed' | 'channelRefused';

/** An SSH connection that failed. `message` is a sentence for a person. */
export class SshError extends Error {
  override readonly name: string = 'SshError';

  constructor(
    readonly problem: SshProblem,
    endpoint: Endpoint,
    cause?: unknown,
  ) {
    super(sshMessage(problem, formatEndpoint(endpoint), causeText(cause)), { cause });
  }

  /** Why a connection that stood has ended, in a few words. */
  get reason(): string {
    if (this.problem === 'silent') return t('it does not answer any more');
    return this.cause instanceof Error ? this.cause.message : t('the other side closed it');
  }
}

/** The computer was asked to reach a port, and does not. `message` is a sentence for a person. */
export class PortError extends Error {
  override readonly name = 'PortError';

  private constructor(
    readonly problem: 'nobodyListens' | 'notAllowed',
    port: number,
    cause: unknown,
  ) {
    const sentence =
      problem === 'notAllowed'
        ? t('The SSH server does not allow ports to be forwarded.')
        : t('Nobody listens on port {0} there.', port);
    super(sentence, { cause });
  }

  /** What a failure to open a channel to a port says of the port, if anything: the reason codes of RFC 4254, 5.1. */
  static of(failure: unknown, port: number): PortError | undefined {
    const reason = failure instanceof Error && 'reason' in failure ? failure.reason : undefined;
    if (reason === 1) return new PortError('notAllowed', port, failure);
    return reason === 2 ? new PortError('nobodyListens', port, failure) : undefined;
  }
}

/** One key that was offered, or why it could not be. */
export interface KeyAttempt {
  /** What a person calls the key: its file, its comment, its fingerprint. */
  readonly key: string;
  readonly outcome: 'refused' | 'notEnough' | 'unusable';
  readonly reason?: string;
}

/** The server accepted none of the keys. Names each, and what to do. */
export class AuthenticationError extends Error {
  override readonly name = 'AuthenticationError';

  constructor(
    endpoint: Endpoint,
    readonly attempts: readonly KeyAttempt[],
    /** The methods the server would still take, as it names them. */
    readonly offered: readonly string[],
    /** Why our own key could not be put on the computer, where that was so. */
    readonly provisioning?: string,
  ) {
    super(
      [
        t('{0} accepted none of the keys.', formatEndpoint(endpoint)),
        ...attempts.map((attempt) => `  ${describeAttempt(attempt)}`),
        offered.length > 0 ? t('It offers: {0}.', offered.join(', ')) : '',
        provisioning ? t('The key of this extension could not be put there: {0}', provisioning) : '',
        t(
          'Add one of these keys to ~/.ssh/authorized_keys there, or name another in celesto.ssh.identityFile.',
        ),
      ]
        .filter(Boolean)
        .join('\n'),
    );
  }
}

/** The server is not who it should be, or nobody could say who it is. Nothing was sent to it. */
export class HostKeyError extends Error {
  override readonly name = 'HostKeyError';

  constructor(
    readonly problem: 'changed' | 'unconfirmed' | 'revoked' | 'declined',
    endpoint: Endpoint,
    /** The fingerprint it showed. */
    readonly shown: string,
    /** The fingerprints it should have shown one of. */
    readonly expected: readonly string[],
  ) {
    super(hostKeyMessage(problem, formatEndpoint(endpoint), shown, expected));
  }
}

function sshMessage(problem: SshProblem, endpoint: string, cause: string): string {
  switch (problem) {
    case 'notUp':
      return t('{0} does not answer SSH. {1}', endpoint, cause);
    case 'unreachable':
      return t('{0} cannot be reached. {1} Check the network, then try again.', endpoint, cause);
    case 'silent':
      return t('{0} does not answer any more. Check the network, then try again.', endpoint);
    case 'protocol':
      return t('{0} does not speak SSH as expected. {1}', endpoint, cause);
    case 'closed':
      return t('The connection to {0} was closed. {1}', endpoint, cause);
    case 'channelRefused':
      return t('{0} opens no further session on this connection. {1}', endpoint, cause);
  }
}

function describeAttempt({ key, outcome, reason }: KeyAttempt): string {
  switch (outcome) {
    case 'refused':
      return t('{0}: refused', key);
    case 'notEnough':
      return t('{0}: accepted, but the server asks for more', key);
    case 'unusable':
      return t('{0}: not usable, {1}', key, reason ?? '');
  }
}

function hostKeyMessage(
  problem: HostKeyError['problem'],
  endpoint: string,
  shown: string,
  expected: readonly string[],
): string {
  switch (problem) {
    case 'changed':
    case 'unconfirmed':
      return t(
        '{0} showed another host key than it should, so nothing was sent to it. It showed {1}; expected was {2}. Somebody may be in between. If the computer was rebuilt, delete it and create another.',
        endpoint,
        shown,
        expected.join(', '),
      );
    case 'revoked':
      return t(
        'The host key of {0} ({1}) is marked as revoked in known_hosts. Nothing was sent to it.',
        endpoint,
        shown,
      );
    case 'declined':
      return t('The host key of {0} ({1}) was not trusted, so nothing was sent to it.', endpoint, shown);
  }
}

function causeText(cause: unknown): string {
  return cause instanceof Error ? `(${cause.message})` : '';
}
