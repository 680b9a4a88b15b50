import type { Memento } from '../../base/memento';
import type { SshTransportName } from '../connection/sshTransport';

/** An SSH server that was reached before. */
export interface KnownServer {
  /** Pinned host keys, in base64 as in a `.pub` file. */
  readonly hostKeys: readonly string[];
  /** Source that confirmed the host keys, and the time (milliseconds since 1970). */
  readonly confirmed?: { readonly by: ConfirmedBy; readonly at: number } | undefined;
  /** Public line of the extension key that its `authorized_keys` holds. */
  readonly installedKey?: string | undefined;
}

/** The sshd that the terminal gateway starts. It has a host key of its own. */
export interface KnownTunnelServer extends KnownServer {
  /** Location of its files on the computer (remoteSshd.ts). */
  readonly helper?: { readonly user: string; readonly folder: string };
}

/** The SSH servers of one computer, by the transport that leads to them. */
export interface KnownComputer {
  readonly ssh?: KnownServer;
  readonly tunnel?: KnownTunnelServer;
}

/** Sources of a host key: the computer itself over the API, `known_hosts`, or the user (stored as `person`). */
export type ConfirmedBy = 'api' | 'knownHosts' | 'person';

/** Stored form, shared with installed versions: records by `ID` for ssh and by `ID tunnel` for the tunnel. */
type StoredRecords = Readonly<Record<string, KnownServer | KnownTunnelServer>>;

const storageKey = 'celesto.ssh.knownComputers';
const tunnelSuffix = ' tunnel';

/** Remembers the computers that were reached before, by id. A deleted computer is to be forgotten. */
export class KnownComputers {
  constructor(private readonly memento: Memento) {}

  get ids(): string[] {
    return [...this.load().keys()];
  }

  get(id: string): KnownComputer {
    return this.load().get(id) ?? {};
  }

  /** Merges facts into the record of one server. */
  update<Name extends SshTransportName>(
    id: string,
    name: Name,
    facts: Partial<NonNullable<KnownComputer[Name]>>,
  ): void {
    const computer = this.get(id);
    this.save(this.load().set(id, { ...computer, [name]: { hostKeys: [], ...computer[name], ...facts } }));
  }

  forget(id: string): void {
    const computers = this.load();
    if (computers.delete(id)) this.save(computers);
  }

  /** Forgets the tunnel's server, whose files were deleted. */
  forgetTunnel(id: string): void {
    const { ssh, tunnel } = this.get(id);
    if (tunnel) this.save(this.load().set(id, { ...(ssh && { ssh }) }));
  }

  /** Forgets the host keys of a computer: the next connection has them confirmed again. */
  forgetHostKeys(id: string): void {
    const { ssh, tunnel } = this.get(id);
    if (ssh) this.update(id, 'ssh', { hostKeys: [], confirmed: undefined });
    if (tunnel) this.update(id, 'tunnel', { hostKeys: [], confirmed: undefined });
  }

  private load(): Map<string, KnownComputer> {
    const computers = new Map<string, KnownComputer>();
    const stored = (this.memento.get(storageKey) ?? {}) as StoredRecords;
    for (const [key, server] of Object.entries(stored)) {
      const isTunnel = key.endsWith(tunnelSuffix);
      const id = isTunnel ? key.slice(0, -tunnelSuffix.length) : key;
      computers.set(id, { ...computers.get(id), [isTunnel ? 'tunnel' : 'ssh']: server });
    }
    return computers;
  }

  private save(computers: ReadonlyMap<string, KnownComputer>): void {
    const records = [...computers].flatMap(([id, { ssh, tunnel }]) => [
      ...(ssh ? [[id, ssh] as const] : []),
      ...(tunnel ? [[`${id}${tunnelSuffix}`, tunnel] as const] : []),
    ]);
    void this.memento.update(storageKey, Object.fromEntries(records) satisfies StoredRecords);
  }
}
