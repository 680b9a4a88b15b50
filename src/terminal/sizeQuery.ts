import type { Size } from '../shell/shellSession';

// eslint-disable-next-line no-control-regex -- it begins with one
const answer = /\x1b\[8;(\d+);(\d+)t/g;

/** Queries the size of VS Code's terminal in characters (XTWINOPS 18), which VS Code does not always report by itself. */
export class SizeQuery {
  private pending = 0;

  /** Returns the query, to be written to the terminal. */
  request(): string {
    this.pending += 1;
    return '\x1b[18t';
  }

  /** Removes the answers from input. Returns the typed text, and answers to queries of programs. */
  consume(input: string, onSize: (size: Size) => void): string {
    if (this.pending === 0) return input;
    return input.replace(answer, (whole, rows: string, columns: string) => {
      // Belongs to a program that sent the same query.
      if (this.pending === 0) return whole;
      this.pending -= 1;
      onSize({ rows: Number(rows), columns: Number(columns) });
      return '';
    });
  }
}
