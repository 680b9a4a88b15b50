/** What is remembered of a computer between connections. */
export interface KnownComputer {
  /** Its pinned host keys, in base64 as in a `.pub` file. */
  readonly hostKeys: readonly string[];
  /** The public line of our own key that was put into its `authorized_keys`. */
  readonly installedKey?: string;
}

/** A place for records that outlives the window. VS Code's Memento has this shape. */
export interface RecordStore {
  get(key: string): unknown;
  update(key: string, value: unknown): PromiseLike<void>;
}

const recordName = 'celesto.ssh.knownComputers';

/** The computers that were reached before, by id. Deleting a computer forgets its record. */
export class KnownComputers {
  constructor(private readonly records: RecordStore) {}

  get(computerId: string): KnownComputer | undefined {
    return this.all()[computerId];
  }

  update(computerId: string, facts: Partial<KnownComputer>): void {
    const all = this.all();
    this.save({ ...all, [computerId]: { hostKeys: [], ...all[computerId], ...facts } });
  }

  forget(computerId: string): void {
    const { [computerId]: gone, ...others } = this.all();
    if (gone) this.save(others);
  }

  private all(): Readonly<Record<string, KnownComputer>> {
    return (this.records.get(recordName) ?? {}) as Readonly<Record<string, KnownComputer>>;
  }

  private save(all: Readonly<Record<string, KnownComputer>>): void {
    void this.records.update(recordName, all);
  }
}
