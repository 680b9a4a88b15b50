import type WebSocket from 'ws';
import { Emitter } from '../base/emitter';
import { GatewayError } from '../gateway/gatewayErrors';
import type { Session, SessionEnd, ShellFacts, Size } from '../shell/shellSession';

/** Close code of a session that ended normally (RFC 6455, section 7.4.1). */
const normalClosure = 1000;
/** Milliseconds until the answer to a ping. */
const pongTimeoutMs = 5_000;

/**
 * A shell behind the terminal gateway. Text and binary messages are both output of the shell; input is sent as binary,
 * since text could be taken for a control message. Closing detaches: the shell on the computer goes on.
 */
export class GatewaySession implements Session {
  private readonly data = new Emitter<Uint8Array>();
  private readonly end = new Emitter<SessionEnd>();
  private failure: Error | undefined;
  /** Runs while a ping is not answered. */
  private pongTimer: NodeJS.Timeout | undefined;

  readonly onEnd = this.end.event;
  readonly shell: Promise<ShellFacts>;

  /** @param resumed the shell existed before */
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
    // Paused since it was opened.
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
    // While output is held back, the pong would be held back as well.
    if (this.pongTimer || socket.readyState !== socket.OPEN || socket.isPaused) return;
    this.pongTimer = setTimeout(() => socket.terminate(), pongTimeoutMs);
    socket.ping();
  }

  private endProbe(): void {
    clearTimeout(this.pongTimer);
    this.pongTimer = undefined;
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
