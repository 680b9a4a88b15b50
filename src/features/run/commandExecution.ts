import type { Source } from '../../terminal/pump';
import type { Size } from '../../shell/session';
import type { Event } from '../../base/emitter';

/** How a command ended. */
export type ExecutionEnd =
  /** By itself or by a signal; an exit code is not always told. */
  | {
      readonly kind: 'exited';
      readonly code: number | undefined;
      readonly signal: string | undefined;
      /** The service cut it off. */
      readonly timedOut?: boolean;
      /** Milliseconds, where the other side has measured it. */
      readonly duration?: number | undefined;
    }
  /** Nobody knows: the way to it broke. */
  | { readonly kind: 'lost'; readonly cause: Error | undefined };

/** A command that runs on a computer, by whichever transport it is reached. */
export interface CommandExecution extends Source {
  /** What it writes, byte for byte and in order. Nothing is lost before the first listener. */
  readonly onData: Event<Uint8Array>;
  /** Fires once, after the last output; not before somebody listens to the output. */
  readonly onEnd: Event<ExecutionEnd>;
  /** Types; does nothing where the command has no terminal. */
  write(text: string): void;
  resize(size: Size): void;
  /** Asks it to end, as Ctrl+C does. */
  interrupt(): void;
  /** Ends it at once, with all that it started. */
  kill(): void;
}
