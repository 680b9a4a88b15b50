import type { ClientChannel } from 'ssh2';
import { until } from '../../harness/until';

/** The end of a shell. */
export interface ShellEnd {
  readonly code: number | null | undefined;
  readonly signal: string | undefined;
}

/** At the end of what is shown. */
const prompt = /^\w+@\w+:\S*[$#] $/m;

/** A shell on a computer and what a user reads and types there. */
export class Shell {
  /** All bytes that it has written, as characters. */
  private written = '';
  readonly end: Promise<ShellEnd>;
  private readonly decoder = new TextDecoder();

  constructor(readonly channel: ClientChannel) {
    let exit: ShellEnd = { code: undefined, signal: undefined };
    channel.on('data', (bytes: Buffer) => (this.written += this.decoder.decode(bytes, { stream: true })));
    channel.on('exit', (code: number | null, signal?: string) => (exit = { code, signal }));
    this.end = new Promise((resolve) => channel.once('close', () => resolve(exit)));
  }

  /** Everything it has written, without what bash says around a prompt about the pasting of text. */
  get output(): string {
    // eslint-disable-next-line no-control-regex -- it is an escape sequence
    return this.written.replace(/\u001b\[\?2004[hl]\r?/g, '');
  }

  type(text: string): void {
    this.channel.write(text);
  }

  /** Waits until all that it has written matches. */
  async shows(pattern: RegExp): Promise<void> {
    await until(
      () => `${pattern} in ${JSON.stringify(this.output.slice(-400))}`,
      () => pattern.test(this.output),
    );
  }

  async prompt(): Promise<void> {
    await until(
      () => `a prompt after ${JSON.stringify(this.output.slice(-400))}`,
      () => prompt.test(this.output.slice(-100)),
    );
  }

  /** Types a command at the prompt and waits for the next one. @returns what it wrote */
  async run(command: string): Promise<string> {
    await this.prompt();
    this.written = '';
    this.type(`${command}\r`);
    await this.shows(/\n/);
    await this.prompt();
    return this.output.split('\r\n').slice(1, -1).join('\n');
  }

  async exit(code = 0): Promise<ShellEnd> {
    await this.prompt();
    this.type(`exit ${code}\r`);
    return this.end;
  }
}
