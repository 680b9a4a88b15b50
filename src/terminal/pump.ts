import type { Clock } from '../util/clock';

/** Bytes waiting above which the source is paused, and below which it goes on. */
const marks = { high: 512 * 1024, low: 128 * 1024 };
/** Output is drawn at once when nothing was drawn for a tick; in a flood, one batch a tick. */
const tick = 8;
const batch = 128 * 1024;

export interface Source {
  pause(): void;
  resume(): void;
}

/**
 * Carries output from a session to the terminal. VS Code draws what an extension writes without ever saying "enough",
 * so the pump makes its own back-pressure. Characters that straddle two pieces stay whole; nothing is lost or reordered.
 */
export class OutputPump {
  private readonly decoder = new TextDecoder('utf-8');
  private readonly waiting: Uint8Array[] = [];
  private size = 0;
  private paused = false;
  private ticking = false;
  private drained: (() => void) | undefined;

  constructor(
    private readonly source: Source,
    private readonly draw: (text: string) => void,
    private readonly clock: Clock,
  ) {}

  push(bytes: Uint8Array): void {
    this.waiting.push(bytes);
    this.size += bytes.length;
    if (!this.ticking) this.drawBatch();
    if (!this.paused && this.size > marks.high) {
      this.paused = true;
      this.source.pause();
    }
  }

  /** Draws what is left, then calls back. Nothing may be pushed afterwards. */
  end(done: () => void): void {
    this.drained = done;
    if (!this.ticking) this.finish();
  }

  private drawBatch(): void {
    // First of all: a source may push more as soon as it is resumed.
    this.ticking = true;
    this.draw(this.decoder.decode(this.take(batch), { stream: true }));
    if (this.paused && this.size < marks.low) {
      this.paused = false;
      this.source.resume();
    }
    void this.clock.delay(tick).then(() => this.onTick());
  }

  private onTick(): void {
    this.ticking = false;
    if (this.size > 0) this.drawBatch();
    else if (this.drained) this.finish();
  }

  private finish(): void {
    const rest = this.decoder.decode();
    if (rest) this.draw(rest);
    this.drained?.();
  }

  private take(most: number): Uint8Array {
    const pieces: Uint8Array[] = [];
    let taken = 0;
    while (taken < most) {
      const piece = this.waiting.shift();
      if (!piece) break;
      const part = piece.subarray(0, most - taken);
      if (part.length < piece.length) this.waiting.unshift(piece.subarray(part.length));
      pieces.push(part);
      taken += part.length;
    }
    this.size -= taken;
    const [only] = pieces;
    return pieces.length === 1 && only ? only : Buffer.concat(pieces);
  }
}
