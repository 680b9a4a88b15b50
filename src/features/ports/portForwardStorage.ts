/** A port that was forwarded when the window was left. */
export interface SavedPortForward {
  readonly computer: { readonly id: string; readonly name: string };
  readonly port: number;
  readonly localPort: number;
}

/** A place for records that lives as long as the workspace. VS Code's Memento has this shape. */
export interface WorkspaceRecords {
  get(key: string): unknown;
  update(key: string, value: unknown): PromiseLike<void>;
}

const storageKey = 'celesto.forwards';
/** The latest that are kept: nobody sees those of a computer that was deleted while the window was closed. */
const maxForwards = 100;

/** The forwarded ports of this window, so that they are there again after it was loaded anew. */
export class PortForwardStorage {
  constructor(private readonly memento: WorkspaceRecords) {}

  all(): readonly SavedPortForward[] {
    const found = this.memento.get(storageKey);
    return Array.isArray(found) ? (found as unknown[]).filter(isRemembered) : [];
  }

  save(forwards: readonly SavedPortForward[]): void {
    void this.memento.update(storageKey, forwards.slice(-maxForwards));
  }
}

/** What an older version wrote may look otherwise; then it is forgotten. */
function isRemembered(entry: unknown): entry is SavedPortForward {
  const { computer, port, localPort } = (entry ?? {}) as Partial<SavedPortForward>;
  return (
    typeof computer?.id === 'string' &&
    typeof computer.name === 'string' &&
    Number.isInteger(port) &&
    Number.isInteger(localPort)
  );
}
