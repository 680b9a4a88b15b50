import { t } from '@vscode/l10n';
import type { RecoveryFacts } from '../base/errors';
import { type Endpoint, formatEndpoint } from './connection/endpoint';

/** Reasons for a connection that cannot be made, or has ended. */
export type SshProblem =
  /** The port is closed, or the server hung up before its identification string, as it may while it starts. */
  | 'notListening'
  | 'unreachable'
  /** The server stopped answering. */
  | 'silent'
  | 'protocol'
  | 'closed'
  | 'channelRefused';

/** An SSH connection that failed. `message` is a sentence for the user. */
export class SshError extends Error implements RecoveryFacts {
  override readonly name: string = 'SshError';
  readonly isTransient = true;
  readonly allowsFallback = true;

  constructor(
    readonly problem: SshProblem,
    endpoint: Endpoint,
    cause?: unknown,
  ) {
    super(sshMessage(problem, formatEndpoint(endpoint), causeText(cause)), { cause });
  }

  /** True where the server may just be starting: a computer counts as running before its SSH server listens. */
  get mayBeStarting(): boolean {
    return this.problem === 'notListening';
  }

  /** A few words on the end of an established connection. */
  get reason(): string {
    if (this.problem === 'silent') return t('the connection timed out');
    return this.cause instanceof Error ? this.cause.message : t('the server closed it');
  }
}

/** A port of the computer that cannot be forwarded. `message` is a sentence for the user. */
export class PortError extends Error implements RecoveryFacts {
  override readonly name = 'PortError';
  readonly isTransient = false;
  readonly allowsFallback = false;

  private constructor(
    readonly problem: 'notListening' | 'notAllowed',
    port: number,
    cause: unknown,
  ) {
    const sentence =
      problem === 'notAllowed'
        ? t('The SSH server does not allow ports to be forwarded.')
        : t('Nothing is listening on port {0}.', port);
    super(sentence, { cause });
  }

  /**
   * Reads the reason code of a channel that was refused (RFC 4254, section 5.1).
   * @returns undefined where the failure is not about the port
   */
  static of(failure: unknown, port: number): PortError | undefined {
    const reason = failure instanceof Error && 'reason' in failure ? failure.reason : undefined;
    if (reason === 1) return new PortError('notAllowed', port, failure);
    return reason === 2 ? new PortError('notListening', port, failure) : undefined;
  }
}

/** One key and its fate in a login. */
export interface KeyAttempt {
  /** A name that the user knows: file, comment, fingerprint. */
  readonly key: string;
  /** `partial`: accepted, but the server asks for a further method (RFC 4252, section 5.1: partial success). */
  readonly outcome: 'refused' | 'partial' | 'unusable';
  readonly reason?: string;
}

/** A server that accepted none of the keys. `message` lists each of them, and the remedy. */
export class AuthenticationError extends Error implements RecoveryFacts {
  override readonly name = 'AuthenticationError';
  readonly isTransient = false;
  readonly allowsFallback = true;

  constructor(
    endpoint: Endpoint,
    readonly attempts: readonly KeyAttempt[],
    /** Authentication methods that the server would still take, by their SSH names. */
    readonly offered: readonly string[],
    /** Reason for which the key of the extension could not be installed on the computer. */
    readonly provisioning?: string,
  ) {
    super(
      [
        t('{0} accepted none of the keys.', formatEndpoint(endpoint)),
        ...attempts.map((attempt) => `  ${describeAttempt(attempt)}`),
        offered.length > 0 ? t('It offers: {0}.', offered.join(', ')) : '',
        provisioning ? t('The key of this extension could not be installed there: {0}', provisioning) : '',
        t(
          'Add one of these keys to ~/.ssh/authorized_keys there, or name another in celesto.ssh.identityFile.',
        ),
      ]
        .filter(Boolean)
        .join('\n'),
    );
  }
}

/** A host key that does not match or cannot be confirmed. The connection ended before any credential was sent. */
export class HostKeyError extends Error implements RecoveryFacts {
  override readonly name = 'HostKeyError';
  readonly isTransient = false;
  readonly allowsFallback = false;

  constructor(
    readonly problem: 'changed' | 'unconfirmed' | 'revoked' | 'declined',
    endpoint: Endpoint,
    /** Fingerprint of the key that the server presented. */
    readonly shown: string,
    /** Fingerprints of the acceptable keys. */
    readonly expected: readonly string[],
  ) {
    super(hostKeyMessage(problem, formatEndpoint(endpoint), shown, expected));
  }
}

function sshMessage(problem: SshProblem, endpoint: string, cause: string): string {
  switch (problem) {
    case 'notListening':
      return t('{0} does not answer SSH. {1}', endpoint, cause);
    case 'unreachable':
      return t('{0} cannot be reached. {1} Check the network, then try again.', endpoint, cause);
    case 'silent':
      return t('{0} stopped responding. Check the network, then try again.', endpoint);
    case 'protocol':
      return t('{0} does not speak SSH as expected. {1}', endpoint, cause);
    case 'closed':
      return t('The connection to {0} was closed. {1}', endpoint, cause);
    case 'channelRefused':
      return t('{0} allows no further session on this connection. {1}', endpoint, cause);
  }
}

function describeAttempt({ key, outcome, reason }: KeyAttempt): string {
  switch (outcome) {
    case 'refused':
      return t('{0}: refused', key);
    case 'partial':
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
        '{0} showed another host key than it should, so nothing was sent to it. It showed {1}; expected was {2}. Someone may be intercepting the connection. If the computer was rebuilt, delete it and create another.',
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
