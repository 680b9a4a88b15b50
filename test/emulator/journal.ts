/** A received request, upgrades to WebSockets included. */
export interface JournalEntry {
  /** Milliseconds since the epoch. */
  at: number;
  method: string;
  path: string;
  /** As received, without the token of a terminal. */
  query: Record<string, unknown>;
  /** As received, without the key. */
  headers: Record<string, unknown>;
  body?: unknown;
  /** Status of the answer; absent while there is none. */
  status?: number;
}

const limit = 10_000;

/** Records the received requests, for tests to check. */
export class Journal {
  private entries: JournalEntry[] = [];

  add(entry: Omit<JournalEntry, 'at'>): JournalEntry {
    const headers = { ...entry.headers };
    if (headers.authorization !== undefined) headers.authorization = 'Bearer …';
    const query = { ...entry.query };
    if (query.token !== undefined) query.token = '…';
    const added = { ...entry, headers, query, at: Date.now() };
    this.entries.push(added);
    if (this.entries.length > limit) this.entries.shift();
    return added;
  }

  /** The requests of a method, and whose path matches a regular expression, oldest first. */
  find(filter: { method?: string | undefined; path?: string | undefined }): JournalEntry[] {
    const path = new RegExp(filter.path ?? '');
    return this.entries.filter(
      (entry) => (filter.method ?? entry.method).toUpperCase() === entry.method && path.test(entry.path),
    );
  }

  clear(): void {
    this.entries = [];
  }
}
