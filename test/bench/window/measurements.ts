import { setTimeout as delay } from 'node:timers/promises';
import { median } from '../table';
import { atPrompt, type BenchWindow } from './benchWindow';
import { PeakMemory } from './peakMemory';
import { type Location, type TerminalKindName, terminalKindNames, terminalKinds } from './terminalKinds';
import type { WindowEnvironment } from './windowEnvironment';

/** A number for each kind of terminal. */
export type PerKind = Readonly<Record<TerminalKindName, number>>;

/** Measures the kinds of terminals by turns. @returns the median of each value; NaN for a kind that is left out */
async function alternate<T extends Readonly<Record<string, number>>>(
  rounds: number,
  measure: (kind: TerminalKindName) => Promise<T>,
  kinds = terminalKindNames,
): Promise<Readonly<Record<keyof T, PerKind>>> {
  const all: Record<TerminalKindName, T[]> = { native: [], ours: [] };
  for (let round = 0; round < rounds; round += 1)
    for (const kind of round % 2 === 0 ? kinds : kinds.toReversed()) all[kind].push(await measure(kind));
  const medianOf = (kind: TerminalKindName, name: keyof T): number =>
    median(all[kind].map((values) => values[name] ?? NaN));
  const names = Object.keys((all.ours[0] ?? all.native[0])!) as (keyof T)[];
  return Object.fromEntries(
    names.map((name) => [name, { native: medianOf('native', name), ours: medianOf('ours', name) }]),
  ) as Record<keyof T, PerKind>;
}

/** Measurements in the window; each starts and ends without terminals. */
export class Measurements {
  constructor(
    private readonly environment: WindowEnvironment,
    private readonly window: BenchWindow,
  ) {}

  /** Times from the key to the terminal and to its prompt: in a reloaded window, over a new connection, and over an open one. */
  async openings(location: Location, rounds: number) {
    const { window } = this;
    return alternate(rounds, async (kind) => {
      await this.disconnect(location);
      await window.reload();
      const fresh = await window.open(kind, location);
      await this.disconnect(location);
      const warm = await window.open(kind, location);
      const second = await window.open(kind, location);
      await this.disconnect(location);
      return { shown: fresh.shown, fresh: fresh.prompt, warm: warm.prompt, second: second.prompt };
    });
  }

  /** Time from a key to the frame that shows its character. */
  async echo(location: Location, rounds: number): Promise<PerKind> {
    const letters = 'the quick brown fox jumps over the lazy dog'.replaceAll(' ', '');
    const { echo } = await alternate(rounds, (kind) =>
      this.inTerminal(kind, location, async () => {
        const times: number[] = [];
        for (let i = 1; i <= letters.length; i += 1) {
          const typed = letters.slice(0, i);
          times.push((await this.window.press(typed.at(-1)!, { line: `${typed}$` })).time);
          // Varies, so that keys fall anywhere between two frames.
          await delay(40 + 7 * (i % 5));
        }
        return { echo: median(times) };
      }),
    );
    return echo;
  }

  /**
   * Draws a number of million bytes of base64.
   * @returns MB/s, the longest gap between frames in ms, and the growth in bytes of the process that carries them
   */
  async flood(millions: number, rounds: number, kinds = terminalKindNames) {
    const lines = Math.round((millions * 1e6) / 77);
    const file = `flood-${millions}`;
    // Varied lines, so that nothing can compress them on the way.
    const block = Array.from({ length: 1000 }, (_, i) => `${base64Line(i)}\n`).join('');
    await this.environment.putFile(file, block.repeat(Math.ceil(lines / 1000)).slice(0, lines * 77));
    const draw = async (kind: TerminalKindName) => {
      await this.window.countLines();
      const memory = new PeakMemory(terminalKinds[kind].process);
      const { time, gap } = await this.window.run(`cat ${file}`, { lineFeeds: lines + 1 });
      return { rate: (millions * 1000) / time, gap, growth: memory.growth };
    };
    return alternate(rounds, (kind) => this.inTerminal(kind, 'near', () => draw(kind)), kinds);
  }

  /** Time from Ctrl+C in an endless flood to the prompt. */
  async interrupt(rounds: number): Promise<PerKind> {
    const { interrupt } = await alternate(rounds, (kind) =>
      this.inTerminal(kind, 'near', async () => {
        await this.window.type('yes\n');
        await delay(2_000);
        return { interrupt: (await this.window.press('Control+c', atPrompt)).time };
      }),
    );
    return interrupt;
  }

  /** Draws 1 MB of characters of one to four bytes. @returns the number of lines that changed */
  async brokenUnicodeLines(rounds: number): Promise<PerKind> {
    const lines = Array.from({ length: 50 }, (_, i) => unicodeLine(i));
    const pass = `${lines.join('\n')}\n`;
    const passes = Math.ceil(1e6 / Buffer.byteLength(pass));
    await this.environment.putFile('mixed', pass.repeat(passes));
    const { broken } = await alternate(rounds, (kind) =>
      this.inTerminal(kind, 'near', async () => {
        await this.window.countLines(lines);
        await this.window.run('cat mixed', { lineFeeds: lines.length * passes + 1 });
        return { broken: await this.window.unexpectedLines() };
      }),
    );
    return broken;
  }

  /** Time from the end of the connection's server process to its report in the terminal. */
  async disconnectReport(rounds: number): Promise<PerKind> {
    const { reported } = await alternate(rounds, (kind) =>
      this.inTerminal(kind, 'near', async () => {
        const { time } = await this.window.during(() => this.environment.cutConnections('near'), {
          moved: true,
        });
        return { reported: time };
      }),
    );
    return reported;
  }

  private async inTerminal<T>(
    kind: TerminalKindName,
    location: Location,
    action: () => Promise<T>,
  ): Promise<T> {
    await this.window.open(kind, location);
    const result = await action();
    await this.disconnect(location);
    return result;
  }

  /** Closes the terminals and their connections. */
  private async disconnect(location: Location): Promise<void> {
    await this.window.killTerminals();
    await this.environment.cutConnections(location);
    await delay(200);
  }
}

/** A line of 76 characters of base64, as base64(1) wraps it. */
function base64Line(seed: number): string {
  const bytes = Uint8Array.from({ length: 57 }, (_, i) => (seed * 131 + i * i * 89 + (seed ^ i) * 57) & 255);
  return Buffer.from(bytes).toString('base64');
}

function unicodeLine(seed: number): string {
  const samples = ['año', 'größe', '東京', 'привет', '😀👍', 'שלום', '€uro', '한국어', 'plain', 'é̂', '𝔘𝔫𝔦'];
  return Array.from({ length: 5 }, (_, i) => samples[(seed * 3 + i * i) % samples.length]).join(' ');
}
