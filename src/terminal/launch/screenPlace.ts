import type { Size } from '../session';

/** Where a kept shell was when its terminal drew it last, counted in lines of its history. */
export interface Place {
  /** The line of its history, or of its screen, that is the first on the terminal's screen. */
  readonly top: number;
  readonly size: Size;
}

const lineFeed = 0x0a;

/**
 * Follows a kept shell, so that its terminal can be brought up to date after a break without drawing a line twice. tmux
 * tells where it is once a second; in between, line feeds are counted.
 */
export class PlaceKeeper {
  private told: { readonly top: number; readonly row: number; readonly alternate: boolean } | undefined;
  private size: Size | undefined;
  private feeds = 0;

  /** A terminal remembers it while its connection is made anew. */
  get place(): Place | undefined {
    if (!this.told || !this.size) return undefined;
    const { top, row, alternate } = this.told;
    const scrolled = Math.max(0, this.feeds - (this.size.rows - 1 - row));
    return { top: top + (alternate ? 0 : scrolled), size: this.size };
  }

  /** @param text as `PlaceKeeper.format` has it, told by tmux */
  tell(text: string): void {
    const [top = NaN, row = NaN, rows = NaN, columns = NaN, alternate] = text.split(',').map(Number);
    if (![top, row, rows, columns].every(Number.isInteger)) return;
    this.told = { top, row, alternate: alternate === 1 };
    this.size = { rows, columns };
    this.feeds = 0;
  }

  /** Counts what the terminal is given to draw. */
  draw(bytes: Buffer): void {
    for (let at = bytes.indexOf(lineFeed); at >= 0; at = bytes.indexOf(lineFeed, at + 1)) this.feeds += 1;
  }

  static readonly format = '#{history_size},#{cursor_y},#{window_height},#{window_width},#{alternate_on}';
}
