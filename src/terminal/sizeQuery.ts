import type { Size } from '../shell/session';

/** Asks the terminal emulator for its size in characters (XTWINOPS 18): VS Code does not always tell it by itself. */
export class SizeQuery {
  private pending = 0;

  /** @returns the question, to be written to the emulator */
  request(): string {
    this.pending += 1;
    return '\x1b[18t';
  }

  /**
   * Takes the answers out of input.
   * @returns what a person typed, or a program was answered
   */
  consume(input: string, onSize: (size: Size) => void): string {
    if (this.pending === 0) return input;
    return input.replace(answer, (whole, rows: string, columns: string) => {
      // A program may have asked, too.
      if (this.pending === 0) return whole;
      this.pending -= 1;
      onSize({ rows: Number(rows), columns: Number(columns) });
      return '';
    });
  }
}

// eslint-disable-next-line no-control-regex -- it begins with one
const answer = /\x1b\[8;(\d+);(\d+)t/g;
