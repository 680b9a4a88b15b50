import { setTimeout as delay } from 'node:timers/promises';
import { median } from '../table';
import { atPrompt, type BenchWindow } from './benchWindow';
import { PeakMemory } from './peakMemory';
import type { WindowEnvironment } from './windowEnvironment';
import { terminalKindNames, terminalKinds, type Location, type TerminalKindName } from './terminalKinds';

/** A number for each way. */
export type PerKind = Readonly<Record<TerminalKindName, number>>;

/** Measures the ways by turns, and gives the middle of each value; NaN for a way that is left out. */
async function alternate<T extends Readonly<Record<string, number>>>(
  rounds: number,
  measure: (way: TerminalKindName) => Promise<T>,
  taken = terminalKindNames,
): Promise<Readonly<Record<keyof T, PerKind>>> {
  const all: Record<TerminalKindName, T[]> = { native: [], ours: [] };
  for (let round = 0; round < rounds; round += 1)
    for (const way of round % 2 === 0 ? taken : taken.toReversed()) all[way].push(await measure(way));
  const middle = (way: TerminalKindName, name: keyof T): number =>
    median(all[way].map((values) => values[name] ?? NaN));
  const names = Object.keys((all.ours[0] ?? all.native[0])!) as (keyof T)[];
  return Object.fromEntries(
    names.map((name) => [name, { native: middle('native', name), ours: middle('ours', name) }]),
  ) as Record<keyof T, PerKind>;
}

/** What is measured in the window; every terminal is gone before and after. */
export class Measurements {
  constructor(
    private readonly environment: WindowEnvironment,
    private readonly window: BenchWindow,
  ) {}

  /** From the key to the terminal and to its prompt: in a fresh window, over a new connection, and once more. */
  async openings(place: Location, rounds: number) {
    const { window } = this;
    return alternate(rounds, async (way) => {
      await this.disconnect(place);
      await window.reload();
      const fresh = await window.open(way, place);
      await this.disconnect(place);
      const warm = await window.open(way, place);
      const second = await window.open(way, place);
      await this.disconnect(place);
      return { shown: fresh.shown, fresh: fresh.prompt, warm: warm.prompt, second: second.prompt };
    });
  }

  /** From a key to the frame that shows its character. */
  async echo(place: Location, rounds: number): Promise<PerKind> {
    const letters = 'the quick brown fox jumps over the lazy dog'.replaceAll(' ', '');
    const { echo } = await alternate(rounds, (way) =>
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
  async flood(millions: number, rounds: number, taken = terminalKindNames) {
    const lines = Math.round((millions * 1e6) / 77);
    const file = `flood-${millions}`;
    // Not all alike, so that nothing on the way can make it smaller.
    const block = Array.from({ length: 1000 }, (_, i) => `${base64Line(i)}\n`).join('');
    await this.environment.putFile(file, block.repeat(Math.ceil(lines / 1000)).slice(0, lines * 77));
    const draw = async (way: TerminalKindName) => {
      await this.window.countLines();
      const memory = new PeakMemory(terminalKinds[way].process);
      const { time, gap } = await this.window.run(`cat ${file}`, { feeds: lines + 1 });
      return { rate: (millions * 1000) / time, gap, growth: memory.growth };
    };
    return alternate(rounds, (way) => this.inTerminal(way, 'near', () => draw(way)), taken);
  }

  /** From Ctrl+C in a flood that never ends to the prompt. */
  async interrupt(rounds: number): Promise<PerKind> {
    const { interrupt } = await alternate(rounds, (way) =>
      this.inTerminal(way, 'near', async () => {
        await this.window.type('yes\n');
        await delay(2_000);
        return { interrupt: (await this.window.press('Control+c', atPrompt)).time };
      }),
    );
    return interrupt;
  }

  /** Draws 1 MB of characters of one to four bytes. @returns lines that are not what they were */
  async brokenUnicodeLines(rounds: number): Promise<PerKind> {
    const lines = Array.from({ length: 50 }, (_, i) => unicodeLine(i));
    const pass = `${lines.join('\n')}\n`;
    const passes = Math.ceil(1e6 / Buffer.byteLength(pass));
    await this.environment.putFile('mixed', pass.repeat(passes));
    const { broken } = await alternate(rounds, (way) =>
      this.inTerminal(way, 'near', async () => {
        await this.window.countLines(lines);
        await this.window.run('cat mixed', { feeds: lines.length * passes + 1 });
        return { broken: await this.window.unexpectedLines() };
      }),
    );
    return broken;
  }

  /** From the end of the connection's server process to the first word of it. */
  async disconnectReport(rounds: number): Promise<PerKind> {
    const { told } = await alternate(rounds, (way) =>
      this.inTerminal(way, 'near', async () => {
        const { time } = await this.window.during(() => this.environment.cutConnections('near'), {
          moved: true,
        });
        return { told: time };
      }),
    );
    return told;
  }

  private async inTerminal<T>(way: TerminalKindName, place: Location, action: () => Promise<T>): Promise<T> {
    await this.window.open(way, place);
    const result = await action();
    await this.disconnect(place);
    return result;
  }

  /** Ends the terminals and the connections. */
  private async disconnect(place: Location): Promise<void> {
    await this.window.killTerminals();
    await this.environment.cutConnections(place);
    await delay(200);
  }
}

/** A line of base64, as long as the program of that name makes them. */
function base64Line(seed: number): string {
  const bytes = Uint8Array.from({ length: 57 }, (_, i) => (seed * 131 + i * i * 89 + (seed ^ i) * 57) & 255);
  return Buffer.from(bytes).toString('base64');
}

function unicodeLine(seed: number): string {
  const words = ['año', 'größe', '東京', 'привет', '😀👍', 'שלום', '€uro', '한국어', 'plain', 'é̂', '𝔘𝔫𝔦'];
  return Array.from({ length: 5 }, (_, i) => words[(seed * 3 + i * i) % words.length]).join(' ');
}
