import type { Event } from '../util/emitter';

/** Size of a terminal in characters. */
export interface Size {
  readonly rows: number;
  readonly columns: number;
}

/** How a session ended. */
export type Ending =
  /** The shell ended: with an exit code, by a signal, or without saying which. */
  | { readonly kind: 'exited'; readonly code: number | undefined; readonly signal: string | undefined }
  /** The way to it broke. */
  | { readonly kind: 'lost'; readonly cause: Error | undefined };

/** A shell on a computer, by whichever road it is reached. The terminal above does not know which. */
export interface Session {
  /** Output of the shell, byte for byte. Nothing is lost between the making of the session and the first listener. */
  readonly onData: Event<Uint8Array>;
  /** Fires once, after the last output. */
  readonly onEnd: Event<Ending>;
  write(text: string): void;
  resize(size: Size): void;
  /** Holds the output back, at its source if that takes long. */
  pause(): void;
  resume(): void;
  close(): void;
}

/** What a session is opened with. */
export interface SessionRequest {
  /** Read when the shell is asked for: a window may be resized while the connection is made. */
  readonly size: () => Size;
  readonly env: Readonly<Record<string, string>>;
  /** Kept from one session to the next of the same terminal. */
  readonly memory: SessionMemory;
}

/** What a terminal remembers of its shell, so that it can go back to it. */
export interface SessionMemory {
  /** The shell behind the terminal gateway. */
  terminalId?: string;
}

export const terminalType = 'xterm-256color';
