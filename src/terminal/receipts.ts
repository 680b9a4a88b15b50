/** Numbers of private modes (DECRQM) that no terminal has: the last four digits count. */
const family = 6917;
const numbers = 10_000;

/**
 * Receipts from the terminal emulator for what it has drawn. VS Code tells an extension nothing of the kind, but an
 * emulator answers questions in their turn: one about a mode that does not exist changes nothing, and its answer, which
 * comes as input, says that all output before it was drawn.
 */
export class Receipts {
  private asked = 0;
  private readonly open = new Map<number, () => void>();

  /**
   * Asks for a receipt.
   * @param onDrawn called when everything was drawn that was written before the question
   * @returns the question: to be written where the emulator is not in the middle of a sequence
   */
  ask(onDrawn: () => void): string {
    const number = this.asked;
    this.asked = (this.asked + 1) % numbers;
    this.open.set(number, onDrawn);
    return `\x1b[?${family}${String(number).padStart(4, '0')}$p`;
  }

  /** Takes the receipts out of input. @returns what a person typed, or a program was answered */
  take(input: string): string {
    if (!input.includes('$y')) return input;
    return input.replace(answer, (_, number: string) => {
      this.onAnswer(Number(number));
      return '';
    });
  }

  /** Waits for no receipt any more. */
  forget(): void {
    this.open.clear();
  }

  /** Answers come in the order of the questions: one that is missing was lost. */
  private onAnswer(number: number): void {
    if (!this.open.has(number)) return;
    for (const [asked, onDrawn] of this.open) {
      this.open.delete(asked);
      onDrawn();
      if (asked === number) return;
    }
  }
}

const answer = new RegExp(String.raw`\x1b\[\?${family}(\d{4});\d\$y`, 'g');
