import type { Event } from '../base/emitter';

/** Size of a terminal in characters. */
export interface Size {
  readonly rows: number;
  readonly columns: number;
}

export function isSameSize(one: Size, other: Size): boolean {
  return one.rows === other.rows && one.columns === other.columns;
}

/** How a session ended. */
export type SessionEnd =
  /** The shell ended: with an exit code, by a signal, or without saying which. */
  | { readonly kind: 'exited'; readonly code: number | undefined; readonly signal: string | undefined }
  /** The way to it broke. */
  | { readonly kind: 'lost'; readonly cause: Error | undefined };

/** A shell on a computer, by whichever transport it is reached. The terminal above does not know which. */
export interface Session {
  /** Output of the shell, byte for byte. Nothing is lost between the making of the session and the first listener. */
  readonly onData: Event<Uint8Array>;
  /** Fires once, after the last output. */
  readonly onEnd: Event<SessionEnd>;
  write(text: string): void;
  resize(size: Size): void;
  /** Holds the output back, at its source if that takes long. */
  pause(): void;
  resume(): void;
  /** Asks whether the other side is still there, after a sleep for instance; the session ends soon where it is not. */
  probe(): void;
  /** Leaves the shell. One that is kept on the computer lives on. */
  close(): void;
  /** Settles with the first output. */
  readonly shell: Promise<ShellFacts>;
}

/** What shell a session has got. */
export interface ShellFacts {
  /** What keeps it alive on the computer while nobody is attached; nothing: it ends with the connection. */
  readonly persistedBy: 'tmux' | 'screen' | 'gateway' | undefined;
  /** It was there before: this session has come back to it. */
  readonly resumed: boolean;
}

/** What shell is wished for. */
export interface ShellOptions {
  /** What should keep it alive while nobody is attached: `auto` takes what the computer has. */
  readonly persistence: 'auto' | 'tmux' | 'off';
  /** Its name on the computer, by which it is found again: letters, digits and dashes. */
  readonly name: string;
  /** The directory to begin in, as a person types it; empty for the home folder. */
  readonly cwd: string;
  /** With it the shell marks its prompts and commands for VS Code; undefined: it does not. */
  readonly nonce: string | undefined;
}

/** What a session is opened with. */
export interface SessionRequest {
  /** Asked for together with the shell: a window may be resized, or only be drawn, while the connection is made. */
  readonly size: () => Promise<Size>;
  readonly env: Readonly<Record<string, string>>;
  readonly shell: ShellOptions;
  /** Kept from one session to the next of the same terminal. */
  readonly memory: SessionMemory;
}

/** What a terminal remembers of its shell, so that it can go back to it. */
export interface SessionMemory {
  /** The shell behind the terminal gateway. */
  terminalId?: string;
}

export const terminalType = 'xterm-256color';
