import { ByteQueue } from '../base/byteQueue';
import type { Clock } from '../base/clock';
import type { Receipts } from './receipts';
import { ScreenState } from './screenState';
import { Skip } from './skip';

const lineFeed = 0x0a;
/** Bytes waiting above which the source is paused, and below which it goes on. */
const marks = { high: 512 * 1024, low: 128 * 1024 };
/** What is handed over at a time in a flood, and how often that before the first of it was drawn. */
const batch = { bytes: 64 * 1024, underWay: 4 };
/** Milliseconds without a receipt after which those that are missing are taken for lost. */
const patience = 1_000;
/**
 * Milliseconds between two batches: as long as VS Code gathers what an extension writes. It would make one of several,
 * and the window stands still while the emulator reads one.
 */
const tick = 5;
/**
 * While a marked command runs, VS Code keeps its output for extensions that may want to read it, and sends it back to the
 * extension host as soon as there was none for 50 ms: in a flood at its end, all at once, however much that is. So there is
 * a rest of so many milliseconds after so many bytes.
 */
const rest = { length: 60, after: 2 * 1024 * 1024 };
/** So many batches, no two of them further apart than so many milliseconds, are a flood. */
const flood = { batches: 8, pause: 250 };
/**
 * An interrupted flood is over when nothing came for so many ticks of so many milliseconds. Several, since one alone may
 * be due before what has come was read.
 */
const quiet = { ticks: 4, length: 25 };

export interface Source {
  pause(): void;
  resume(): void;
}

/**
 * Carries output from a session to the terminal emulator: at once while that keeps up, and in a flood as fast as it draws,
 * with the source held back. Characters that straddle two pieces stay whole; nothing is lost or reordered.
 */
export class OutputPump {
  private readonly decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  private readonly screen = new ScreenState();
  private readonly waiting = new ByteQueue();
  private paused = false;
  /** Bytes handed over since the last batch was complete, and batches that are not drawn yet. */
  private begun = 0;
  private underWay = 0;
  /** How many batches were drawn. */
  private drawn = 0;
  private watching = false;
  private ticking = false;
  /** Batches that followed each other closely, and when the last of them was handed over. */
  private inRow = 0;
  private lastBatch = 0;
  private sinceRest = 0;
  private resting = false;
  private skip: Skip | undefined;
  private onEnd: (() => void) | undefined;

  constructor(
    private readonly source: Source,
    private readonly draw: (text: string) => void,
    private readonly receipts: Receipts,
    private readonly clock: Clock,
  ) {}

  push(bytes: Uint8Array): void {
    if (this.skip) {
      const next = this.skip.push(bytes);
      if (next) this.endSkip(next);
    } else this.waiting.push(bytes);
    this.flow();
  }

  /**
   * Ctrl+C was typed. In a flood, what is under way is not drawn any more: a dim line says how much that is. Does
   * nothing where it could harm: while a program has the screen for itself.
   */
  interrupt(): void {
    if (this.skip || !this.isFlood || !this.screen.isLines) return;
    this.skip = new Skip();
    void this.endWhenQuiet(this.skip);
    this.push(this.waiting.take());
  }

  /** Draws what is left, then calls back. Nothing may be pushed afterwards. */
  end(done: () => void): void {
    this.onEnd = done;
    this.endSkip();
    this.flow();
  }

  /** More waits than is under way of ordinary output, or a lot has just been drawn. */
  private get isFlood(): boolean {
    if (this.waiting.size >= batch.bytes) return true;
    return this.inRow >= flood.batches && this.clock.now() - this.lastBatch <= flood.pause;
  }

  private flow(): void {
    while (this.mayDraw) this.drawNext();
    this.holdBack();
    if (this.onEnd && this.waiting.size === 0 && this.underWay === 0) this.finish(this.onEnd);
  }

  private get mayDraw(): boolean {
    const { waiting, ticking, resting, underWay } = this;
    return waiting.size > 0 && !ticking && !resting && underWay < batch.underWay;
  }

  private holdBack(): void {
    const { size } = this.waiting;
    if (this.paused ? size >= marks.low : size <= marks.high) return;
    // First of all: a source may push more as soon as it is resumed.
    this.paused = !this.paused;
    if (this.paused) this.source.pause();
    else this.source.resume();
  }

  private drawNext(): void {
    const bytes = this.takeBatch();
    this.screen.read(bytes);
    this.begun += bytes.length;
    const text = this.decoder.decode(bytes, { stream: true });
    const question = this.begun < batch.bytes / 2 ? '' : this.endBatch();
    // The first bytes of a character make no text yet.
    if (text + question) this.draw(text + question);
  }

  /** Of a flood, up to the end of a line if there is one. */
  private takeBatch(): Uint8Array {
    const bytes = this.waiting.take(batch.bytes);
    const lines = bytes.lastIndexOf(lineFeed) + 1;
    if (this.waiting.size === 0 || lines <= batch.bytes / 2) return bytes;
    this.waiting.putBack(bytes.subarray(lines));
    return bytes.subarray(0, lines);
  }

  /** @returns what asks the emulator for a receipt, where it can be asked */
  private endBatch(): string {
    this.count(this.begun);
    this.begun = 0;
    this.underWay += 1;
    void this.watch();
    this.ticking = true;
    void this.clock.delay(tick).then(() => this.onTick());
    if (this.screen.isBetween) return this.receipts.ask(() => this.onDrawn());
    void this.clock.delay(tick).then(() => this.onDrawn());
    return '';
  }

  private count(bytes: number): void {
    const now = this.clock.now();
    if (now - this.lastBatch > flood.pause) this.inRow = this.sinceRest = 0;
    this.lastBatch = now;
    this.inRow += 1;
    this.sinceRest += bytes;
    this.resting = this.screen.isCommand && this.sinceRest >= rest.after;
  }

  private onTick(): void {
    this.ticking = false;
    this.flow();
  }

  private onDrawn(): void {
    this.drawn += 1;
    this.underWay = Math.max(0, this.underWay - 1);
    if (this.resting && this.underWay === 0) void this.clock.delay(rest.length).then(() => this.onRested());
    this.flow();
  }

  private onRested(): void {
    this.resting = false;
    this.sinceRest = 0;
    this.flow();
  }

  /** Sees to it that a lost receipt holds nothing up for good. */
  private async watch(): Promise<void> {
    if (this.watching) return;
    this.watching = true;
    while (this.underWay > 0) {
      const { drawn } = this;
      await this.clock.delay(patience);
      if (this.drawn !== drawn) continue;
      this.receipts.forget();
      this.underWay = 0;
      this.onRested();
    }
    this.watching = false;
  }

  private async endWhenQuiet(skip: Skip): Promise<void> {
    for (let still = 0; still < quiet.ticks;) {
      const { size } = skip;
      await this.clock.delay(quiet.length);
      still = skip.size === size ? still + 1 : 0;
    }
    if (this.skip !== skip) return;
    this.endSkip();
    this.flow();
  }

  private endSkip(next: Uint8Array = new Uint8Array()): void {
    if (!this.skip) return;
    this.waiting.push(this.skip.draw(this.screen.isAtLineStart));
    this.waiting.push(next);
    this.skip = undefined;
  }

  private finish(done: () => void): void {
    this.onEnd = undefined;
    const last = this.decoder.decode();
    if (last) this.draw(last);
    done();
  }
}
