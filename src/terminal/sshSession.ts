import type { ClientChannel } from 'ssh2';
import { Emitter } from '../util/emitter';
import type { Ending, Session, Size } from './session';

/** A shell on an SSH channel. */
export class SshSession implements Session {
  private readonly data = new Emitter<Uint8Array>();
  private readonly end = new Emitter<Ending>();
  private exit: Ending | undefined;

  readonly onEnd = this.end.event;

  constructor(private readonly channel: ClientChannel) {
    channel.on('exit', (code: number | null, signal?: string) => {
      this.exit = { kind: 'exited', code: code ?? undefined, signal };
    });
    channel.once('close', () => {
      this.end.fire(this.exit ?? { kind: 'lost', cause: undefined });
      this.data.dispose();
      this.end.dispose();
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

  close(): void {
    this.channel.close();
  }
}
