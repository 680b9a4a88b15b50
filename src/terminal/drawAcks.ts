/** Numbers of private modes (DECRQM) that no terminal has: the last four digits count. */
const modeBase = 6917;
const modeCount = 10_000;

/**
 * DrawAcks from the terminal emulator for what it has drawn. VS Code tells an extension nothing of the kind, but an
 * emulator answers questions in their turn: one about a mode that does not exist changes nothing, and its answer, which
 * comes as input, says that all output before it was drawn.
 */
export class DrawAcks {
  private next = 0;
  private readonly pending = new Map<number, () => void>();

  /**
   * Asks for a receipt.
   * @param onDrawn called when everything was drawn that was written before the question
   * @returns the question: to be written where the emulator is not in the middle of a sequence
   */
  request(onDrawn: () => void): string {
    const number = this.next;
    this.next = (this.next + 1) % modeCount;
    this.pending.set(number, onDrawn);
    return `\x1b[?${modeBase}${String(number).padStart(4, '0')}$p`;
  }

  /** Takes the receipts out of input. @returns what a person typed, or a program was answered */
  consume(input: string): string {
    if (!input.includes('$y')) return input;
    return input.replace(answer, (_, number: string) => {
      this.onAnswer(Number(number));
      return '';
    });
  }

  /** Waits for no receipt any more. */
  clear(): void {
    this.pending.clear();
  }

  /** Answers come in the order of the questions: one that is missing was lost. */
  private onAnswer(number: number): void {
    if (!this.pending.has(number)) return;
    for (const [next, onDrawn] of this.pending) {
      this.pending.delete(next);
      onDrawn();
      if (next === number) return;
    }
  }
}

const answer = new RegExp(String.raw`\x1b\[\?${modeBase}(\d{4});\d\$y`, 'g');
