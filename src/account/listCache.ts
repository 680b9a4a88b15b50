import type * as vscode from 'vscode';
import type { Computer } from '../computers/computer';
import type { ListCache } from '../computers/computerStore';

const cacheKey = 'celesto.computers';

interface Cached {
  readonly owner: string;
  readonly computers: readonly Computer[];
}

/** Caches the list of computers from one window to the next, with its owner. */
export class AccountListCache implements ListCache {
  constructor(
    private readonly memory: vscode.Memento,
    /** Identifies the owner of the list, and what it is filtered by. */
    private readonly listed: { readonly owner: string },
  ) {}

  read(): readonly Computer[] {
    const cached = this.memory.get<Cached>(cacheKey);
    return cached?.owner === this.listed.owner ? cached.computers : [];
  }

  write(computers: readonly Computer[]): void {
    void this.memory.update(cacheKey, { owner: this.listed.owner, computers } satisfies Cached);
  }
}
