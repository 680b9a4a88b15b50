/** Takes back what a program may have set while it ran: a link that breaks gives it no chance to clean up. */
const modesReset = [
  '\x1b[?1047l', // out of the alternate screen, the cursor where it was
  ...['9', '1000', '1002', '1003', '1004', '1006', '2004'].map((mode) => `\x1b[?${mode}l`), // mouse, focus, paste
  '\x1b[!p', // soft reset (DECSTR): colours, scroll region, keypad, cursor keys
  '\x1b[?25h',
].join('');

/** Lines of our own in a terminal, so that nobody takes them for output of the computer. */
export class StatusMessages {
  constructor(private readonly draw: (text: string) => void) {}

  /** What is going on: dim. */
  info(line: string): void {
    this.draw(`\x1b[0m\x1b[2m${crlf(line)}\x1b[0m\r\n`);
  }

  /** What went wrong: red. */
  warn(line: string): void {
    this.draw(`\x1b[0m\x1b[31m${crlf(line)}\x1b[0m\r\n`);
  }

  /** Begins below whatever was there, when the shell is gone. */
  startBelow(): void {
    this.draw(`${modesReset}\r\n`);
  }

  /** Moves what is on the screen into the scroll-back: what comes next draws the whole screen. */
  scrollScreenAway(rows: number): void {
    this.draw('\r\n'.repeat(rows));
  }
}

function crlf(text: string): string {
  return text.replace(/\r?\n/g, '\r\n');
}
