import { Emitter } from '../../base/emitter';
import type { CommandExecution, ExecutionEnd } from './commandExecution';

/** Output of a command that the service runs, and last its end. */
export type ServiceEvent =
  { readonly kind: 'output'; readonly data: Uint8Array } | Extract<ExecutionEnd, { kind: 'exited' }>;

/** A command run by the service's exec call. It has no standard input and no terminal. */
export class ServiceExecution implements CommandExecution {
  private readonly data = new Emitter<Uint8Array>();
  private readonly end = new Emitter<ExecutionEnd>();
  private resumed: Promise<void> = Promise.resolve();
  private resolveResumed: () => void = () => undefined;

  readonly onEnd = this.end.event;

  constructor(
    private readonly events: AsyncIterable<ServiceEvent>,
    readonly kill: () => void,
  ) {}

  /** Reading begins with the first listener, so no event is lost. */
  readonly onData: CommandExecution['onData'] = (listener) => {
    const subscription = this.data.event(listener);
    if (this.data.size === 1) void this.read().then((end) => this.finish(end));
    return subscription;
  };

  write(): void {
    // The service takes no standard input.
  }

  resize(): void {
    // There is no terminal.
  }

  pause(): void {
    this.resumed = new Promise((resolve) => (this.resolveResumed = resolve));
  }

  resume(): void {
    this.resolveResumed();
  }

  interrupt(): void {
    this.kill();
  }

  private async read(): Promise<ExecutionEnd> {
    try {
      for await (const event of this.events) {
        if (event.kind === 'exited') return event;
        this.data.fire(event.data);
        await this.resumed;
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
