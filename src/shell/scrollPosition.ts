const lineFeed = 0x0a;

/** Fields of tmux that the scroll position is computed from. */
export const scrollPositionFields = ['history_size', 'cursor_y', 'pane_height', 'alternate_on'] as const;

/**
 * Follows a kept shell, so that its terminal can go on after a break where it was. A place is the line, counted in the
 * shell's history and its screen behind it, that is the first on the screen. tmux tells it once a second; in between,
 * line feeds are counted.
 */
export class ScrollPositionTracker {
  private told: { readonly top: number; readonly below: number; readonly alternate: boolean } | undefined;
  private feeds = 0;

  /** The scroll position; undefined until tmux has reported one. */
  get place(): number | undefined {
    if (!this.told) return undefined;
    const { top, below, alternate } = this.told;
    return top + (alternate ? 0 : Math.max(0, this.feeds - below));
  }

  /** @param values what tmux tells as `scrollPositionFields` */
  tell(values: readonly string[]): void {
    const [top = NaN, row = NaN, rows = NaN, alternate] = values.map(Number);
    if (![top, row, rows].every(Number.isInteger)) return;
    this.told = { top, below: rows - 1 - row, alternate: alternate === 1 };
    this.feeds = 0;
  }

  /** Counts what the terminal is given to draw. */
  draw(bytes: Buffer): void {
    for (let at = bytes.indexOf(lineFeed); at >= 0; at = bytes.indexOf(lineFeed, at + 1)) this.feeds += 1;
  }
}
