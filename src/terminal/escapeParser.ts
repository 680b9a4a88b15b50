const bell = 0x07;
const escape = 0x1b;
/** CAN and SUB break off what has begun. */
const cancels = [0x18, 0x1a];

/**
 * A control sequence. For a CSI, `text` is all of it after its introducer, such as `?1049h`; for the others it is their last
 * byte. A string, such as a title, is told when it begins, since it may be long; that of an OSC once more when its kind is
 * known, by its first characters, such as `633;C`.
 */
export interface Sequence {
  readonly kind: 'escape' | 'csi' | 'string' | 'osc';
  readonly text: string;
}

/** Longer parameters belong to no sequence that anybody asks about. */
const longest = 64;
/** Characters that tell the kind of an OSC. */
const telling = 5;

/**
 * Finds the control sequences in the output of a terminal, however it is cut (ECMA-48, section 5; the states are those of
 * the emulator's own parser).
 */
export class EscapeParser {
  private state: 'text' | 'escape' | 'csi' | 'osc' | 'string' = 'text';
  private parameters = '';

  /** Whether what comes next is text or begins a sequence, and is not the middle of one. */
  get atRest(): boolean {
    return this.state === 'text';
  }

  /**
   * Reads on, to the next sequence.
   * @param from index of the first byte to be read
   * @returns the sequence and the index behind it; undefined when the bytes end before
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

  /** Reads all of the bytes. @returns their sequences */
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
    // Controls, which are done at once, and what may come between ESC and the last byte.
    if (byte < 0x30) return undefined;
    const text = String.fromCharCode(byte);
    this.state = introducers.get(text) ?? 'text';
    this.parameters = '';
    if (this.state === 'csi') return undefined;
    return { kind: this.state === 'text' ? 'escape' : 'string', text };
  }

  private readOsc(byte: number): Sequence | undefined {
    if (byte === bell) this.state = 'text';
    else if (this.parameters.length < telling) {
      this.parameters += String.fromCharCode(byte);
      if (this.parameters.length === telling) return { kind: 'osc', text: this.parameters };
    }
    return undefined;
  }

  private readCsi(byte: number): Sequence | undefined {
    if (byte < 0x20) return undefined;
    if (this.parameters.length < longest) this.parameters += String.fromCharCode(byte);
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
