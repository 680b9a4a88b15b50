import { Emitter } from '../../../src/base/emitter';
import type { Session, SessionEnd, ShellFacts, Size } from '../../../src/shell/shellSession';

/** A shell in the hand of a test: it keeps what it is told, and says what the test wants. */
export class FakeSession implements Session {
  private readonly data = new Emitter<Uint8Array>();
  private readonly end = new Emitter<SessionEnd>();

  /** Input so far. */
  typed = '';
  readonly sizes: Size[] = [];
  /** `pause` and `resume`, in order. */
  readonly flow: string[] = [];
  closed = 0;
  probed = 0;

  constructor(facts: ShellFacts | Promise<ShellFacts> = { persistedBy: undefined, resumed: false }) {
    this.shell = Promise.resolve(facts);
  }

  readonly shell: Promise<ShellFacts>;

  readonly onData = this.data.event;
  readonly onEnd = this.end.event;

  /** Number of its listeners. */
  get listeners(): number {
    return this.data.size + this.end.size;
  }

  prints(text: string | Uint8Array): void {
    this.data.fire(typeof text === 'string' ? Buffer.from(text) : text);
  }

  ends(ending: SessionEnd): void {
    this.end.fire(ending);
    this.data.dispose();
    this.end.dispose();
  }

  /** Ends as a shell that was left with `exit`. */
  exits(code: number): void {
    this.ends({ kind: 'exited', code, signal: undefined });
  }

  write(text: string): void {
    this.typed += text;
  }

  resize(size: Size): void {
    this.sizes.push(size);
  }

  pause(): void {
    this.flow.push('pause');
  }

  resume(): void {
    this.flow.push('resume');
  }

  probe(): void {
    this.probed += 1;
  }

  close(): void {
    this.closed += 1;
  }
}
