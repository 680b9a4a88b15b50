import type { Introduction } from './introduction';

/**
 * The introduction of one computer, asked for when it is first needed. What was told holds for every later try to
 * connect; an answer that told nothing holds for the try that asked, and the next one asks again.
 */
export class Introducer {
  private answer: Promise<Introduction> | undefined;
  private useless = false;

  constructor(private readonly ask: () => Promise<Introduction>) {}

  get begun(): boolean {
    return this.answer !== undefined;
  }

  /** Marks another try. */
  renew(): void {
    if (this.useless) this.answer = undefined;
    this.useless = false;
  }

  /** Asks ahead of need. */
  begin(): void {
    // Whoever needs the answer hears of a failure too; when nobody does, it does not matter.
    this.get().catch(() => undefined);
  }

  get(): Promise<Introduction> {
    this.answer ??= this.remember(this.ask());
    return this.answer;
  }

  private async remember(asked: Promise<Introduction>): Promise<Introduction> {
    try {
      const introduction = await asked;
      this.useless = introduction.hostKeys.length === 0 && !introduction.keyInstalled;
      return introduction;
    } catch (error) {
      this.useless = true;
      throw error;
    }
  }
}
