import type { SessionMemory } from '../shell/session';

/** A terminal that was open when the window was left. */
export interface SavedTerminal {
  readonly computer: { readonly id: string; readonly name: string };
  /** The name of its shell on the computer. */
  readonly shellName: string;
  /** What the shell marks its commands with; nothing where it marks none. */
  readonly nonce?: string | undefined;
  readonly memory: SessionMemory;
  readonly inEditor: boolean;
}

/** A place for records that lives as long as the workspace. VS Code's Memento has this shape. */
export interface WorkspaceRecords {
  get(key: string): unknown;
  update(key: string, value: unknown): PromiseLike<void>;
}

const recordName = 'celesto.terminals';

/** The terminals of this window, so that they can come back after it was loaded anew. */
export class SavedTerminals {
  constructor(private readonly records: WorkspaceRecords) {}

  all(): readonly SavedTerminal[] {
    const found = this.records.get(recordName);
    return Array.isArray(found) ? (found as unknown[]).filter(isRemembered) : [];
  }

  save(terminals: readonly SavedTerminal[]): void {
    void this.records.update(recordName, terminals);
  }
}

/** What an older version wrote may look otherwise; then it is forgotten. */
function isRemembered(entry: unknown): entry is SavedTerminal {
  const { computer, shellName, memory } = (entry ?? {}) as Partial<SavedTerminal>;
  return typeof computer?.id === 'string' && typeof shellName === 'string' && typeof memory === 'object';
}
