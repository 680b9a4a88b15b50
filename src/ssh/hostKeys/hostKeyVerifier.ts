import type { Computer } from '../../computers/computer';
import type { Log } from '../../base/log';
import type { Endpoint } from '../connection/endpoint';
import { HostKeyError } from '../errors';
import { fingerprint, keyType, type PublicKey } from './fingerprint';
import { tunnelRecord, type KnownComputers, type ConfirmedBy } from './knownComputers';
import type { KnownHostsVerdict } from './knownHosts';

/** Asks a person whether a key nobody can confirm may be trusted. */
export type ConfirmHostKey = (question: {
  readonly computer: Computer;
  readonly endpoint: Endpoint;
  readonly type: string;
  readonly fingerprint: string;
}) => Promise<boolean>;

/** What the person's `known_hosts` say of the key a server showed. */
export type LookUpKnownHost = (endpoint: Endpoint, shown: Buffer) => Promise<KnownHostsVerdict>;

/**
 * Decides whether a server is the computer it should be, before anything is sent to it. The computer's own word over
 * the authenticated API counts most: with it there is no question to a person, and nobody in between gets through.
 * Only where the computer cannot tell do `known_hosts` and then the person count.
 */
export class HostKeyVerifier {
  constructor(
    private readonly knownComputers: KnownComputers,
    private readonly knownHosts: LookUpKnownHost,
    private readonly confirm: ConfirmHostKey,
    private readonly log: Log,
  ) {}

  /** True where the key shown is one that was pinned before. */
  isPinned(computer: Computer, endpoint: Endpoint, shown: Buffer): boolean {
    return (
      this.knownComputers.get(recordName(computer, endpoint))?.hostKeys.includes(shown.toString('base64')) ??
      false
    );
  }

  /**
   * Verifies the key a server showed.
   * @param readHostKeys reads the computer's keys over the API; empty where it cannot tell
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
      throw new HostKeyError('changed', endpoint, fingerprint(shown), fingerprints(keys));
    }
    const record = recordName(computer, endpoint);
    if (this.knownComputers.get(record)?.hostKeys.length)
      this.log.info(`${computer.id} has a new host key, confirmed by the API: ${fingerprint(shown)}`);
    this.pin(
      record,
      keys.map(({ blob }) => blob),
      'api',
    );
  }

  private async verifyUnconfirmed(computer: Computer, endpoint: Endpoint, shown: Buffer): Promise<void> {
    const print = fingerprint(shown);
    const record = recordName(computer, endpoint);
    const pinned = this.knownComputers.get(record)?.hostKeys ?? [];
    if (pinned.length > 0) {
      const expected = pinned.map((key) => fingerprint(Buffer.from(key, 'base64')));
      throw new HostKeyError('unconfirmed', endpoint, print, expected);
    }
    const verdict = await this.knownHosts(endpoint, shown);
    if (verdict === 'revoked') throw new HostKeyError('revoked', endpoint, print, []);
    // An address is handed from computer to computer, so another key in known_hosts is a reason to ask, not to refuse.
    const isKnown = verdict === 'known';
    const trusted =
      isKnown || (await this.confirm({ computer, endpoint, type: keyType(shown), fingerprint: print }));
    if (!trusted) throw new HostKeyError('declined', endpoint, print, []);
    this.pin(record, [shown], isKnown ? 'knownHosts' : 'person');
  }

  private pin(record: string, keys: readonly Buffer[], by: ConfirmedBy): void {
    const hostKeys = keys.map((key) => key.toString('base64'));
    this.knownComputers.update(record, { hostKeys, confirmed: { by, at: Date.now() } });
  }
}

function recordName(computer: Computer, { through }: Endpoint): string {
  return through === 'gateway' ? tunnelRecord(computer.id) : computer.id;
}

function fingerprints(keys: readonly PublicKey[]): string[] {
  return keys.map((key) => fingerprint(key.blob));
}
