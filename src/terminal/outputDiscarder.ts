import { t } from '@vscode/l10n';
import { EscapeParser, type Sequence } from './escapeParser';

const lineFeed = 0x0a;
/** Shift out and shift in, which select the character set of what follows. */
const shifts = [0x0e, 0x0f];
/** Lines and bytes at the end that are drawn all the same. */
const kept = { lines: 4, bytes: 1_000 };
/** Bytes that all buffers together can have held when Ctrl+C was typed. Anything beyond was printed since. */
const maxInFlight = 8 * 1024 * 1024;
/** Colour sequences that are remembered at most. */
const maxColours = 200;

/**
 * Discards a flood of output after Ctrl+C. Text, line ends and colours are discarded; any other sequence ends that, since it
 * must be drawn. The last lines and the resulting colours are drawn all the same.
 */
export class OutputDiscarder {
  private readonly scanner = new EscapeParser();
  private readonly tracker = new EscapeParser();
  /** Colour sequences in the order of their last use: together they have the effect of all that were discarded. */
  private readonly colours = new Set<string>();
  /** The latest output, which may still be drawn. */
  private tail: Uint8Array = new Uint8Array();
  private skipped = 0;

  /** Bytes pushed so far. */
  get size(): number {
    return this.skipped + this.tail.length;
  }

  /** Returns the bytes with which drawing resumes, once discarding is over. */
  push(bytes: Uint8Array): Uint8Array | undefined {
    const end = this.endIn(bytes);
    this.tail = Buffer.concat([this.tail, bytes.subarray(0, end)]);
    this.discard(this.tail.length - kept.bytes);
    if (end !== undefined) return bytes.subarray(end);
    return this.size < maxInFlight ? undefined : new Uint8Array();
  }

  /** Returns the substitute for the output: a dim line with the amount that was discarded, and the last lines. */
  summary(atLineStart: boolean): Uint8Array {
    this.discard(lastLines(this.tail));
    if (this.skipped === 0) return this.tail;
    const line = `${atLineStart ? '' : '\r\n'}\x1b[2m${this.notice}\x1b[22m\r\n`;
    return Buffer.concat([Buffer.from(line + [...this.colours].join('')), this.tail]);
  }

  private get notice(): string {
    return this.skipped < 100_000
      ? t('… {0} KB skipped', Math.ceil(this.skipped / 1_000))
      : t('… {0} MB skipped', (this.skipped / 1e6).toFixed(1));
  }

  /** Returns the index behind the first sequence that must be drawn. */
  private endIn(bytes: Uint8Array): number | undefined {
    const ends = shifts.map((shift) => bytes.indexOf(shift) + 1).filter((end) => end > 0);
    for (let found = this.scanner.next(bytes, 0); found; found = this.scanner.next(bytes, found.end)) {
      if (isHarmless(found.sequence)) continue;
      ends.push(found.end);
      break;
    }
    return ends.length > 0 ? Math.min(...ends) : undefined;
  }

  /** Discards so many bytes of the tail, and a few more where that would split a character or a sequence. */
  private discard(count: number): void {
    let cut = Math.max(0, count);
    for (const sequence of this.tracker.all(this.tail.subarray(0, cut))) this.keepColour(sequence);
    for (; cut < this.tail.length && this.isInside(cut); cut += 1)
      for (const sequence of this.tracker.all(this.tail.subarray(cut, cut + 1))) this.keepColour(sequence);
    this.skipped += cut;
    this.tail = this.tail.subarray(cut);
  }

  /** True in the middle of a character or a sequence. */
  private isInside(index: number): boolean {
    return !this.tracker.atRest || ((this.tail[index] ?? 0) & 0xc0) === 0x80;
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

/** SGR without a prefix, which would give it another meaning. */
const isColour = /^[\d;:]*m$/;
/** Erase in line (EL), which has no effect on other lines. */
const isErasing = /^\d*K$/;

function isHarmless({ kind, text }: Sequence): boolean {
  return kind === 'csi' && (isColour.test(text) || isErasing.test(text));
}

/** Returns the index at which the last lines begin; 0 where there are fewer. */
function lastLines(bytes: Uint8Array): number {
  let start = bytes.length;
  for (let line = 0; line <= kept.lines; line += 1) {
    const end = start > 0 ? bytes.lastIndexOf(lineFeed, start - 1) : -1;
    if (end < 0) return 0;
    start = end;
  }
  return start + 1;
}
