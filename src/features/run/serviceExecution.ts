import type { ExecEvent } from '../../api/wire';
import { Emitter } from '../../base/emitter';
import type { CommandExecution, ExecutionEnd } from './commandExecution';

/** A command that the service runs and tells of. Nothing can be typed there. */
export class ServiceExecution implements CommandExecution {
  private readonly data = new Emitter<Uint8Array>();
  private readonly end = new Emitter<ExecutionEnd>();
  private open: Promise<void> = Promise.resolve();
  private goOn: () => void = () => undefined;

  readonly onEnd = this.end.event;

  constructor(
    private readonly events: AsyncIterable<ExecEvent>,
    /** Ends the command. */
    readonly kill: () => void,
  ) {}

  /** The service holds its events until somebody listens. */
  readonly onData: CommandExecution['onData'] = (listener) => {
    const subscription = this.data.event(listener);
    if (this.data.size === 1) void this.read().then((end) => this.finish(end));
    return subscription;
  };

  write(): void {
    // There is no way to it.
  }

  resize(): void {
    // It has no terminal.
  }

  pause(): void {
    this.open = new Promise((resolve) => (this.goOn = resolve));
  }

  resume(): void {
    this.goOn();
  }

  interrupt(): void {
    this.kill();
  }

  private async read(): Promise<ExecutionEnd> {
    try {
      for await (const event of this.events) {
        if (event.type === 'exit') {
          const { exit_code: code, timed_out: timedOut, duration_ms: duration } = event;
          return { kind: 'exited', code, signal: undefined, timedOut, duration: duration ?? undefined };
        }
        if (event.type !== 'started') this.data.fire(Buffer.from(event.data));
        await this.open;
      }
      return { kind: 'lost', cause: undefined };
    } catch (error) {
      return { kind: 'lost', cause: error instanceof Error ? error : undefined };
    }
  }

  private finish(end: ExecutionEnd): void {
    this.end.fire(end);
    this.data.dispose();
    this.end.dispose();
  }
}
