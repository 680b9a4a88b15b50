import { t } from '@vscode/l10n';
import { EscapeParser, type Sequence } from './escapeParser';

const lineFeed = 0x0a;
/** Shift out and in: they choose the character set of what follows. */
const shifts = [0x0e, 0x0f];
/** How much of the end is drawn all the same. */
const tail = { lines: 4, bytes: 1_000 };
/** Bytes that can have been under way when Ctrl+C was typed, in all buffers together. What is more was printed since. */
const maxInFlight = 8 * 1024 * 1024;
/** Colours that are kept in mind. */
const maxColours = 200;

/**
 * The part of a flood that is not drawn because somebody typed Ctrl+C. Only text, line ends and colours are skipped: a
 * sequence that does anything else ends it.
 */
export class OutputDiscarder {
  private readonly ahead = new EscapeParser();
  private readonly behind = new EscapeParser();
  /** Sequences of colours, each where it came last: together they do what all of them did. */
  private readonly colours = new Set<string>();
  /** The end of what was taken in, which may still be drawn. */
  private held: Uint8Array = new Uint8Array();
  private skipped = 0;

  /** How many bytes were taken in. */
  get size(): number {
    return this.skipped + this.held.length;
  }

  /**
   * Takes in what comes next.
   * @returns the bytes with which drawing goes on, once the skipping is over
   */
  push(bytes: Uint8Array): Uint8Array | undefined {
    const end = this.endIn(bytes);
    this.held = Buffer.concat([this.held, bytes.subarray(0, end)]);
    this.forget(this.held.length - tail.bytes);
    if (end !== undefined) return bytes.subarray(end);
    return this.size < maxInFlight ? undefined : new Uint8Array();
  }

  /** What is drawn in the place of it all: a dim line that says how much was skipped, and the last lines. */
  draw(atLineStart: boolean): Uint8Array {
    this.forget(lastLines(this.held));
    if (this.skipped === 0) return this.held;
    const mark = `${atLineStart ? '' : '\r\n'}\x1b[2m${this.words}\x1b[22m\r\n`;
    return Buffer.concat([Buffer.from(mark + [...this.colours].join('')), this.held]);
  }

  private get words(): string {
    return this.skipped < 100_000
      ? t('… {0} KB skipped', Math.ceil(this.skipped / 1_000))
      : t('… {0} MB skipped', (this.skipped / 1e6).toFixed(1));
  }

  /** @returns the index behind the first thing in there that must be drawn */
  private endIn(bytes: Uint8Array): number | undefined {
    const ends = shifts.map((shift) => bytes.indexOf(shift) + 1).filter((end) => end > 0);
    for (let found = this.ahead.next(bytes, 0); found; found = this.ahead.next(bytes, found.end)) {
      if (isHarmless(found.sequence)) continue;
      ends.push(found.end);
      break;
    }
    return ends.length > 0 ? Math.min(...ends) : undefined;
  }

  /** Lets go of so many bytes that were held, and of a few more if those would cut a character or a sequence in half. */
  private forget(count: number): void {
    let cut = Math.max(0, count);
    for (const sequence of this.behind.all(this.held.subarray(0, cut))) this.keepColour(sequence);
    for (; cut < this.held.length && this.isInside(cut); cut += 1)
      for (const sequence of this.behind.all(this.held.subarray(cut, cut + 1))) this.keepColour(sequence);
    this.skipped += cut;
    this.held = this.held.subarray(cut);
  }

  /** Whether a character or a sequence goes on at this index. */
  private isInside(index: number): boolean {
    return !this.behind.atRest || ((this.held[index] ?? 0) & 0xc0) === 0x80;
  }

  private keepColour({ text }: Sequence): void {
    if (!isColour.test(text)) return;
    if (/^0*m$/.test(text)) this.colours.clear();
    const sequence = `\x1b[${text}`;
    this.colours.delete(sequence);
    this.colours.add(sequence);
    const [oldest] = this.colours;
    if (this.colours.size > maxColours && oldest) this.colours.delete(oldest);
  }
}

/** SGR; with a prefix it would be something else. */
const isColour = /^[\d;:]*m$/;
/** Erasing in a line (EL) does nothing to the lines after it. */
const isErasing = /^\d*K$/;

function isHarmless({ kind, text }: Sequence): boolean {
  return kind === 'csi' && (isColour.test(text) || isErasing.test(text));
}

/** @returns the index at which the last lines begin; 0 when there are fewer */
function lastLines(bytes: Uint8Array): number {
  let start = bytes.length;
  for (let line = 0; line <= tail.lines; line += 1) {
    const end = start > 0 ? bytes.lastIndexOf(lineFeed, start - 1) : -1;
    if (end < 0) return 0;
    start = end;
  }
  return start + 1;
}
