import type { Log } from '../../base/log';
import type { Computer } from '../../computers/computer';
import type { Endpoint } from '../connection/endpoint';
import type { SshTransportName } from '../connection/sshTransport';
import { HostKeyError } from '../sshErrors';
import { fingerprint, keyType, type PublicKey } from './fingerprint';
import type { ConfirmedBy, KnownComputers, KnownServer } from './knownComputers';
import type { KnownHostsVerdict } from './knownHosts';

/** Asks the user to trust a host key that nothing else confirms. */
export type ConfirmHostKey = (question: {
  readonly computer: Computer;
  readonly endpoint: Endpoint;
  readonly type: string;
  readonly fingerprint: string;
}) => Promise<boolean>;

/** Looks the presented host key up in the user's `known_hosts`. */
export type LookUpKnownHost = (endpoint: Endpoint, shown: Buffer) => Promise<KnownHostsVerdict>;

/**
 * Verifies host keys before anything is sent to the server. The computer's own answer over the authenticated API counts
 * most: it needs no question to the user, and no one in between can forge it. `known_hosts`, and then the user, count
 * only where the computer cannot answer.
 */
export class HostKeyVerifier {
  constructor(
    private readonly knownComputers: KnownComputers,
    private readonly lookUpKnownHost: LookUpKnownHost,
    private readonly confirm: ConfirmHostKey,
    private readonly log: Log,
  ) {}

  /** True for a key that was pinned before. */
  isPinned(computer: Computer, endpoint: Endpoint, shown: Buffer): boolean {
    const pinned = this.known(computer, endpoint)?.hostKeys ?? [];
    return pinned.includes(shown.toString('base64'));
  }

  /**
   * Verifies the host key that a server presents.
   * @param readHostKeys reads the computer's keys over the API; empty where they cannot be read
   * @throws HostKeyError
   */
  async verify(
    computer: Computer,
    endpoint: Endpoint,
    shown: Buffer,
    readHostKeys: () => Promise<readonly PublicKey[]>,
  ): Promise<void> {
    if (this.isPinned(computer, endpoint, shown)) return;
    const keys = await readHostKeys();
    if (keys.length > 0) this.verifyConfirmed(computer, endpoint, shown, keys);
    else await this.verifyUnconfirmed(computer, endpoint, shown);
  }

  private verifyConfirmed(
    computer: Computer,
    endpoint: Endpoint,
    shown: Buffer,
    keys: readonly PublicKey[],
  ): void {
    if (!keys.some((key) => key.blob.equals(shown))) {
      const expected = keys.map(({ blob }) => fingerprint(blob));
      throw new HostKeyError('changed', endpoint, fingerprint(shown), expected);
    }
    if (this.known(computer, endpoint)?.hostKeys.length)
      this.log.info(`${computer.id} has a new host key, confirmed by the API: ${fingerprint(shown)}`);
    const blobs = keys.map(({ blob }) => blob);
    this.pin(computer, endpoint, blobs, 'api');
  }

  private async verifyUnconfirmed(computer: Computer, endpoint: Endpoint, shown: Buffer): Promise<void> {
    const shownFingerprint = fingerprint(shown);
    const pinned = this.known(computer, endpoint)?.hostKeys ?? [];
    if (pinned.length > 0) {
      const expected = pinned.map((key) => fingerprint(Buffer.from(key, 'base64')));
      throw new HostKeyError('unconfirmed', endpoint, shownFingerprint, expected);
    }
    const verdict = await this.lookUpKnownHost(endpoint, shown);
    if (verdict === 'revoked') throw new HostKeyError('revoked', endpoint, shownFingerprint, []);
    // An address is handed from computer to computer, so another key in known_hosts is a reason to ask, not to refuse.
    const isKnown = verdict === 'known';
    const question = { computer, endpoint, type: keyType(shown), fingerprint: shownFingerprint };
    if (!isKnown && !(await this.confirm(question)))
      throw new HostKeyError('declined', endpoint, shownFingerprint, []);
    this.pin(computer, endpoint, [shown], isKnown ? 'knownHosts' : 'person');
  }

  private known(computer: Computer, endpoint: Endpoint): KnownServer | undefined {
    return this.knownComputers.get(computer.id)[transportOf(endpoint)];
  }

  private pin(computer: Computer, endpoint: Endpoint, keys: readonly Buffer[], by: ConfirmedBy): void {
    const hostKeys = keys.map((key) => key.toString('base64'));
    const confirmed = { by, at: Date.now() };
    this.knownComputers.update(computer.id, transportOf(endpoint), { hostKeys, confirmed });
  }
}

function transportOf({ through }: Endpoint): SshTransportName {
  return through === 'gateway' ? 'tunnel' : 'ssh';
}
