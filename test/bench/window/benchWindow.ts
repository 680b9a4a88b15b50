import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { until } from '../../harness/until';
import type { Window } from '../../harness/window';
import { killAllKey, locations, terminalKinds, type Location, type TerminalKindName } from './terminalKinds';

/** What is waited for; see page.mjs. */
export interface Condition {
  readonly terminals?: number;
  readonly line?: string;
  readonly feeds?: number;
  readonly moved?: boolean;
}

/** In milliseconds. */
export interface FrameTimes {
  /** From the key to the frame in which the wish had come true. */
  readonly time: number;
  /** The longest time between two frames meanwhile. */
  readonly gap: number;
}

/** Milliseconds from the key to the frame in which a new terminal showed, and to its prompt. */
export interface OpenTimes {
  readonly shown: number;
  readonly prompt: number;
}

export const atPrompt: Condition = { line: String.raw`\$ $` };

/** A window in which times are taken where a person would see them: from a key to a frame. */
export class BenchWindow {
  private readonly page: Page;

  constructor(private readonly window: Window) {
    this.page = window.page;
  }

  /** Waits until the extension is awake and has its list. */
  async waitUntilReady(): Promise<void> {
    for (const place of locations) await this.window.tree('Computers').row(place).waitFor();
    await this.page.evaluate(readFileSync(join(import.meta.dirname, 'page.mjs'), 'utf8'));
  }

  /** Makes it a window in which nothing was opened yet: what runs in it begins anew, what it keeps stays. */
  async reload(): Promise<void> {
    await this.killTerminals();
    await this.window.reload();
    await this.waitUntilReady();
  }

  /** Presses keys, and waits until what is wished is to be seen. */
  async press(keys: string, wish: Condition): Promise<FrameTimes> {
    const watch = await this.watch(wish);
    await this.page.keyboard.press(keys);
    return this.seen(watch);
  }

  /** Has something done, and waits until what is wished is to be seen. */
  async during(action: () => Promise<unknown>, wish: Condition): Promise<FrameTimes> {
    const watch = await this.watch(wish);
    await this.page.evaluate('bench.begin()');
    await action();
    return this.seen(watch);
  }

  /** Opens one more terminal. */
  async open(way: TerminalKindName, place: Location): Promise<OpenTimes> {
    const terminals = (await this.terminals()) + 1;
    const shown = await this.watch({ terminals });
    const { time: prompt } = await this.press(terminalKinds[way].key[place], { terminals, ...atPrompt });
    return { shown: (await this.seen(shown)).time, prompt };
  }

  /** Runs a command, to its prompt. */
  async run(command: string, wish: Condition = {}): Promise<FrameTimes> {
    await this.page.keyboard.type(command);
    return this.press('Enter', { ...atPrompt, ...wish });
  }

  async type(text: string): Promise<void> {
    await this.page.keyboard.type(text);
  }

  /** Counts lines that are drawn from now on in the terminal that shows, and those that are none of `expected`. */
  async countLines(expected?: readonly string[]): Promise<void> {
    await this.page.evaluate(`bench.listen(${JSON.stringify(expected ?? null)})`);
  }

  async unexpectedLines(): Promise<number> {
    return this.page.evaluate<number>('bench.strangeLines()');
  }

  /** Ends every terminal, and waits until they are gone. */
  async killTerminals(): Promise<void> {
    if ((await this.terminals()) === 0) return;
    await this.page.keyboard.press(killAllKey);
    await until('the terminals are gone', async () => (await this.terminals()) === 0);
  }

  private terminals(): Promise<number> {
    return this.page.evaluate<number>('bench.terminals()');
  }

  private watch(wish: Condition): Promise<number> {
    return this.page.evaluate<number>(`bench.watch(${JSON.stringify(wish)})`);
  }

  private seen(watch: number): Promise<FrameTimes> {
    return this.page.evaluate<FrameTimes>(`bench.seen(${watch})`);
  }
}
