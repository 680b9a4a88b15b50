import { setTimeout as delay } from 'node:timers/promises';
import { median } from '../table';
import { atPrompt, type BenchWindow } from './benchWindow';
import { PeakMemory } from './processes';
import type { Scene } from './scene';
import { wayNames, ways, type Place, type WayName } from './ways';

/** A number for each way. */
export type Both = Readonly<Record<WayName, number>>;

/** Measures the ways by turns, and gives the middle of each value; NaN for a way that is left out. */
async function byTurns<T extends Readonly<Record<string, number>>>(
  rounds: number,
  measure: (way: WayName) => Promise<T>,
  taken = wayNames,
): Promise<Readonly<Record<keyof T, Both>>> {
  const all: Record<WayName, T[]> = { native: [], ours: [] };
  for (let round = 0; round < rounds; round += 1)
    for (const way of round % 2 === 0 ? taken : taken.toReversed()) all[way].push(await measure(way));
  const middle = (way: WayName, name: keyof T): number =>
    median(all[way].map((values) => values[name] ?? NaN));
  const names = Object.keys((all.ours[0] ?? all.native[0])!) as (keyof T)[];
  return Object.fromEntries(
    names.map((name) => [name, { native: middle('native', name), ours: middle('ours', name) }]),
  ) as Record<keyof T, Both>;
}

/** What is measured in the window; every terminal is gone before and after. */
export class Measures {
  constructor(
    private readonly scene: Scene,
    private readonly window: BenchWindow,
  ) {}

  /** From the key to the terminal and to its prompt: in a fresh window, over a new connection, and once more. */
  async openings(place: Place, rounds: number) {
    const { window } = this;
    return byTurns(rounds, async (way) => {
      await this.hangUp(place);
      await window.reload();
      const fresh = await window.open(way, place);
      await this.hangUp(place);
      const warm = await window.open(way, place);
      const second = await window.open(way, place);
      await this.hangUp(place);
      return { shown: fresh.shown, fresh: fresh.prompt, warm: warm.prompt, second: second.prompt };
    });
  }

  /** From a key to the frame that shows its character. */
  async echo(place: Place, rounds: number): Promise<Both> {
    const letters = 'the quick brown fox jumps over the lazy dog'.replaceAll(' ', '');
    const { echo } = await byTurns(rounds, (way) =>
      this.inTerminal(way, place, async () => {
        const times: number[] = [];
        for (let i = 1; i <= letters.length; i += 1) {
          const typed = letters.slice(0, i);
          times.push((await this.window.press(typed.at(-1)!, { line: `${typed}$` })).time);
          // So that keys fall anywhere between two frames.
          await delay(40 + 7 * (i % 5));
        }
        return { echo: median(times) };
      }),
    );
    return echo;
  }

  /**
   * Draws so many million bytes of base64.
   * @returns MB/s, the longest gap between frames in ms, and the bytes by which the process that carries them grew
   */
  async flood(millions: number, rounds: number, taken = wayNames) {
    const lines = Math.round((millions * 1e6) / 77);
    const file = `flood-${millions}`;
    // Not all alike, so that nothing on the way can make it smaller.
    const block = Array.from({ length: 1000 }, (_, i) => `${noise(i)}\n`).join('');
    await this.scene.putFile(file, block.repeat(Math.ceil(lines / 1000)).slice(0, lines * 77));
    const draw = async (way: WayName) => {
      await this.window.listen();
      const memory = new PeakMemory(ways[way].process);
      const { time, gap } = await this.window.run(`cat ${file}`, { feeds: lines + 1 });
      return { rate: (millions * 1000) / time, gap, growth: memory.growth };
    };
    return byTurns(rounds, (way) => this.inTerminal(way, 'near', () => draw(way)), taken);
  }

  /** From Ctrl+C in a flood that never ends to the prompt. */
  async interrupt(rounds: number): Promise<Both> {
    const { interrupt } = await byTurns(rounds, (way) =>
      this.inTerminal(way, 'near', async () => {
        await this.window.type('yes\n');
        await delay(2_000);
        return { interrupt: (await this.window.press('Control+c', atPrompt)).time };
      }),
    );
    return interrupt;
  }

  /** Draws 1 MB of characters of one to four bytes. @returns lines that are not what they were */
  async characters(rounds: number): Promise<Both> {
    const lines = Array.from({ length: 50 }, (_, i) => mixed(i));
    const pass = `${lines.join('\n')}\n`;
    const passes = Math.ceil(1e6 / Buffer.byteLength(pass));
    await this.scene.putFile('mixed', pass.repeat(passes));
    const { broken } = await byTurns(rounds, (way) =>
      this.inTerminal(way, 'near', async () => {
        await this.window.listen(lines);
        await this.window.run('cat mixed', { feeds: lines.length * passes + 1 });
        return { broken: await this.window.strangeLines() };
      }),
    );
    return broken;
  }

  /** From the end of the connection's server process to the first word of it. */
  async killed(rounds: number): Promise<Both> {
    const { told } = await byTurns(rounds, (way) =>
      this.inTerminal(way, 'near', async () => {
        const { time } = await this.window.during(() => this.scene.cut('near'), { moved: true });
        return { told: time };
      }),
    );
    return told;
  }

  private async inTerminal<T>(way: WayName, place: Place, action: () => Promise<T>): Promise<T> {
    await this.window.open(way, place);
    const result = await action();
    await this.hangUp(place);
    return result;
  }

  /** Ends the terminals and the connections. */
  private async hangUp(place: Place): Promise<void> {
    await this.window.clear();
    await this.scene.cut(place);
    await delay(200);
  }
}

/** A line of base64, as long as the program of that name makes them. */
function noise(seed: number): string {
  const bytes = Uint8Array.from({ length: 57 }, (_, i) => (seed * 131 + i * i * 89 + (seed ^ i) * 57) & 255);
  return Buffer.from(bytes).toString('base64');
}

function mixed(seed: number): string {
  const words = ['año', 'größe', '東京', 'привет', '😀👍', 'שלום', '€uro', '한국어', 'plain', 'é̂', '𝔘𝔫𝔦'];
  return Array.from({ length: 5 }, (_, i) => words[(seed * 3 + i * i) % words.length]).join(' ');
}
