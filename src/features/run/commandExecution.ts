import type { Event } from '../../base/emitter';
import type { Size } from '../../shell/shellSession';
import type { PausableOutput } from '../../terminal/outputFlowControl';

/** The end of a command, as the transport reports it. */
export type ExecutionEnd =
  /** By itself or by a signal; an exit code is not always reported. */
  | {
      readonly kind: 'exited';
      readonly code: number | undefined;
      readonly signal: string | undefined;
      /** True where the service's time limit ended it. */
      readonly timedOut?: boolean;
      /** Milliseconds, where the other side has measured it. */
      readonly duration?: number | undefined;
    }
  /** Unknown: the connection broke. */
  | { readonly kind: 'lost'; readonly cause: Error | undefined };

/** A command that runs on a computer, over any transport. */
export interface CommandExecution extends PausableOutput {
  /** Output, byte for byte and in order. Nothing is lost before the first listener. */
  readonly onData: Event<Uint8Array>;
  /** Fires once, after the last output; not before the output has a listener. */
  readonly onEnd: Event<ExecutionEnd>;
  /** Sends typed text; does nothing where the command has no terminal. */
  write(text: string): void;
  resize(size: Size): void;
  /** Asks the command to end, as Ctrl+C does. */
  interrupt(): void;
  /** Ends the command at once, with all that it started. */
  kill(): void;
}
