import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { until } from '../../harness/until';
import type { Window } from '../../harness/window';
import { killAllKey, type Location, locations, type TerminalKindName, terminalKinds } from './terminalKinds';

/** Condition of the window to wait for; see page.mjs. */
export interface Condition {
  readonly terminals?: number;
  readonly line?: string;
  readonly lineFeeds?: number;
  readonly moved?: boolean;
}

/** Milliseconds. */
export interface FrameTimes {
  /** From the key to the first frame in which the condition holds. */
  readonly time: number;
  /** Longest time between two frames in between. */
  readonly gap: number;
}

/** Milliseconds from the key to the first frame of a new terminal, and to its prompt. */
export interface OpenTimes {
  readonly shown: number;
  readonly prompt: number;
}

export const atPrompt: Condition = { line: String.raw`\$ $` };

/** Measures times in a window as a user sees them: from a key to a frame. */
export class BenchWindow {
  private readonly page: Page;

  constructor(private readonly window: Window) {
    this.page = window.page;
  }

  /** Waits until the extension has its list. */
  async waitUntilReady(): Promise<void> {
    for (const location of locations) await this.window.tree('Computers').row(location).waitFor();
    await this.page.evaluate(readFileSync(join(import.meta.dirname, 'page.mjs'), 'utf8'));
  }

  /** Reloads the window without terminals: the extension host is new, stored data stays. */
  async reload(): Promise<void> {
    await this.killTerminals();
    await this.window.reload();
    await this.waitUntilReady();
  }

  /** Presses keys, and waits for the frame in which the condition holds. */
  async press(keys: string, condition: Condition): Promise<FrameTimes> {
    const watch = await this.watch(condition);
    await this.page.keyboard.press(keys);
    return this.frameTimes(watch);
  }

  /** Runs an action, and waits for the frame in which the condition holds. */
  async during(action: () => Promise<unknown>, condition: Condition): Promise<FrameTimes> {
    const watch = await this.watch(condition);
    await this.page.evaluate('bench.start()');
    await action();
    return this.frameTimes(watch);
  }

  /** Opens one more terminal. */
  async open(kind: TerminalKindName, location: Location): Promise<OpenTimes> {
    const terminals = (await this.terminals()) + 1;
    const shown = await this.watch({ terminals });
    const { time: prompt } = await this.press(terminalKinds[kind].key[location], { terminals, ...atPrompt });
    return { shown: (await this.frameTimes(shown)).time, prompt };
  }

  /** Runs a command, to its prompt. */
  async run(command: string, condition: Condition = {}): Promise<FrameTimes> {
    await this.page.keyboard.type(command);
    return this.press('Enter', { ...atPrompt, ...condition });
  }

  async type(text: string): Promise<void> {
    await this.page.keyboard.type(text);
  }

  /** Counts lines drawn from now on in the active terminal, and those that are not among `expected`. */
  async countLines(expected?: readonly string[]): Promise<void> {
    await this.page.evaluate(`bench.countLines(${JSON.stringify(expected ?? null)})`);
  }

  async unexpectedLines(): Promise<number> {
    return this.page.evaluate<number>('bench.unexpectedLines()');
  }

  /** Kills all terminals and waits until they are gone. */
  async killTerminals(): Promise<void> {
    if ((await this.terminals()) === 0) return;
    await this.page.keyboard.press(killAllKey);
    await until('the terminals are gone', async () => (await this.terminals()) === 0);
  }

  private terminals(): Promise<number> {
    return this.page.evaluate<number>('bench.terminals()');
  }

  private watch(condition: Condition): Promise<number> {
    return this.page.evaluate<number>(`bench.watch(${JSON.stringify(condition)})`);
  }

  private frameTimes(watch: number): Promise<FrameTimes> {
    return this.page.evaluate<FrameTimes>(`bench.frameTimes(${watch})`);
  }
}
