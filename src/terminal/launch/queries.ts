/** The questions that tmux answers, as regular expressions behind an escape character, and since which version. */
const questions: readonly [since: number, pattern: string][] = [
  // Device attributes, status and position of the cursor, name and version, size in characters.
  [0, '\\[(?:0?c|>0?c|[56]n|>0?q|18t)'],
  // Sizes in pixels.
  [304, '\\[1[4569]t'],
  // Modes, style of the cursor.
  [306, '\\[\\??\\d+\\$p|P\\$q q\\x1b\\\\'],
];

/** What one of them may begin with, at the end of a piece of output. */
// eslint-disable-next-line no-control-regex -- they begin with one
const beginning = /\x1b(?:\[[>?]?\d{0,5}\$?|P(?:\$(?:q(?: (?:q\x1b?)?)?)?)?)?$/;

/**
 * Takes questions to the terminal out of the output of a shell that tmux keeps: tmux has answered them already, and a
 * second answer would look as if it had been typed. Questions that tmux leaves open go through.
 */
export class AnsweredQueries {
  private held = '';
  private readonly answered: RegExp;

  /** @param version of tmux, such as 3.3a */
  constructor(version: string) {
    const [, major = '3', minor = '0'] = /(\d+)\.(\d+)/.exec(version) ?? [];
    const number = Number(major) * 100 + Number(minor);
    const patterns = questions.flatMap(([since, pattern]) => (since <= number ? [pattern] : []));
    this.answered = new RegExp(`\\x1b(?:${patterns.join('|')})`, 'g');
  }

  /** The output without them. What may be the beginning of one waits for the next piece. */
  filter(bytes: Buffer): Buffer {
    if (this.held === '' && !bytes.includes(0x1b)) return bytes;
    const text = (this.held + bytes.toString('latin1')).replace(this.answered, '');
    this.held = beginning.exec(text)?.[0] ?? '';
    return Buffer.from(text.slice(0, text.length - this.held.length), 'latin1');
  }
}
