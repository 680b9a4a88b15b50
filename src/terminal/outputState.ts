import { EscapeParser, type Sequence } from './escapeParser';

const lineFeed = 0x0a;

/** Tracks the state that output has left VS Code's terminal in, as far as it decides where text may be inserted or left out. */
export class OutputState {
  private readonly parser = new EscapeParser();
  private lastByte = lineFeed;
  private inAlternateScreen = false;
  private hasScrollRegion = false;
  private inCommand = false;

  read(bytes: Uint8Array): void {
    for (const sequence of this.parser.all(bytes)) this.apply(sequence);
    this.lastByte = bytes.at(-1) ?? this.lastByte;
  }

  /** True between characters and sequences, where a query may be inserted. */
  get isBetweenSequences(): boolean {
    return this.parser.atRest && this.lastByte < 0x80;
  }

  get isAtLineStart(): boolean {
    return this.lastByte === lineFeed;
  }

  /** True while output is plain lines and no program uses the whole screen: lines may be left out. */
  get isPlainLines(): boolean {
    return this.isBetweenSequences && !this.inAlternateScreen && !this.hasScrollRegion;
  }

  /** True while a command runs that VS Code tracks, since the shell has marked its beginning (shell integration). */
  get isInTrackedCommand(): boolean {
    return this.inCommand;
  }

  private apply({ kind, text }: Sequence): void {
    if (kind === 'csi') {
      const [, mode] = /^\?(?:.*;)?(?:47|1047|1049)(?:;.*)?([hl])$/.exec(text) ?? [];
      if (mode) this.inAlternateScreen = mode === 'h';
      else if (isScrollRegion.test(text)) this.hasScrollRegion = /\d/.test(text);
      else if (text === '!p') this.hasScrollRegion = false;
    } else if (kind === 'osc' && isCommandMark.test(text)) this.inCommand = text.endsWith('C');
    else if (kind === 'escape' && text === 'c') this.inAlternateScreen = this.hasScrollRegion = false;
  }
}

/** The marks of a prompt, a command's output and its end: OSC 633 of VS Code, 133 of FinalTerm. */
const isCommandMark = /^[16]33;[ACD]$/;
/** DECSTBM, which resets the scroll region where it has no numbers. */
const isScrollRegion = /^[\d;]*r$/;
