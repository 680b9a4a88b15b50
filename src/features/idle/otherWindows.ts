import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import type { Clock } from '../../base/clock';
import { undefinedIfMissing } from '../../base/undefinedIfMissing';

/** Milliseconds after which a window that has told nothing more is taken to be gone. */
const stale = 120_000;

const word = v.object({ at: v.number(), ids: v.array(v.string()) });

/**
 * What the windows of one person on one machine tell each other: which computers each of them uses. Each has a file of
 * its own in a folder that they share, and writes it anew now and then.
 */
export class WindowRegistry {
  private writing: Promise<void> = Promise.resolve();
  private hasWord = false;
  private left = false;

  constructor(
    private readonly folder: string,
    private readonly clock: Pick<Clock, 'now'>,
    private readonly name = `${randomUUID()}.json`,
  ) {}

  /** Tells the others which computers this window uses; to be repeated well within two minutes. */
  publish(ids: readonly string[]): Promise<void> {
    const next = this.writing.then(() => this.write(ids));
    this.writing = next.catch(() => undefined);
    return next;
  }

  /** Whether another window uses a computer. */
  async isUsedElsewhere(computerId: string): Promise<boolean> {
    const others = (await this.names()).filter((name) => name !== this.name);
    const words = await Promise.all(others.map((name) => this.read(name)));
    return words.some((ids) => ids.includes(computerId));
  }

  /** The window closes: it uses nothing any more. */
  unregister(): void {
    this.left = true;
    if (this.hasWord) rmSync(join(this.folder, this.name), { force: true });
  }

  private async write(ids: readonly string[]): Promise<void> {
    const file = join(this.folder, this.name);
    if (this.left || (ids.length === 0 && !this.hasWord)) return;
    this.hasWord = ids.length > 0;
    if (!this.hasWord) {
      await rm(file, { force: true });
      return;
    }
    await mkdir(this.folder, { recursive: true });
    // Nobody shall read half a word.
    await writeFile(`${file}.new`, JSON.stringify({ at: this.clock.now(), ids }));
    await rename(`${file}.new`, file);
    if (this.isGone()) rmSync(file, { force: true });
  }

  /** It may have been left while it wrote. */
  private isGone(): boolean {
    return this.left;
  }

  private async names(): Promise<string[]> {
    const names = (await undefinedIfMissing(readdir(this.folder))) ?? [];
    return names.filter((name) => name.endsWith('.json'));
  }

  /**
   * What a window uses; nothing where it is gone. The file of such a one is taken away.
   * Rejects where its file cannot be read just now: it may use anything.
   */
  private async read(name: string): Promise<readonly string[]> {
    const file = join(this.folder, name);
    const said = parsed((await undefinedIfMissing(readFile(file, 'utf8'))) ?? '');
    if (said && Math.abs(this.clock.now() - said.at) <= stale) return said.ids;
    await rm(file, { force: true });
    return [];
  }
}

function parsed(text: string): v.InferOutput<typeof word> | undefined {
  try {
    const said = v.safeParse(word, JSON.parse(text));
    return said.success ? said.output : undefined;
  } catch {
    return undefined;
  }
}
