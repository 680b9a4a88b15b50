import type WebSocket from 'ws';
import { GatewayError } from '../gateway/errors';
import { Emitter } from '../base/emitter';
import type { SessionEnd, Session, ShellFacts, Size } from '../shell/session';

/** The close code of a session that ended as it should (RFC 6455, section 7.4.1). */
const normalClosure = 1000;
/** Milliseconds until an answer, when a sign of life was asked for. */
const patience = 5_000;

/**
 * A shell behind the terminal gateway. Both kinds of messages that it sends are output of the shell; input goes out as
 * binary, since text could be taken for a control message. Closing detaches: the shell on the computer lives on.
 */
export class GatewaySession implements Session {
  private readonly data = new Emitter<Uint8Array>();
  private readonly end = new Emitter<SessionEnd>();
  private failure: Error | undefined;
  /** While a sign of life is waited for. */
  private probing: NodeJS.Timeout | undefined;

  readonly onEnd = this.end.event;
  readonly shell: Promise<ShellFacts>;

  /** @param resumed it goes back to a shell that was there before */
  constructor(
    private readonly socket: WebSocket,
    size: Size,
    resumed = false,
  ) {
    this.shell = Promise.resolve({ persistedBy: 'gateway', resumed });
    socket.on('message', (message: Buffer) => this.data.fire(message));
    socket.on('error', (error: Error & { code?: string }) => {
      this.failure =
        error.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH' ? new GatewayError('oversized') : error;
    });
    socket.on('pong', () => this.endProbe());
    socket.once('close', (code: number, reason: Buffer) => {
      this.endProbe();
      this.end.fire(this.ending(code, reason.toString()));
      this.data.dispose();
      this.end.dispose();
    });
    this.resize(size);
  }

  readonly onData: Session['onData'] = (listener) => {
    const subscription = this.data.event(listener);
    // Held back since it was opened.
    if (this.data.size === 1) this.socket.resume();
    return subscription;
  };

  write(text: string): void {
    this.send(Buffer.from(text));
  }

  resize({ rows, columns }: Size): void {
    this.send(JSON.stringify({ type: 'resize', cols: columns, rows }));
  }

  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  probe(): void {
    const { socket } = this;
    // Held back while paused: then there is life enough.
    if (this.probing || socket.readyState !== socket.OPEN || socket.isPaused) return;
    this.probing = setTimeout(() => socket.terminate(), patience);
    socket.ping();
  }

  private endProbe(): void {
    clearTimeout(this.probing);
    this.probing = undefined;
  }

  close(): void {
    this.socket.close(normalClosure, 'client detached');
  }

  private send(message: Buffer | string): void {
    if (this.socket.readyState === this.socket.OPEN) this.socket.send(message);
  }

  private ending(code: number, reason: string): SessionEnd {
    if (code === normalClosure) return { kind: 'exited', code: undefined, signal: undefined };
    return { kind: 'lost', cause: this.failure ?? new GatewayError('closed', code, reason) };
  }
}
