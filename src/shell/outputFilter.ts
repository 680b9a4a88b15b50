/** The questions that tmux answers, as regular expressions behind an escape character, and since which version. */
const questions: readonly [since: number, pattern: string][] = [
  // Device attributes, status and position of the cursor, name and version, size in characters.
  [0, '\\[(?:0?c|>0?c|[56]n|>0?q|18t)'],
  // Sizes in pixels.
  [304, '\\[1[4569]t'],
  // Modes, style of the cursor.
  [306, '\\[\\??\\d+\\$p|P\\$q q\\x1b\\\\'],
];

/** What one of all these may begin with, at the end of a piece of output. */
const beginning =
  // eslint-disable-next-line no-control-regex -- they begin with one
  /\x1b(?:\[[>?]?\d{0,5}\$?|P(?:\$(?:q(?: (?:q\x1b?)?)?)?)?|\](?:5(?:3(?:7(?:9[;\w-]{0,99})?)?)?)?)?$/;

/**
 * Takes out of the output of a shell that is kept what is not for the terminal: questions to it that tmux has answered
 * already, since a second answer would look as if it had been typed, and the shell's farewell. Questions that tmux leaves open go through.
 */
export class OutputFilter {
  private held = '';
  private readonly taken: RegExp;

  /**
   * @param name of the shell, whose exitMarker (see preface.ts) is meant
   * @param version of tmux, such as 3.3a; undefined where something else keeps the shell, which hands no question on
   * @param onExit told the exit code of the shell
   */
  constructor(
    name: string,
    version: string | undefined,
    private readonly onExit: (code: number) => void,
  ) {
    const answered = version === undefined ? [] : questionsAnsweredBy(version);
    const exitMarker = `\\]5379;celesto;exit;${name};(\\d+)\\x07`;
    this.taken = new RegExp(`\\x1b(?:${[...answered, exitMarker].join('|')})`, 'g');
  }

  /** The output without it. What may be the beginning of it waits for the next piece. */
  pass(bytes: Buffer): Buffer {
    if (this.held === '' && !bytes.includes(0x1b)) return bytes;
    const text = (this.held + bytes.toString('latin1')).replace(this.taken, (_, code?: string) => {
      if (code !== undefined) this.onExit(Number(code));
      return '';
    });
    this.held = beginning.exec(text)?.[0] ?? '';
    return Buffer.from(text.slice(0, text.length - this.held.length), 'latin1');
  }
}

function questionsAnsweredBy(version: string): string[] {
  const [, major = '3', minor = '0'] = /(\d+)\.(\d+)/.exec(version) ?? [];
  const number = Number(major) * 100 + Number(minor);
  return questions.flatMap(([since, pattern]) => (since <= number ? [pattern] : []));
}
