import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import type { Clock } from '../../base/clock';
import { undefinedIfMissing } from '../../base/undefinedIfMissing';

/** Milliseconds after its last heartbeat at which a window is taken to be closed. */
const heartbeatTimeoutMs = 120_000;

/** Content of a window's file: the time, in milliseconds since the epoch, and the ids of the computers it uses. */
const heartbeatSchema = v.object({ at: v.number(), ids: v.array(v.string()) });
type Heartbeat = v.InferOutput<typeof heartbeatSchema>;

/**
 * Shares which computers each window of one user on one machine uses. Each window writes heartbeats to a file of its own
 * in a common folder.
 */
export class WindowRegistry {
  private writing: Promise<void> = Promise.resolve();
  private hasFile = false;
  private isUnregistered = false;

  constructor(
    private readonly folder: string,
    private readonly clock: Pick<Clock, 'now'>,
    private readonly fileName = `${randomUUID()}.json`,
  ) {}

  /** Writes a heartbeat with the computers that this window uses; to be repeated within {@link heartbeatTimeoutMs}. */
  publish(ids: readonly string[]): Promise<void> {
    const next = this.writing.then(() => this.write(ids));
    this.writing = next.catch(() => undefined);
    return next;
  }

  async isUsedElsewhere(computerId: string): Promise<boolean> {
    const others = (await this.fileNames()).filter((fileName) => fileName !== this.fileName);
    const used = await Promise.all(others.map((fileName) => this.read(fileName)));
    return used.some((ids) => ids.includes(computerId));
  }

  /** Removes the file of this window, which closes. */
  unregister(): void {
    this.isUnregistered = true;
    if (this.hasFile) rmSync(join(this.folder, this.fileName), { force: true });
  }

  private async write(ids: readonly string[]): Promise<void> {
    const file = join(this.folder, this.fileName);
    if (this.isUnregistered || (ids.length === 0 && !this.hasFile)) return;
    this.hasFile = ids.length > 0;
    if (!this.hasFile) {
      await rm(file, { force: true });
      return;
    }
    await mkdir(this.folder, { recursive: true });
    // Written beside it and renamed, so that no window reads half a heartbeat.
    await writeFile(`${file}.new`, JSON.stringify({ at: this.clock.now(), ids }));
    await rename(`${file}.new`, file);
    if (this.wasUnregistered()) rmSync(file, { force: true });
  }

  /** Reads the flag again: {@link unregister} may have run during the write. */
  private wasUnregistered(): boolean {
    return this.isUnregistered;
  }

  private async fileNames(): Promise<string[]> {
    const names = (await undefinedIfMissing(readdir(this.folder))) ?? [];
    return names.filter((name) => name.endsWith('.json'));
  }

  /**
   * Reads the computers that a window uses: none once its heartbeats have ended, and then its file is removed.
   * Rejects where the file cannot be read just now: the window may use any computer.
   */
  private async read(fileName: string): Promise<readonly string[]> {
    const file = join(this.folder, fileName);
    const heartbeat = parseHeartbeat((await undefinedIfMissing(readFile(file, 'utf8'))) ?? '');
    if (heartbeat && Math.abs(this.clock.now() - heartbeat.at) <= heartbeatTimeoutMs) return heartbeat.ids;
    await rm(file, { force: true });
    return [];
  }
}

function parseHeartbeat(text: string): Heartbeat | undefined {
  try {
    const result = v.safeParse(heartbeatSchema, JSON.parse(text));
    return result.success ? result.output : undefined;
  } catch {
    return undefined;
  }
}
