import { once } from 'node:events';
import { after } from 'node:test';
import { type ClientOptions, WebSocket } from 'ws';
import { until } from '../harness/until';
import type { EmulatorHarness } from './emulatorHarness';

/** The service's answer to a request for a terminal. */
export interface TerminalGrant {
  terminal_id: string;
  gateway_url: string;
  token: string;
  expires_at: string;
}

/** Requests access to a terminal, a new one unless its id is given. */
export async function grantTerminal(
  harness: EmulatorHarness,
  id: string,
  terminalId?: string,
): Promise<TerminalGrant> {
  const body = terminalId === undefined ? undefined : { terminal_id: terminalId };
  return (await harness.call<TerminalGrant>('POST', '/v1/computers/{computer_id}/terminals', { id, body }))
    .body;
}

/** A client attached to a terminal by a plain WebSocket. */
export class TerminalClient {
  /** All output of the terminal so far. */
  readonly chunks: Buffer[] = [];
  readonly frames = { binary: 0, text: 0 };
  private end: string | undefined;

  private constructor(
    readonly terminalId: string,
    readonly socket: WebSocket,
  ) {
    after(() => socket.terminate());
    socket.on('message', (data, isBinary) => {
      this.chunks.push(data as Buffer);
      this.frames[isBinary ? 'binary' : 'text']++;
    });
    // The close event follows.
    socket.on('error', () => undefined);
    socket.once('close', (code, reason) => (this.end = `${code} ${reason.toString()}`.trim()));
  }

  /** @throws with the HTTP status if the gateway refuses */
  static async open(grant: TerminalGrant, options: ClientOptions = {}): Promise<TerminalClient> {
    const url = new URL(grant.gateway_url);
    url.searchParams.set('token', grant.token);
    const client = new TerminalClient(
      grant.terminal_id,
      new WebSocket(url, { perMessageDeflate: false, maxPayload: 1024 * 1024, ...options }),
    );
    await once(client.socket, 'open');
    return client;
  }

  /** Attaches to a terminal of a computer, a new one unless its id is given. */
  static async attach(harness: EmulatorHarness, id: string, terminalId?: string): Promise<TerminalClient> {
    return TerminalClient.open(await grantTerminal(harness, id, terminalId));
  }

  get text(): string {
    return Buffer.concat(this.chunks).toString();
  }

  /** Resolves when the connection is closed, with its code and reason: "1000", or "4001 replaced". */
  get closed(): Promise<string> {
    return until('the connection to be closed', () => this.end);
  }

  type(text: string): void {
    this.socket.send(Buffer.from(text));
  }

  resize(cols: number, rows: number): void {
    this.socket.send(JSON.stringify({ type: 'resize', cols, rows }));
  }

  /** Waits until the output of the terminal matches. */
  shows(pattern: RegExp): Promise<RegExpExecArray> {
    return until(`the terminal to show ${String(pattern)}`, () => {
      const found = pattern.exec(this.text);
      if (found === null) throw new Error(JSON.stringify(this.text.slice(-500)));
      return found;
    });
  }

  /** Runs a command line, up to the next prompt. @returns what it writes, without the last line feed. */
  async run(command: string): Promise<string> {
    const from = this.text.length;
    // $((1)) keeps the delimiters of the output out of the echo of the command.
    this.type(`echo [$((1))[; ${command}; echo ]$((1))]\n`);
    const [, output = ''] = await until(`the end of ${command}`, () =>
      /\[1\[\r\n([^]*?)(?:\r\n)?\]1\]\r\n[^]*[$#] $/.exec(this.text.slice(from)),
    );
    return output.replaceAll('\r\n', '\n');
  }

  /** Closes the connection; the terminal stays. */
  async detach(): Promise<void> {
    this.socket.close(1000, 'client detached');
    await this.closed;
  }
}
