import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ComputerRecord } from './computer';

/** State of the emulator that is kept on disk. */
export interface Saved {
  apiKey: string;
  computers: ComputerRecord[];
  /** Idempotency key, with its organization → the request and the id of the computer it made. */
  creations: Record<string, { request: string; id: string }>;
}

/** The state on disk: one JSON file, written whole. */
export class StateFile {
  private readonly path: string;
  private writing: Promise<void> = Promise.resolve();
  private isPending = false;

  constructor(folder: string) {
    mkdirSync(folder, { recursive: true });
    this.path = join(folder, 'state.json');
  }

  /** The saved state; undefined in a new folder. */
  load(): Saved | undefined {
    if (!existsSync(this.path)) return undefined;
    return JSON.parse(readFileSync(this.path, 'utf8')) as Saved;
  }

  /** Saves soon; further calls until then are merged into one. */
  save(current: () => Saved): void {
    if (this.isPending) return;
    this.isPending = true;
    this.writing = this.writing.then(async () => {
      this.isPending = false;
      // Written beside and moved into place, so that the file is always whole.
      await writeFile(`${this.path}.new`, JSON.stringify(current(), null, 1), { mode: 0o600 });
      await rename(`${this.path}.new`, this.path);
    });
  }

  /** Resolves when all saves are on disk. */
  saved(): Promise<void> {
    return this.writing;
  }
}
