/** Resets the modes that a program may have left set: a lost connection gives it no chance to clean up. */
const resetModes = [
  '\x1b[?1047l', // leaves the alternate screen, the cursor stays where it was
  ...['9', '1000', '1002', '1003', '1004', '1006', '2004'].map((mode) => `\x1b[?${mode}l`), // mouse, focus, paste
  '\x1b[!p', // soft reset (DECSTR): colours, scroll region, keypad, cursor keys
  '\x1b[?25h',
].join('');

/** Writes messages of the extension into a terminal, in a style of their own so that they are not taken for output. */
export class TerminalMessages {
  constructor(private readonly draw: (text: string) => void) {}

  /** Progress and hints: dim. */
  info(text: string): void {
    this.draw(`\x1b[0m\x1b[2m${toCrlf(text)}\x1b[0m\r\n`);
  }

  /** Failures: red. */
  warn(text: string): void {
    this.draw(`\x1b[0m\x1b[31m${toCrlf(text)}\x1b[0m\r\n`);
  }

  /** Moves below the output of a shell that is gone. */
  startBelow(): void {
    this.draw(`${resetModes}\r\n`);
  }

  /** Scrolls the screen into the scroll-back, before a session draws the whole screen. */
  scrollScreenAway(rows: number): void {
    this.draw('\r\n'.repeat(rows));
  }
}

/** Ends each line as a terminal expects it, with a carriage return. */
export function toCrlf(text: string): string {
  return text.replace(/\r?\n/g, '\r\n');
}
