import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { until } from '../../harness/until';
import type { Window } from '../../harness/window';
import { killAll, places, ways, type Place, type WayName } from './ways';

/** What is waited for; see page.mjs. */
export interface Wish {
  readonly terminals?: number;
  readonly line?: string;
  readonly feeds?: number;
  readonly moved?: boolean;
}

/** In milliseconds. */
export interface Seen {
  /** From the key to the frame in which the wish had come true. */
  readonly time: number;
  /** The longest time between two frames meanwhile. */
  readonly gap: number;
}

/** Milliseconds from the key to the frame in which a new terminal showed, and to its prompt. */
export interface Opened {
  readonly shown: number;
  readonly prompt: number;
}

export const atPrompt: Wish = { line: String.raw`\$ $` };

/** A window in which times are taken where a person would see them: from a key to a frame. */
export class BenchWindow {
  private readonly page: Page;

  constructor(private readonly window: Window) {
    this.page = window.page;
  }

  /** Waits until the extension is awake and has its list. */
  async settle(): Promise<void> {
    for (const place of places) await this.window.tree('Computers').row(place).waitFor();
    await this.page.evaluate(readFileSync(join(import.meta.dirname, 'page.mjs'), 'utf8'));
  }

  /** Makes it a window in which nothing was opened yet: what runs in it begins anew, what it keeps stays. */
  async reload(): Promise<void> {
    await this.clear();
    await this.window.reload();
    await this.settle();
  }

  /** Presses keys, and waits until what is wished is to be seen. */
  async press(keys: string, wish: Wish): Promise<Seen> {
    const watch = await this.watch(wish);
    await this.page.keyboard.press(keys);
    return this.seen(watch);
  }

  /** Has something done, and waits until what is wished is to be seen. */
  async during(action: () => Promise<unknown>, wish: Wish): Promise<Seen> {
    const watch = await this.watch(wish);
    await this.page.evaluate('bench.begin()');
    await action();
    return this.seen(watch);
  }

  /** Opens one more terminal. */
  async open(way: WayName, place: Place): Promise<Opened> {
    const terminals = (await this.terminals()) + 1;
    const shown = await this.watch({ terminals });
    const { time: prompt } = await this.press(ways[way].key[place], { terminals, ...atPrompt });
    return { shown: (await this.seen(shown)).time, prompt };
  }

  /** Runs a command, to its prompt. */
  async run(command: string, wish: Wish = {}): Promise<Seen> {
    await this.page.keyboard.type(command);
    return this.press('Enter', { ...atPrompt, ...wish });
  }

  async type(text: string): Promise<void> {
    await this.page.keyboard.type(text);
  }

  /** Counts lines that are drawn from now on in the terminal that shows, and those that are none of `expected`. */
  async listen(expected?: readonly string[]): Promise<void> {
    await this.page.evaluate(`bench.listen(${JSON.stringify(expected ?? null)})`);
  }

  async strangeLines(): Promise<number> {
    return this.page.evaluate<number>('bench.strangeLines()');
  }

  /** Ends every terminal, and waits until they are gone. */
  async clear(): Promise<void> {
    if ((await this.terminals()) === 0) return;
    await this.page.keyboard.press(killAll);
    await until('the terminals are gone', async () => (await this.terminals()) === 0);
  }

  private terminals(): Promise<number> {
    return this.page.evaluate<number>('bench.terminals()');
  }

  private watch(wish: Wish): Promise<number> {
    return this.page.evaluate<number>(`bench.watch(${JSON.stringify(wish)})`);
  }

  private seen(watch: number): Promise<Seen> {
    return this.page.evaluate<Seen>(`bench.seen(${watch})`);
  }
}
