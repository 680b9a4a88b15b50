/** DECRQM numbers of private modes that no terminal has: the last four digits count the requests. */
const modeBase = 6917;
const modeCount = 10_000;

const answer = new RegExp(String.raw`\x1b\[\?${modeBase}(\d{4});\d\$y`, 'g');

/**
 * Acknowledgements of drawn output. VS Code gives an extension none, but its terminal answers queries in order: a query of
 * a mode that does not exist changes nothing, and its answer, which arrives as input, proves that all output before it
 * was drawn.
 */
export class DrawAcks {
  private next = 0;
  private isClosed = false;
  private readonly pending = new Map<number, () => void>();

  /**
   * Requests an acknowledgement.
   * @param onDrawn called once everything written before the query was drawn
   * @returns the query, to be written where the output is not in the middle of a sequence
   */
  request(onDrawn: () => void): string {
    const number = this.next;
    this.next = (this.next + 1) % modeCount;
    this.pending.set(number, onDrawn);
    if (this.isClosed) queueMicrotask(() => this.acknowledgeAll());
    return `\x1b[?${modeBase}${String(number).padStart(4, '0')}$p`;
  }

  /** Removes the acknowledgements from input. Returns the typed text, and answers to queries of programs. */
  consume(input: string): string {
    if (!input.includes('$y')) return input;
    return input.replace(answer, (_, number: string) => {
      this.onAnswer(Number(number));
      return '';
    });
  }

  /** Drops all pending requests. */
  clear(): void {
    this.pending.clear();
  }

  /** Acknowledges everything from now on: the terminal is gone, and output must not wait for it. */
  close(): void {
    this.isClosed = true;
    this.acknowledgeAll();
  }

  private acknowledgeAll(): void {
    const last = [...this.pending.keys()].at(-1);
    if (last !== undefined) this.onAnswer(last);
  }

  /** Answers arrive in the order of the queries, so a missing one was lost. */
  private onAnswer(number: number): void {
    if (!this.pending.has(number)) return;
    for (const [requested, onDrawn] of this.pending) {
      this.pending.delete(requested);
      onDrawn();
      if (requested === number) return;
    }
  }
}
