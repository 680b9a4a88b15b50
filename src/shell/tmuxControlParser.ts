/** Callbacks for messages of tmux in control mode (CONTROL MODE in tmux(1)). */
export interface TmuxControlHandlers {
  /** Output of the shell, byte for byte. */
  output(bytes: Buffer): void;
  /** The reply to a command. */
  reply(lines: readonly Buffer[], failed: boolean): void;
  /** A notification: its name without the percent sign, empty for an error message, and the text behind it. */
  notice(name: string, text: string): void;
}

/** Parses tmux's control mode: lines in which control characters of output are in octal. */
export class TmuxControlParser {
  private partial: Buffer[] = [];
  private block: { readonly end: string; readonly lines: Buffer[] } | undefined;

  constructor(private readonly handlers: TmuxControlHandlers) {}

  read(bytes: Buffer): void {
    let start = 0;
    for (let end = bytes.indexOf('\n'); end >= 0; end = bytes.indexOf('\n', start)) {
      const piece = bytes.subarray(start, end);
      const line = this.partial.length === 0 ? piece : Buffer.concat([...this.partial, piece]);
      this.partial = [];
      start = end + 1;
      this.readLine(line.at(-1) === 13 ? line.subarray(0, -1) : line);
    }
    if (start < bytes.length) this.partial.push(bytes.subarray(start));
  }

  private readLine(line: Buffer): void {
    if (this.block) this.readBlockLine(this.block, line);
    else if (startsWith(line, '%output ')) this.handlers.output(unescape(line, line.indexOf(' ', 8) + 1));
    else if (startsWith(line, '%begin ')) this.block = { end: line.toString().slice(6), lines: [] };
    else {
      const [, name = '', text = ''] = /^(?:%(\S*) ?)?([^]*)$/.exec(line.toString()) ?? [];
      this.handlers.notice(name, text);
    }
  }

  private readBlockLine({ end, lines }: { end: string; lines: Buffer[] }, line: Buffer): void {
    const failed = line.equals(Buffer.from(`%error${end}`));
    if (!failed && !line.equals(Buffer.from(`%end${end}`))) lines.push(line);
    else {
      this.block = undefined;
      this.handlers.reply(lines, failed);
    }
  }
}

const percent = 0x25;
const backslash = 0x5c;
const zero = 0x30;

function startsWith(line: Buffer, prefix: string): boolean {
  return (
    line[0] === percent &&
    line.length >= prefix.length &&
    line.toString('latin1', 0, prefix.length) === prefix
  );
}

/** Decodes a line from `start` on, in which `\ooo` is one byte. */
function unescape(line: Buffer, start: number): Buffer {
  if (!line.includes(backslash, start)) return line.subarray(start);
  const bytes = Buffer.allocUnsafe(line.length - start);
  const digit = (at: number): number => (line[at] ?? zero) - zero;
  let length = 0;
  for (let at = start; at < line.length; at += 1) {
    const isEscape = line[at] === backslash;
    bytes[length] = isEscape ? (digit(at + 1) << 6) | (digit(at + 2) << 3) | digit(at + 3) : (line[at] ?? 0);
    length += 1;
    if (isEscape) at += 3;
  }
  return bytes.subarray(0, length);
}
