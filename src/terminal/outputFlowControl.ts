import { ByteQueue } from '../base/byteQueue';
import type { Clock } from '../base/clock';
import type { DrawAcks } from './drawAcks';
import { OutputDiscarder } from './outputDiscarder';
import { OutputState } from './outputState';

const lineFeed = 0x0a;
/** Buffered bytes above which the source is paused, and below which it is resumed. */
const watermarks = { high: 512 * 1024, low: 128 * 1024 };
/**
 * A flood is more output than the terminal can draw at once. It is drawn in batches of so many bytes, of which so many may be
 * without an ack.
 */
const batch = { bytes: 64 * 1024, maxUnacked: 4 };
/** Milliseconds without an ack after which the missing ones count as lost. */
const ackTimeoutMs = 1_000;
/**
 * Milliseconds between two batches: as long as VS Code buffers what an extension writes. It would merge several into one,
 * and the window freezes while its terminal parses one.
 */
const minBatchIntervalMs = 5;
/**
 * While a tracked command runs, VS Code collects its output for extensions that may want to read it, and sends it back to the
 * extension host as soon as there was none for 50 ms: after a flood, all of it at once. So drawing pauses now and then.
 */
const cooldown = { pauseMs: 60, afterBytes: 2 * 1024 * 1024 };
/** Signs of a flood: so many batches, each with at most this gap after the one before. */
const flood = { batches: 8, maxGapMs: 250 };
/**
 * A discarded flood is over when nothing arrived for so many intervals of so many milliseconds. Several, since one timer
 * may be due before data that has arrived is read.
 */
const quiet = { intervals: 4, intervalMs: 25 };

/** The source of output, which backpressure pauses. */
export interface PausableOutput {
  pause(): void;
  resume(): void;
}

/**
 * Passes output from a session to VS Code's terminal renderer: at once while it keeps up, and in a flood as fast as it
 * draws, with backpressure: it pauses the source while too much is buffered. Characters that are split between two chunks
 * stay whole; nothing is lost or reordered.
 */
export class OutputFlowControl {
  private readonly decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  private readonly state = new OutputState();
  private readonly waiting = new ByteQueue();
  private paused = false;
  /** Bytes drawn since the last complete batch, and batches without an ack. */
  private batchBytes = 0;
  private unackedBatches = 0;
  private ackedBatches = 0;
  private isWatchingForLostAcks = false;
  private inBatchInterval = false;
  /** Batches in close succession, and the time of the last one. */
  private consecutiveBatches = 0;
  private lastBatch = 0;
  private bytesSinceCooldown = 0;
  private coolingDown = false;
  private discarder: OutputDiscarder | undefined;
  private onEnd: (() => void) | undefined;

  constructor(
    private readonly source: PausableOutput,
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
   * Reacts to Ctrl+C: discards the rest of a flood, and draws a dim line with the amount in its place. Does nothing while a
   * program uses the whole screen, where missing output would garble it.
   */
  interrupt(): void {
    if (this.discarder || !this.isFlood || !this.state.isPlainLines) return;
    this.discarder = new OutputDiscarder();
    void this.endWhenQuiet(this.discarder);
    this.push(this.waiting.take());
  }

  /** Draws the remaining output, then calls back. Nothing may be pushed afterwards. */
  end(done: () => void): void {
    this.onEnd = done;
    this.endDiscard();
    this.advance();
  }

  /** True where the backlog exceeds a batch, or many batches were drawn in close succession. */
  private get isFlood(): boolean {
    if (this.waiting.size >= batch.bytes) return true;
    return this.consecutiveBatches >= flood.batches && this.clock.now() - this.lastBatch <= flood.maxGapMs;
  }

  private advance(): void {
    while (this.canDraw) this.drawNext();
    this.applyBackpressure();
    if (this.onEnd && this.waiting.size === 0 && this.unackedBatches === 0) this.finish(this.onEnd);
  }

  private get canDraw(): boolean {
    const { waiting, inBatchInterval, coolingDown, unackedBatches } = this;
    return waiting.size > 0 && !inBatchInterval && !coolingDown && unackedBatches < batch.maxUnacked;
  }

  /** Pauses the source above the high watermark, and resumes it below the low one. */
  private applyBackpressure(): void {
    const { size } = this.waiting;
    if (this.paused ? size >= watermarks.low : size <= watermarks.high) return;
    // The state changes first, since a source may push more as soon as it is resumed.
    this.paused = !this.paused;
    if (this.paused) this.source.pause();
    else this.source.resume();
  }

  private drawNext(): void {
    const bytes = this.takeBatch();
    this.state.read(bytes);
    this.batchBytes += bytes.length;
    const text = this.decoder.decode(bytes, { stream: true });
    const query = this.batchBytes < batch.bytes / 2 ? '' : this.endBatch();
    // The first bytes of a character decode to no text yet.
    if (text + query) this.draw(text + query);
  }

  /** Takes the next bytes; in a flood, up to the end of a line where there is one. */
  private takeBatch(): Uint8Array {
    const bytes = this.waiting.take(batch.bytes);
    const lines = bytes.lastIndexOf(lineFeed) + 1;
    if (this.waiting.size === 0 || lines <= batch.bytes / 2) return bytes;
    this.waiting.putBack(bytes.subarray(lines));
    return bytes.subarray(0, lines);
  }

  /** Returns the query for the batch's ack, or nothing in the middle of a sequence, where time stands in for the ack. */
  private endBatch(): string {
    this.count(this.batchBytes);
    this.batchBytes = 0;
    this.unackedBatches += 1;
    void this.watchForLostAcks();
    this.inBatchInterval = true;
    void this.clock.delay(minBatchIntervalMs).then(() => this.onBatchInterval());
    if (this.state.isBetweenSequences) return this.acks.request(() => this.onBatchDrawn());
    void this.clock.delay(minBatchIntervalMs).then(() => this.onBatchDrawn());
    return '';
  }

  private count(bytes: number): void {
    const now = this.clock.now();
    if (now - this.lastBatch > flood.maxGapMs) this.consecutiveBatches = this.bytesSinceCooldown = 0;
    this.lastBatch = now;
    this.consecutiveBatches += 1;
    this.bytesSinceCooldown += bytes;
    this.coolingDown = this.state.isInTrackedCommand && this.bytesSinceCooldown >= cooldown.afterBytes;
  }

  private onBatchInterval(): void {
    this.inBatchInterval = false;
    this.advance();
  }

  private onBatchDrawn(): void {
    this.ackedBatches += 1;
    this.unackedBatches = Math.max(0, this.unackedBatches - 1);
    if (this.coolingDown && this.unackedBatches === 0)
      void this.clock.delay(cooldown.pauseMs).then(() => this.onCooledDown());
    this.advance();
  }

  private onCooledDown(): void {
    this.coolingDown = false;
    this.bytesSinceCooldown = 0;
    this.advance();
  }

  /** Gives up acks that are overdue, so that a lost one does not block the output for good. */
  private async watchForLostAcks(): Promise<void> {
    if (this.isWatchingForLostAcks) return;
    this.isWatchingForLostAcks = true;
    while (this.unackedBatches > 0) {
      const { ackedBatches } = this;
      await this.clock.delay(ackTimeoutMs);
      if (this.ackedBatches !== ackedBatches) continue;
      this.acks.clear();
      this.unackedBatches = 0;
      this.onCooledDown();
    }
    this.isWatchingForLostAcks = false;
  }

  private async endWhenQuiet(discarder: OutputDiscarder): Promise<void> {
    for (let still = 0; still < quiet.intervals;) {
      const { size } = discarder;
      await this.clock.delay(quiet.intervalMs);
      still = discarder.size === size ? still + 1 : 0;
    }
    if (this.discarder !== discarder) return;
    this.endDiscard();
    this.advance();
  }

  private endDiscard(next: Uint8Array = new Uint8Array()): void {
    if (!this.discarder) return;
    this.waiting.push(this.discarder.summary(this.state.isAtLineStart));
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
