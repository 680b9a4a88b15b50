import type { ClientChannel } from 'ssh2';
import { Emitter } from '../util/emitter';
import type { SshError } from '../ssh/errors';
import type { Ending, Session, ShellFacts, Size } from './session';

/** What a session needs of the connection it travels on. */
export interface Carrying {
  readonly closed: boolean;
  readonly failure: SshError | undefined;
  probe(): void;
}

/** A shell on an SSH channel. */
export class SshSession implements Session {
  private readonly data = new Emitter<Uint8Array>();
  private readonly end = new Emitter<Ending>();
  private exit: Ending | undefined;

  readonly onEnd = this.end.event;

  readonly shell: Promise<ShellFacts> = Promise.resolve({ keptBy: undefined, resumed: false });

  constructor(
    private readonly channel: ClientChannel,
    private readonly connection: Carrying | undefined,
  ) {
    channel.on('exit', (code: number | null, signal?: string) => {
      this.exit = { kind: 'exited', code: code ?? undefined, signal };
    });
    // ssh2 closes the channels of a broken connection before it tells that it broke.
    channel.once('close', () => {
      if (this.exit) this.finish();
      else setImmediate(() => this.finish());
    });
    // A broken connection shows as 'close'; without a listener the error before it would be thrown.
    channel.on('error', () => undefined);
  }

  readonly onData: Session['onData'] = (listener) => {
    const subscription = this.data.event(listener);
    // The channel holds its output until somebody listens.
    if (this.data.size === 1) {
      this.channel.on('data', (bytes: Buffer) => this.data.fire(bytes));
      this.channel.stderr.on('data', (bytes: Buffer) => this.data.fire(bytes));
    }
    return subscription;
  };

  write(text: string): void {
    if (this.channel.writable) this.channel.write(text);
  }

  resize({ rows, columns }: Size): void {
    this.channel.setWindow(rows, columns, 0, 0);
  }

  pause(): void {
    this.channel.pause();
  }

  resume(): void {
    this.channel.resume();
  }

  probe(): void {
    this.connection?.probe();
  }

  close(): void {
    this.channel.close();
  }

  private finish(): void {
    this.end.fire(this.ending());
    this.data.dispose();
    this.end.dispose();
  }

  /** A server may close a shell without a word of how it ended; where the connection stays, it did end. */
  private ending(): Ending {
    if (this.exit) return this.exit;
    return this.connection?.closed !== false
      ? { kind: 'lost', cause: this.connection?.failure }
      : { kind: 'exited', code: undefined, signal: undefined };
  }
}
