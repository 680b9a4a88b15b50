import type { ShellFacts } from './session';

/**
 * How a launched shell begins: with what keeps it. For tmux that is how its control mode begins anyway; the others are
 * sequences that no terminal knows or shows.
 */
export const startMarkers = {
  tmux: '\x1bP1000p',
  screen: '\x1b]5379;celesto;screen\x07',
  screenAgain: '\x1b]5379;celesto;screen;again\x07',
  none: '\x1b]5379;celesto;none\x07',
} as const;

/** How a kept shell ends, for printf: with its exit code. It names the shell: output that anybody made must not end it. */
export function exitMarker(name: string): string {
  return `\\033]5379;celesto;exit;${name};%s\\007`;
}

type Name = keyof typeof startMarkers;
const known = Object.entries(startMarkers) as [Name, string][];

/** Bytes after which no preface is expected any more. */
const most = 64 * 1024;

/** The script line that writes a preface. */
export function printCommand(preface: string): string {
  return `printf '${preface.replace('\x1b', '\\033').replace('\x07', '\\007')}'`;
}

/** What a preface but that of tmux says. */
export function shellFacts(name: Exclude<Name, 'tmux'>): ShellFacts {
  return { persistedBy: name === 'none' ? undefined : 'screen', resumed: name === 'screenAgain' };
}

/** What a piece of output is. */
export interface Read {
  /** To be shown: it came before the preface, or belongs to none. */
  readonly shown: Buffer;
  /** The preface that has come. */
  readonly preface: Name | undefined;
  /** What came behind it. */
  readonly rest: Buffer;
}

/**
 * Looks for the preface in the output of a channel, in whatever pieces it comes. Startup files may write before it, and a
 * server may run something else in its place: what cannot be the preface is passed on at once.
 */
export class StartMarkerParser {
  private held = '';
  private seen = 0;

  /** There is none to come: what is held back belongs to the output. */
  get over(): boolean {
    return this.seen > most;
  }

  read(bytes: Uint8Array): Read {
    const text = this.held + Buffer.from(bytes).toString('latin1');
    this.seen += bytes.length;
    for (const [name, preface] of known) {
      const at = text.indexOf(preface);
      if (at < 0) continue;
      this.held = '';
      return { shown: raw(text.slice(0, at)), preface: name, rest: raw(text.slice(at + preface.length)) };
    }
    const shown = text.slice(0, text.length - (this.over ? 0 : beginningAtEnd(text)));
    this.held = text.slice(shown.length);
    return { shown: raw(shown), preface: undefined, rest: raw('') };
  }

  /** What is held back when the output has ended. */
  end(): Buffer {
    return raw(this.held);
  }
}

/** How many characters at the end may be the beginning of a preface. */
function beginningAtEnd(text: string): number {
  const at = text.lastIndexOf('\x1b');
  const end = at < 0 ? '' : text.slice(at);
  return known.some(([, preface]) => preface.startsWith(end)) ? end.length : 0;
}

const raw = (text: string): Buffer => Buffer.from(text, 'latin1');
