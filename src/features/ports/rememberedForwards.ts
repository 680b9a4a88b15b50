/** A port that was forwarded when the window was left. */
export interface RememberedForward {
  readonly computer: { readonly id: string; readonly name: string };
  readonly port: number;
  readonly localPort: number;
}

/** A place for records that lives as long as the workspace. VS Code's Memento has this shape. */
export interface WorkspaceRecords {
  get(key: string): unknown;
  update(key: string, value: unknown): PromiseLike<void>;
}

const recordName = 'celesto.forwards';
/** The latest that are kept: nobody sees those of a computer that was deleted while the window was closed. */
const most = 100;

/** The forwarded ports of this window, so that they are there again after it was loaded anew. */
export class RememberedForwards {
  constructor(private readonly records: WorkspaceRecords) {}

  all(): readonly RememberedForward[] {
    const found = this.records.get(recordName);
    return Array.isArray(found) ? (found as unknown[]).filter(isRemembered) : [];
  }

  save(forwards: readonly RememberedForward[]): void {
    void this.records.update(recordName, forwards.slice(-most));
  }
}

/** What an older version wrote may look otherwise; then it is forgotten. */
function isRemembered(entry: unknown): entry is RememberedForward {
  const { computer, port, localPort } = (entry ?? {}) as Partial<RememberedForward>;
  return (
    typeof computer?.id === 'string' &&
    typeof computer.name === 'string' &&
    Number.isInteger(port) &&
    Number.isInteger(localPort)
  );
}
