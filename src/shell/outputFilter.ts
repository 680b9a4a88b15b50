/** Queries that tmux answers since a version, as regular expressions behind an escape character. */
const answeredQueries: readonly [since: number, pattern: string][] = [
  // Device attributes, status and position of the cursor, name and version, size in characters.
  [0, '\\[(?:0?c|>0?c|[56]n|>0?q|18t)'],
  // Sizes in pixels.
  [304, '\\[1[4569]t'],
  // Modes, style of the cursor.
  [306, '\\[\\??\\d+\\$p|P\\$q q\\x1b\\\\'],
];

/** The beginning of a query or an exit marker at the end of a chunk. */
const partialSequence =
  // eslint-disable-next-line no-control-regex -- they begin with one
  /\x1b(?:\[[>?]?\d{0,5}\$?|P(?:\$(?:q(?: (?:q\x1b?)?)?)?)?|\](?:5(?:3(?:7(?:9[;\w-]{0,99})?)?)?)?)?$/;

/**
 * Removes from the output of a persistent shell what the terminal must not see: queries that tmux has answered already,
 * since a second answer would look like input, and the shell's exit marker. Other queries pass through.
 */
export class OutputFilter {
  private held = '';
  private readonly removed: RegExp;

  /**
   * @param name the shell's name, as in its exit marker (startMarker.ts)
   * @param version the version of tmux, such as 3.3a; undefined for GNU screen, which passes no query through
   * @param onExit called with the exit code of the shell
   */
  constructor(
    name: string,
    version: string | undefined,
    private readonly onExit: (code: number) => void,
  ) {
    const answered = version === undefined ? [] : queriesAnsweredBy(version);
    const exitMarker = `\\]5379;celesto;exit;${name};(\\d+)\\x07`;
    this.removed = new RegExp(`\\x1b(?:${[...answered, exitMarker].join('|')})`, 'g');
  }

  /** Returns the filtered output. A partial sequence at the end waits for the next chunk. */
  pass(bytes: Buffer): Buffer {
    if (this.held === '' && !bytes.includes(0x1b)) return bytes;
    const text = (this.held + bytes.toString('latin1')).replace(this.removed, (_, code?: string) => {
      if (code !== undefined) this.onExit(Number(code));
      return '';
    });
    this.held = partialSequence.exec(text)?.[0] ?? '';
    return Buffer.from(text.slice(0, text.length - this.held.length), 'latin1');
  }
}

function queriesAnsweredBy(version: string): string[] {
  const [, major = '3', minor = '0'] = /(\d+)\.(\d+)/.exec(version) ?? [];
  const number = Number(major) * 100 + Number(minor);
  return answeredQueries.flatMap(([since, pattern]) => (since <= number ? [pattern] : []));
}
