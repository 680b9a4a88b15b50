import type { Source } from '../../terminal/outputFlowControl';
import type { Clock } from '../../base/clock';

/** Bytes that are drawn between two pauses, and milliseconds that a pause lasts: what VS Code draws in about that time. */
const batch = 128 * 1024;
const pause = 8;

/**
 * Draws the output of a command. VS Code never says "enough", so in a flood the source is made to pause. Characters that
 * straddle two pieces stay whole.
 */
export class Flow {
  private readonly decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  private drawn = 0;
  private pausing = false;

  constructor(
    private readonly source: Source,
    private readonly draw: (text: string) => void,
    private readonly clock: Pick<Clock, 'delay'>,
  ) {}

  push(bytes: Uint8Array): void {
    this.show(this.decoder.decode(bytes, { stream: true }));
    this.drawn += bytes.length;
    if (this.drawn >= batch && !this.pausing) void this.rest();
  }

  /** Draws what is left of a character that was cut off. */
  end(): void {
    this.show(this.decoder.decode());
  }

  /** A terminal of the computer ends its lines so already; without one they end as in a file. */
  private show(text: string): void {
    if (text) this.draw(text.replace(/\r?\n/g, '\r\n'));
  }

  private async rest(): Promise<void> {
    this.pausing = true;
    this.source.pause();
    await this.clock.delay(pause);
    this.drawn = 0;
    this.pausing = false;
    this.source.resume();
  }
}
