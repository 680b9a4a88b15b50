import type { Event } from '../base/emitter';

/** Size of a terminal in characters. */
export interface Size {
  readonly rows: number;
  readonly columns: number;
}

export function isSameSize(one: Size, other: Size): boolean {
  return one.rows === other.rows && one.columns === other.columns;
}

/** The end of a session. */
export type SessionEnd =
  /** The shell ended: with an exit code, by a signal, or without a status. */
  | { readonly kind: 'exited'; readonly code: number | undefined; readonly signal: string | undefined }
  /** The connection was lost. */
  | { readonly kind: 'lost'; readonly cause: Error | undefined };

/** An open shell on a computer, over any transport. */
export interface Session {
  /** Output of the shell, byte for byte. Nothing is lost before the first listener. */
  readonly onData: Event<Uint8Array>;
  /** Fires once, after the last output. */
  readonly onEnd: Event<SessionEnd>;
  write(text: string): void;
  resize(size: Size): void;
  /** Applies backpressure, up to the source of the output. */
  pause(): void;
  resume(): void;
  /** Checks the connection, for instance after a sleep. Without an answer the session ends soon. */
  probe(): void;
  /** Detaches from the shell. A persistent one goes on. */
  close(): void;
  /** Resolves with the first output. */
  readonly shell: Promise<ShellFacts>;
}

/** Facts about the shell of a session. */
export interface ShellFacts {
  /** Keeps the shell alive while no terminal is attached; undefined: it ends with the connection. */
  readonly persistedBy: 'tmux' | 'screen' | 'gateway' | undefined;
  /** The shell existed before: this session has reattached to it. */
  readonly resumed: boolean;
}

/** The shell to open. */
export interface ShellOptions {
  /** Keeps the shell alive while no terminal is attached: `auto` uses the multiplexer that is installed. */
  readonly persistence: 'auto' | 'tmux' | 'off';
  /** Its name on the computer, to reattach to it: letters, digits and dashes. */
  readonly name: string;
  /** The directory to begin in, as the user types it; empty for the home folder. */
  readonly cwd: string;
  /** The nonce of shell integration; undefined turns it off. */
  readonly nonce: string | undefined;
}

/** The request for a session. */
export interface SessionRequest {
  /** Read when the shell is requested: the window may be resized, or be drawn first, while connecting. */
  readonly size: () => Promise<Size>;
  readonly env: Readonly<Record<string, string>>;
  readonly shell: ShellOptions;
  /** Kept from one session to the next of the same terminal. */
  readonly memory: SessionMemory;
}

/** Data that a terminal needs to reattach to its shell. */
export interface SessionMemory {
  /** The id of the terminal at the gateway. */
  terminalId?: string;
}

export const terminalType = 'xterm-256color';
