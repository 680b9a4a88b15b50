import type { ShellFacts } from './shellSession';

/**
 * The first output of a launched shell, which tells what persists it. tmux begins its control mode like that anyway; the
 * others are OSC sequences that no terminal knows or shows.
 */
export const startMarkers = {
  tmux: '\x1bP1000p',
  screen: '\x1b]5379;celesto;screen\x07',
  screenAgain: '\x1b]5379;celesto;screen;again\x07',
  none: '\x1b]5379;celesto;none\x07',
} as const;

type MarkerName = keyof typeof startMarkers;
const markerEntries = Object.entries(startMarkers) as [MarkerName, string][];

/** Bytes of output after which no start marker is expected any more. */
const maxBytesBeforeMarker = 64 * 1024;

/**
 * The last output of a persistent shell, as a format of printf that takes the exit code. It names the shell, so that output
 * that was made elsewhere does not end it.
 */
export function exitMarker(name: string): string {
  return `\\033]5379;celesto;exit;${name};%s\\007`;
}

/** The script line that prints a start marker. */
export function printCommand(marker: string): string {
  return `printf '${marker.replace('\x1b', '\\033').replace('\x07', '\\007')}'`;
}

/** The facts that a start marker states. tmux states its own later. */
export function shellFacts(name: Exclude<MarkerName, 'tmux'>): ShellFacts {
  return { persistedBy: name === 'none' ? undefined : 'screen', resumed: name === 'screenAgain' };
}

/** A chunk of output, split at the start marker. */
export interface ParsedOutput {
  /** Output before the marker, or all of it. */
  readonly shown: Buffer;
  readonly marker: MarkerName | undefined;
  /** Output behind the marker. */
  readonly remaining: Buffer;
}

/**
 * Finds the start marker in the output of a channel, in chunks of any size. Startup files may print before it, and a server
 * may run something else in its place: output that cannot belong to a marker is passed through at once.
 */
export class StartMarkerParser {
  private held = '';
  private bytesRead = 0;

  /** True once no marker is expected any more. */
  get hasGivenUp(): boolean {
    return this.bytesRead > maxBytesBeforeMarker;
  }

  read(bytes: Uint8Array): ParsedOutput {
    const text = this.held + Buffer.from(bytes).toString('latin1');
    this.bytesRead += bytes.length;
    for (const [name, marker] of markerEntries) {
      const at = text.indexOf(marker);
      if (at < 0) continue;
      this.held = '';
      const remaining = toBuffer(text.slice(at + marker.length));
      return { shown: toBuffer(text.slice(0, at)), marker: name, remaining };
    }
    const shown = text.slice(0, text.length - (this.hasGivenUp ? 0 : partialMarkerLength(text)));
    this.held = text.slice(shown.length);
    return { shown: toBuffer(shown), marker: undefined, remaining: toBuffer('') };
  }

  /** Returns the output that was held back, when there is no more to come. */
  end(): Buffer {
    return toBuffer(this.held);
  }
}

/** Characters at the end of the text that may begin a marker. */
function partialMarkerLength(text: string): number {
  const at = text.lastIndexOf('\x1b');
  const end = at < 0 ? '' : text.slice(at);
  return markerEntries.some(([, marker]) => marker.startsWith(end)) ? end.length : 0;
}

const toBuffer = (text: string): Buffer => Buffer.from(text, 'latin1');
