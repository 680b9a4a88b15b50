import { t } from '@vscode/l10n';
import type { AnyAuthMethod, BaseAgent } from 'ssh2';
import type { Endpoint } from '../connection/endpoint';
import type { CachedProvisioner } from '../provisioning/cachedProvisioner';
import { AuthenticationError, type KeyAttempt } from '../sshErrors';
import type { Identity } from './keysToTry';

/** Offers one key after the other to a server, and records the outcome of each. */
export class Authenticator {
  private readonly attempts: KeyAttempt[] = [];
  private offered: Identity | undefined;
  private offeredUnprovisioned = false;
  private provisioningError: string | undefined;
  private methods: readonly string[] = [];

  constructor(
    private readonly endpoint: Endpoint,
    private readonly identities: AsyncIterator<Identity | KeyAttempt, void>,
    private readonly provisioner: Pick<CachedProvisioner, 'started' | 'get'>,
  ) {}

  /**
   * Chooses the next key to offer; false where none is left.
   * @param methodsLeft methods that the server would still take
   * @param partial true where the server accepted the last key and asks for a further method
   */
  async next(methodsLeft: readonly string[] | null, partial: boolean | null): Promise<AnyAuthMethod | false> {
    if (methodsLeft) this.methods = methodsLeft;
    const last = this.offered;
    this.offered = undefined;
    if (last && partial) this.attempts.push({ key: last.name, outcome: 'partial' });
    else if (last?.kind === 'extension' && this.offeredUnprovisioned && (await this.provision()))
      return this.offer(last);
    else if (last) this.attempts.push(outcomeOf(last));
    for (;;) {
      const { value, done } = await this.identities.next();
      if (done) return false;
      if ('kind' in value) return this.prepare(value);
      this.attempts.push(value);
    }
  }

  /** Pending signature, for which the user may be asked for a passphrase or a touch. */
  get signing(): Promise<void> | undefined {
    return this.offered?.kind === 'signer' ? this.offered.signing.pending : undefined;
  }

  /** Waits for the pending signature. @returns true where it succeeded, although the connection ended meanwhile */
  async signedLate(): Promise<boolean> {
    const { offered } = this;
    await this.signing;
    return offered?.kind === 'signer' && offered.signing.signed;
  }

  /** Error for a server that refused all keys. */
  failure(): AuthenticationError {
    return new AuthenticationError(this.endpoint, this.attempts, this.methods, this.provisioningError);
  }

  /** Error for a server that allows fewer attempts than there are keys, as of an agent (MaxAuthTries). */
  tooManyAttempts(): AuthenticationError {
    const reason = t('the server allows no further attempt');
    if (this.offered) this.attempts.push({ key: this.offered.name, outcome: 'unusable', reason });
    return this.failure();
  }

  /** Provisions the computer before the extension's key is offered, unless that key is believed to be there. */
  private async prepare(identity: Identity): Promise<AnyAuthMethod> {
    this.offeredUnprovisioned = identity.kind === 'extension' && !this.provisioner.started;
    if (identity.kind === 'extension' && this.provisioner.started) await this.provision();
    return this.offer(identity);
  }

  private async provision(): Promise<boolean> {
    this.offeredUnprovisioned = false;
    const { keyInstalled, refusal } = await this.provisioner.get();
    this.provisioningError = refusal;
    return keyInstalled;
  }

  private offer(identity: Identity): AnyAuthMethod {
    this.offered = identity;
    const username = this.endpoint.user;
    return identity.kind === 'signer'
      ? { type: 'agent', username, agent: identity.signing.agent as BaseAgent }
      : { type: 'publickey', username, key: identity.privateKey };
  }
}

/** ssh2 does not pass on the answer to an agent's signature; a signed key was accepted before, so it was not enough. */
function outcomeOf(identity: Identity): KeyAttempt {
  const { name: key } = identity;
  const { failure: reason, signed = false } = identity.kind === 'signer' ? identity.signing : {};
  if (reason !== undefined) return { key, outcome: 'unusable', reason };
  return { key, outcome: signed ? 'partial' : 'refused' };
}
