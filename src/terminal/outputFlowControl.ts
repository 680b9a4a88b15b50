import { ByteQueue } from '../base/byteQueue';
import type { Clock } from '../base/clock';
import type { DrawAcks } from './drawAcks';
import { OutputState } from './outputState';
import { OutputDiscarder } from './outputDiscarder';

const lineFeed = 0x0a;
/** Bytes waiting above which the source is paused, and below which it goes on. */
const watermarks = { high: 512 * 1024, low: 128 * 1024 };
/** What is handed over at a time in a flood, and how often that before the first of it was drawn. */
const batch = { bytes: 64 * 1024, unackedBatches: 4 };
/** Milliseconds without a receipt after which those that are missing are taken for lost. */
const ackTimeoutMs = 1_000;
/**
 * Milliseconds between two batches: as long as VS Code gathers what an extension writes. It would make one of several,
 * and the window stands still while the emulator reads one.
 */
const minBatchInterval = 5;
/**
 * While a marked command runs, VS Code keeps its output for extensions that may want to read it, and sends it back to the
 * extension host as soon as there was none for 50 ms: in a flood at its end, all at once, however much that is. So there is
 * a cooldown of so many milliseconds after so many bytes.
 */
const cooldown = { length: 60, after: 2 * 1024 * 1024 };
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
export class OutputFlowControl {
  private readonly decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  private readonly state = new OutputState();
  private readonly waiting = new ByteQueue();
  private paused = false;
  /** Bytes handed over since the last batch was complete, and batches that are not drawn yet. */
  private batchBytes = 0;
  private unackedBatches = 0;
  /** How many batches were drawn. */
  private drawn = 0;
  private isWatching = false;
  private inBatchInterval = false;
  /** Batches that followed each other closely, and when the last of them was handed over. */
  private consecutiveBatches = 0;
  private lastBatch = 0;
  private bytesSinceCooldown = 0;
  private coolingDown = false;
  private discarder: OutputDiscarder | undefined;
  private onEnd: (() => void) | undefined;

  constructor(
    private readonly source: Source,
    private readonly draw: (text: string) => void,
    private readonly acks: DrawAcks,
    private readonly clock: Clock,
  ) {}

  push(bytes: Uint8Array): void {
    if (this.discarder) {
      const next = this.discarder.push(bytes);
      if (next) this.endDiscard(next);
    } else this.waiting.push(bytes);
    this.advance();
  }

  /**
   * Ctrl+C was typed. In a flood, what is under way is not drawn any more: a dim line says how much that is. Does
   * nothing where it could harm: while a program has the state for itself.
   */
  interrupt(): void {
    if (this.discarder || !this.isFlood || !this.state.isLines) return;
    this.discarder = new OutputDiscarder();
    void this.endWhenQuiet(this.discarder);
    this.push(this.waiting.take());
  }

  /** Draws what is left, then calls back. Nothing may be pushed afterwards. */
  end(done: () => void): void {
    this.onEnd = done;
    this.endDiscard();
    this.advance();
  }

  /** More waits than is under way of ordinary output, or a lot has just been drawn. */
  private get isFlood(): boolean {
    if (this.waiting.size >= batch.bytes) return true;
    return this.consecutiveBatches >= flood.batches && this.clock.now() - this.lastBatch <= flood.pause;
  }

  private advance(): void {
    while (this.canDraw) this.drawNext();
    this.applyBackpressure();
    if (this.onEnd && this.waiting.size === 0 && this.unackedBatches === 0) this.finish(this.onEnd);
  }

  private get canDraw(): boolean {
    const { waiting, inBatchInterval, coolingDown, unackedBatches } = this;
    return waiting.size > 0 && !inBatchInterval && !coolingDown && unackedBatches < batch.unackedBatches;
  }

  private applyBackpressure(): void {
    const { size } = this.waiting;
    if (this.paused ? size >= watermarks.low : size <= watermarks.high) return;
    // First of all: a source may push more as soon as it is resumed.
    this.paused = !this.paused;
    if (this.paused) this.source.pause();
    else this.source.resume();
  }

  private drawNext(): void {
    const bytes = this.takeBatch();
    this.state.read(bytes);
    this.batchBytes += bytes.length;
    const text = this.decoder.decode(bytes, { stream: true });
    const question = this.batchBytes < batch.bytes / 2 ? '' : this.endBatch();
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
    this.count(this.batchBytes);
    this.batchBytes = 0;
    this.unackedBatches += 1;
    void this.watchForLostAcks();
    this.inBatchInterval = true;
    void this.clock.delay(minBatchInterval).then(() => this.onBatchInterval());
    if (this.state.isBetween) return this.acks.request(() => this.onDrawn());
    void this.clock.delay(minBatchInterval).then(() => this.onDrawn());
    return '';
  }

  private count(bytes: number): void {
    const now = this.clock.now();
    if (now - this.lastBatch > flood.pause) this.consecutiveBatches = this.bytesSinceCooldown = 0;
    this.lastBatch = now;
    this.consecutiveBatches += 1;
    this.bytesSinceCooldown += bytes;
    this.coolingDown = this.state.isCommand && this.bytesSinceCooldown >= cooldown.after;
  }

  private onBatchInterval(): void {
    this.inBatchInterval = false;
    this.advance();
  }

  private onDrawn(): void {
    this.drawn += 1;
    this.unackedBatches = Math.max(0, this.unackedBatches - 1);
    if (this.coolingDown && this.unackedBatches === 0)
      void this.clock.delay(cooldown.length).then(() => this.onCooledDown());
    this.advance();
  }

  private onCooledDown(): void {
    this.coolingDown = false;
    this.bytesSinceCooldown = 0;
    this.advance();
  }

  /** Sees to it that a lost receipt holds nothing up for good. */
  private async watchForLostAcks(): Promise<void> {
    if (this.isWatching) return;
    this.isWatching = true;
    while (this.unackedBatches > 0) {
      const { drawn } = this;
      await this.clock.delay(ackTimeoutMs);
      if (this.drawn !== drawn) continue;
      this.acks.clear();
      this.unackedBatches = 0;
      this.onCooledDown();
    }
    this.isWatching = false;
  }

  private async endWhenQuiet(discarder: OutputDiscarder): Promise<void> {
    for (let still = 0; still < quiet.ticks;) {
      const { size } = discarder;
      await this.clock.delay(quiet.length);
      still = discarder.size === size ? still + 1 : 0;
    }
    if (this.discarder !== discarder) return;
    this.endDiscard();
    this.advance();
  }

  private endDiscard(next: Uint8Array = new Uint8Array()): void {
    if (!this.discarder) return;
    this.waiting.push(this.discarder.draw(this.state.isAtLineStart));
    this.waiting.push(next);
    this.discarder = undefined;
  }

  private finish(done: () => void): void {
    this.onEnd = undefined;
    const last = this.decoder.decode();
    if (last) this.draw(last);
    done();
  }
}
