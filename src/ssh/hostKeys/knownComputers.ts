/** What is remembered of a computer between connections. */
export interface KnownComputer {
  /** Its pinned host keys, in base64 as in a `.pub` file. */
  readonly hostKeys: readonly string[];
  /** Who said that these are its host keys, and when (milliseconds since 1970). */
  readonly confirmed?: { readonly by: ConfirmedBy; readonly at: number };
  /** The public line of our own key that was put into its `authorized_keys`. */
  readonly installedKey?: string;
  /** Where its SSH helper is, for SSH that the terminal gateway carries. */
  readonly helper?: { readonly user: string; readonly folder: string };
}

/** Who can say that a host key is right: the computer over the API, `known_hosts`, or the person. */
export type ConfirmedBy = 'api' | 'knownHosts' | 'person';

/** A place for records that outlives the window. VS Code's Memento has this shape. */
export interface RecordStore {
  get(key: string): unknown;
  update(key: string, value: unknown): PromiseLike<void>;
}

const storageKey = 'celesto.ssh.knownComputers';

/** The name of the record of the SSH server that the helper starts: it has a host key of its own. */
export function tunnelRecord(computerId: string): string {
  return `${computerId} tunnel`;
}

/** The computers that were reached before, by id, or by `tunnelRecord`. Deleting a computer forgets its records. */
export class KnownComputers {
  constructor(private readonly store: RecordStore) {}

  get(name: string): KnownComputer | undefined {
    return this.all()[name];
  }

  update(name: string, facts: Partial<KnownComputer>): void {
    const all = this.all();
    this.save({ ...all, [name]: { hostKeys: [], ...all[name], ...facts } });
  }

  forget(computerId: string): void {
    const { [computerId]: direct, [tunnelRecord(computerId)]: tunnel, ...others } = this.all();
    if (direct ?? tunnel) this.save(others);
  }

  /** Forgets the host keys of a computer: the next connection has them confirmed anew. */
  forgetHostKeys(computerId: string): void {
    for (const name of [computerId, tunnelRecord(computerId)]) {
      if (this.get(name)) this.update(name, { hostKeys: [], confirmed: undefined });
    }
  }

  /** The names of all records. */
  get names(): string[] {
    return Object.keys(this.all());
  }

  private all(): Readonly<Record<string, KnownComputer>> {
    return (this.store.get(storageKey) ?? {}) as Readonly<Record<string, KnownComputer>>;
  }

  private save(all: Readonly<Record<string, KnownComputer>>): void {
    void this.store.update(storageKey, all);
  }
}
