const bell = 0x07;
const escape = 0x1b;
/** CAN and SUB cancel a sequence. */
const cancels = [0x18, 0x1a];

/**
 * A control sequence. For a CSI, `text` is all of it after the introducer, such as `?1049h`; for the others it is the last
 * byte. A string, such as a title, is reported when it begins, since it may be long; an OSC is reported again by its first
 * characters, such as `633;C`, which tell its kind.
 */
export interface Sequence {
  readonly kind: 'escape' | 'csi' | 'string' | 'osc';
  readonly text: string;
}

/** Characters of parameters that are kept; no sequence that matters has more. */
const maxParameters = 64;
/** Characters that tell the kind of an OSC. */
const oscKindLength = 5;

/**
 * Finds control sequences in terminal output, in chunks of any size (ECMA-48, section 5; the states are those of the
 * terminal's own parser).
 */
export class EscapeParser {
  private state: 'text' | 'escape' | 'csi' | 'osc' | 'string' = 'text';
  private parameters = '';

  /** True outside of sequences. */
  get atRest(): boolean {
    return this.state === 'text';
  }

  /**
   * Reads up to the next sequence.
   * @param from index of the first byte
   * @returns the sequence and the index behind it; undefined where the bytes end before
   */
  next(bytes: Uint8Array, from: number): { readonly sequence: Sequence; readonly end: number } | undefined {
    for (let at = from; at < bytes.length; at += 1) {
      if (this.state === 'text') at = bytes.indexOf(escape, at);
      if (at < 0) return undefined;
      const sequence = this.read(bytes[at] ?? 0);
      if (sequence) return { sequence, end: at + 1 };
    }
    return undefined;
  }

  /** Reads all bytes and yields their sequences. */
  *all(bytes: Uint8Array): Generator<Sequence> {
    for (let found = this.next(bytes, 0); found; found = this.next(bytes, found.end)) yield found.sequence;
  }

  private read(byte: number): Sequence | undefined {
    if (byte === escape) this.state = 'escape';
    else if (cancels.includes(byte)) this.state = 'text';
    else if (this.state === 'escape') return this.readEscape(byte);
    else if (this.state === 'csi') return this.readCsi(byte);
    else if (this.state === 'osc') return this.readOsc(byte);
    return undefined;
  }

  private readEscape(byte: number): Sequence | undefined {
    // Control characters, which are executed at once, and intermediate bytes.
    if (byte < 0x30) return undefined;
    const text = String.fromCharCode(byte);
    this.state = introducers.get(text) ?? 'text';
    this.parameters = '';
    if (this.state === 'csi') return undefined;
    return { kind: this.state === 'text' ? 'escape' : 'string', text };
  }

  private readOsc(byte: number): Sequence | undefined {
    if (byte === bell) this.state = 'text';
    else if (this.parameters.length < oscKindLength) {
      this.parameters += String.fromCharCode(byte);
      if (this.parameters.length === oscKindLength) return { kind: 'osc', text: this.parameters };
    }
    return undefined;
  }

  private readCsi(byte: number): Sequence | undefined {
    if (byte < 0x20) return undefined;
    if (this.parameters.length < maxParameters) this.parameters += String.fromCharCode(byte);
    if (byte < 0x40) return undefined;
    this.state = 'text';
    return { kind: 'csi', text: this.parameters };
  }
}

const introducers = new Map<string, 'csi' | 'osc' | 'string'>([
  ['[', 'csi'],
  [']', 'osc'],
  ['P', 'string'],
  ['X', 'string'],
  ['^', 'string'],
  ['_', 'string'],
]);
