import { t } from '@vscode/l10n';
import type { AnyAuthMethod, BaseAgent } from 'ssh2';
import type { Endpoint } from '../connection/endpoint';
import { AuthenticationError, type KeyAttempt } from '../errors';
import type { Identity } from './identities';
import type { Provisioner } from '../provisioning/provisioner';

/** Offers one key after the other to one server, and remembers what became of each. */
export class Authenticator {
  private readonly attempts: KeyAttempt[] = [];
  private offered: Identity | undefined;
  private offeredUnprovisioned = false;
  private provisioningError: string | undefined;
  private methods: readonly string[] = [];

  constructor(
    private readonly endpoint: Endpoint,
    private readonly identities: AsyncIterator<Identity | KeyAttempt, void>,
    private readonly provisioner: Pick<Provisioner, 'started' | 'get'>,
  ) {}

  /**
   * The next key to offer, or false when there is none left.
   * @param methodsLeft what the server would still take
   * @param partial true where it took the last key and asks for more
   */
  async next(methodsLeft: readonly string[] | null, partial: boolean | null): Promise<AnyAuthMethod | false> {
    if (methodsLeft) this.methods = methodsLeft;
    const last = this.offered;
    this.offered = undefined;
    if (last && partial) this.attempts.push({ key: last.name, outcome: 'partial' });
    else if (last?.kind === 'own' && this.offeredUnprovisioned && (await this.provision()))
      return this.offer(last);
    else if (last) this.attempts.push(outcomeOf(last));
    for (;;) {
      const { value, done } = await this.identities.next();
      if (done) return false;
      if ('kind' in value) return this.prepare(value);
      this.attempts.push(value);
    }
  }

  /** While a key is being signed with: a person may be asked for something, and that takes its time. */
  get signing(): Promise<void> | undefined {
    return this.offered?.kind === 'signer' ? this.offered.signing.pending : undefined;
  }

  /**
   * True where the connection ended while the key that was offered last was being signed with, and that worked in the
   * end. Waits for it.
   */
  async signedLate(): Promise<boolean> {
    const { offered } = this;
    await this.signing;
    return offered?.kind === 'signer' && offered.signing.signed;
  }

  /** What to tell when all were refused. */
  failure(): AuthenticationError {
    return new AuthenticationError(this.endpoint, this.attempts, this.methods, this.provisioningError);
  }

  /** What to tell when the server lost its patience in the middle: an agent may hold more keys than it allows tries. */
  tooManyAttempts(): AuthenticationError {
    const reason = t('the server allows no further try');
    if (this.offered) this.attempts.push({ key: this.offered.name, outcome: 'unusable', reason });
    return this.failure();
  }

  /** Our own key is put on the computer before it is offered, unless it is believed to be there. */
  private async prepare(identity: Identity): Promise<AnyAuthMethod> {
    this.offeredUnprovisioned = identity.kind === 'own' && !this.provisioner.started;
    if (identity.kind === 'own' && this.provisioner.started) await this.provision();
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

/** ssh2 does not pass on what a server said to a signature of an agent, but it had said before that the key would do. */
function outcomeOf(identity: Identity): KeyAttempt {
  const { name: key } = identity;
  const { failure: reason, signed = false } = identity.kind === 'signer' ? identity.signing : {};
  if (reason !== undefined) return { key, outcome: 'unusable', reason };
  return { key, outcome: signed ? 'partial' : 'refused' };
}
