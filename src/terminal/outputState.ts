import { EscapeParser, type Sequence } from './escapeParser';

const lineFeed = 0x0a;

/** What the output so far has made of the screen, as far as it matters where something may be put in or left out. */
export class OutputState {
  private readonly parser = new EscapeParser();
  private lastByte = lineFeed;
  private alternate = false;
  private region = false;
  private command = false;

  read(bytes: Uint8Array): void {
    for (const sequence of this.parser.all(bytes)) this.see(sequence);
    this.lastByte = bytes.at(-1) ?? this.lastByte;
  }

  /** Neither a character nor a sequence goes on: something may be put in that leaves the screen as it is. */
  get isBetween(): boolean {
    return this.parser.atRest && this.lastByte < 0x80;
  }

  get isAtLineStart(): boolean {
    return this.lastByte === lineFeed;
  }

  /** Lines follow each other, and no program has the screen for itself: lines may be left out. */
  get isLines(): boolean {
    return this.isBetween && !this.alternate && !this.region;
  }

  /** A command runs of which the shell marked the beginning and will mark the end (shell integration). */
  get isCommand(): boolean {
    return this.command;
  }

  private see({ kind, text }: Sequence): void {
    if (kind === 'csi') {
      const [, mode] = /^\?(?:.*;)?(?:47|1047|1049)(?:;.*)?([hl])$/.exec(text) ?? [];
      if (mode) this.alternate = mode === 'h';
      else if (isRegion.test(text)) this.region = /\d/.test(text);
      else if (text === '!p') this.region = false;
    } else if (kind === 'osc' && isMark.test(text)) this.command = text.endsWith('C');
    else if (kind === 'escape' && text === 'c') this.alternate = this.region = false;
  }
}

/** Before the prompt, the output of a command, and its end; as VS Code and FinalTerm spell them. */
const isMark = /^[16]33;[ACD]$/;
/** DECSTBM: without numbers it takes the region away. */
const isRegion = /^[\d;]*r$/;
