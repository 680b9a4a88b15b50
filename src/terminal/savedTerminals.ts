import type { Memento } from '../base/memento';
import type { SessionMemory } from '../shell/shellSession';

/** A terminal that was open when its window closed. */
export interface SavedTerminal {
  readonly computer: { readonly id: string; readonly name: string };
  /** The name of its shell on the computer. */
  readonly shellName: string;
  /** The shell-integration nonce of its shell; undefined where shell integration is off. */
  readonly nonce?: string | undefined;
  readonly memory: SessionMemory;
  readonly inEditor: boolean;
}

const storageKey = 'celesto.terminals';

/** Stores the terminals of this window in its workspace, to reopen them after a reload. */
export class SavedTerminals {
  constructor(private readonly memento: Memento) {}

  all(): readonly SavedTerminal[] {
    const stored = this.memento.get(storageKey);
    return Array.isArray(stored) ? (stored as unknown[]).filter(isSavedTerminal) : [];
  }

  save(terminals: readonly SavedTerminal[]): void {
    void this.memento.update(storageKey, terminals);
  }
}

/** False for entries of an older version, which may have another shape. */
function isSavedTerminal(entry: unknown): entry is SavedTerminal {
  const { computer, shellName, memory } = (entry ?? {}) as Partial<SavedTerminal>;
  return typeof computer?.id === 'string' && typeof shellName === 'string' && typeof memory === 'object';
}
