import { randomBytes } from 'node:crypto';
import type { RawData } from 'ws';
import type { ComputerStateMachine } from '../computerStateMachine';
import type { Pty } from '../sandbox/pty';
import type { Sandbox } from '../sandbox/sandbox';
import type { Client } from './client';
import { Tail } from './tail';

/** Bytes of output kept while no client is attached. */
const keptLimit = 256 * 1024;
/** Bytes in a frame of kept output. */
const frameSize = 64 * 1024;

/** Close code and reason for the client of a terminal that ends. */
type End = [code: number, reason: string];

/**
 * A durable terminal of a computer: its shell starts when the first client attaches, and keeps running when it detaches.
 * It ends with the shell or with the computer.
 */
export class Terminal {
  readonly id = `term_${randomBytes(12).toString('base64url')}`;
  private readonly tail = new Tail(keptLimit);
  private readonly power: AbortSignal;
  private pty: Pty | undefined;
  private attachedClient: Client | undefined;

  /** @param ended called once, at its end */
  constructor(
    readonly computer: ComputerStateMachine,
    readonly sandbox: Sandbox,
    readonly ended: () => void,
  ) {
    this.power = sandbox.power;
    this.power.addEventListener('abort', this.powerOff, { once: true });
  }

  /** The attached client. */
  get client(): Client | undefined {
    return this.attachedClient;
  }

  /** Bytes of output that wait for a client. */
  get kept(): number {
    return this.tail.size;
  }

  /** Attaches a client and sends it the kept output; the client before it is closed with 4001. */
  attach(client: Client): void {
    const before = this.attachedClient;
    this.attachedClient = client;
    before?.close(4001, 'replaced');
    client.socket.on('message', (data, isBinary) => this.onMessage(client, data, isBinary));
    client.socket.once('close', () => this.detach(client));
    for (const chunk of this.tail.take()) {
      for (let at = 0; at < chunk.length; at += frameSize)
        this.send(client, chunk.subarray(at, at + frameSize));
    }
    this.pty ??= this.start();
    this.updateFlow();
  }

  /** Pauses or resumes output and input, as their receivers have room. */
  readonly updateFlow = (): void => {
    if (this.attachedClient?.isBlocked === true) this.pty?.output.pause();
    else this.pty?.output.resume();
    this.attachedClient?.pause(this.pty?.input.writableNeedDrain === true);
  };

  private start(): Pty {
    const pty = this.sandbox.openTerminal();
    pty.output.on('data', (chunk: Buffer) => {
      if (this.attachedClient?.isOpen === true) this.send(this.attachedClient, chunk);
      else this.tail.push(chunk);
    });
    pty.input.on('drain', this.updateFlow);
    void pty.ended.then((problem) => {
      if (problem !== '') this.computer.deps.log(`${this.id}: ${problem}`);
      this.end(problem === '' ? [1000, ''] : [1011, 'no terminal']);
    });
    return pty;
  }

  private send(client: Client, bytes: Buffer): void {
    client.send(bytes, this.updateFlow);
  }

  private onMessage(client: Client, data: RawData, isBinary: boolean): void {
    if (client !== this.attachedClient) return;
    const bytes = data as Buffer;
    const size = isBinary ? undefined : resizeIn(bytes);
    if (size !== undefined) this.pty?.resize(size.cols, size.rows);
    else this.pty?.input.write(bytes);
    this.updateFlow();
  }

  private detach(client: Client): void {
    if (client !== this.attachedClient) return;
    this.attachedClient = undefined;
    this.updateFlow();
  }

  private readonly powerOff = (): void => this.end([1001, 'the computer went down']);

  private end(end: End): void {
    this.power.removeEventListener('abort', this.powerOff);
    this.attachedClient?.close(...end);
    this.attachedClient = undefined;
    this.ended();
  }
}

/** The size in a message of text, if that is what it is. */
function resizeIn(text: Buffer): { cols: number; rows: number } | undefined {
  try {
    const { type, cols, rows } = JSON.parse(text.toString()) as Record<string, unknown>;
    return type === 'resize' && isSize(cols) && isSize(rows) ? { cols, rows } : undefined;
  } catch {
    return undefined; // Typed text.
  }
}

function isSize(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) > 0 && Number(value) < 65_536;
}
