import { randomInt } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { inspect } from 'node:util';
import { Terminal as Emulator } from '@xterm/headless';
import type { Computer } from '../../../src/computers/computer';
import type { Session, SessionEnd, SessionMemory, ShellOptions, Size } from '../../../src/shell/shellSession';
import { SshShellTransport } from '../../../src/terminal/sshShellTransport';
import { until } from '../../harness/until';
import type { Installation } from './installation';
import type { Service } from './service';

const defaults: ShellOptions & { env?: Record<string, string> } = {
  persistence: 'off',
  name: 'shell',
  cwd: '',
  nonce: undefined,
};

export interface TerminalOptions extends Partial<ShellOptions> {
  readonly env?: Record<string, string>;
  readonly size?: Size;
}

/** Has a computer's user log in to a shell of another kind. */
export function changeShell(service: Service, name: string, shell: string): void {
  const { home } = service.emulator.computers.sandbox(name);
  const passwd = join(dirname(home), 'upper', 'etc', 'passwd');
  writeFileSync(passwd, readFileSync(passwd, 'utf8').replace(/^(ohm:.*:).*$/m, `$1/usr/bin/${shell}`));
}

/** A terminal as VS Code has it: xterm.js, which draws what a session says and answers what it is asked. */
export class Terminal {
  memory: SessionMemory = {};
  /** Output of the session since the last command. */
  written = '';
  private past = '';
  ending: SessionEnd | undefined;
  private current: Session | undefined;
  private emulator: Emulator;
  private size: Size;
  private readonly transport: SshShellTransport;
  private readonly decoder = new TextDecoder();

  constructor(
    installation: Installation,
    private readonly options: TerminalOptions = {},
  ) {
    this.transport = new SshShellTransport('ssh', installation.pool);
    this.size = options.size ?? { rows: 24, columns: 80 };
    this.emulator = this.freshEmulator();
  }

  get session(): Session {
    if (!this.current) throw new Error('Nothing is open.');
    return this.current;
  }

  /** Opens a shell, or goes back to the one that the wish names. */
  async open(computer: Computer): Promise<this> {
    const { env = {}, persistence, name, cwd, nonce } = { ...defaults, ...this.options };
    const session = await this.transport.open(
      computer,
      {
        size: () => Promise.resolve(this.size),
        env,
        shell: { persistence, name, cwd, nonce },
        memory: this.memory,
      },
      { signal: new AbortController().signal, timeoutMs: 0, onServerNotListening: () => undefined },
    );
    this.current = session;
    this.ending = undefined;
    session.onData((bytes) => {
      this.written += this.decoder.decode(bytes, { stream: true });
      this.emulator.write(bytes);
    });
    session.onEnd((ending) => (this.ending = ending));
    return this;
  }

  /** The window is reloaded: the terminal is empty, and remembers nothing of what it showed. */
  async reload(computer: Computer): Promise<this> {
    await this.close();
    this.emulator.dispose();
    this.emulator = this.freshEmulator();
    this.memory = {};
    return this.open(computer);
  }

  resize(size: Size): void {
    this.size = size;
    this.emulator.resize(size.columns, size.rows);
    this.current?.resize(size);
  }

  type(text: string): void {
    this.session.write(text);
  }

  /** The lines that the terminal holds, scroll-back first, without the empty ones at the end. */
  get lines(): string[] {
    const { active } = this.emulator.buffer;
    const rows: string[] = [];
    for (let y = 0; y < active.length; y += 1) {
      const line = active.getLine(y);
      const text = line?.translateToString(true) ?? '';
      if (line?.isWrapped) rows.push(`${rows.pop() ?? ''}${text}`);
      else rows.push(text);
    }
    return rows.join('\n').trimEnd().split('\n');
  }

  /** Returns the text on the screen, without the scrollback. */
  get screen(): string {
    const { active } = this.emulator.buffer;
    const rows = Array.from({ length: this.size.rows }, (_, y) => active.getLine(active.baseY + y));
    return rows.map((row) => row?.translateToString(true) ?? '').join('\n');
  }

  /** Everything that has come, without its escape sequences. */
  get all(): string {
    return withoutSequences(this.past + this.written);
  }

  get isAlternate(): boolean {
    return this.emulator.buffer.active.type === 'alternate';
  }

  get modes(): Emulator['modes'] {
    return this.emulator.modes;
  }

  get cursor(): { x: number; y: number } {
    const { cursorX: x, cursorY: y } = this.emulator.buffer.active;
    return { x, y };
  }

  /** Waits until all that has come is drawn. */
  drawn(): Promise<void> {
    return new Promise((resolve) => this.emulator.write('', resolve));
  }

  /** Waits until the terminal shows it. */
  async shows(pattern: RegExp): Promise<void> {
    await until(
      () => `${pattern} in ${JSON.stringify(this.lines.slice(-30))}`,
      () => pattern.test(this.lines.join('\n')),
    );
  }

  /** Waits until what has come matches. */
  async hasWritten(pattern: RegExp): Promise<void> {
    await until(
      () =>
        `${pattern} in ${JSON.stringify(this.written.slice(-600))}, after ${JSON.stringify(this.past.slice(-600))}, ending ${inspect(this.ending)}`,
      () => pattern.test(this.written),
    );
  }

  /** Waits until a shell asks for a command. */
  async prompt(): Promise<void> {
    await until(
      () => `a prompt after ${JSON.stringify(this.written.slice(-300))}`,
      () => /[$%#>] *$/.test(withoutSequences(this.written).trimEnd()),
    );
  }

  /** Types a command whose output ends with a mark, and waits for that. @returns what it wrote */
  async run(command: string): Promise<string> {
    const number = randomInt(1e9);
    const mark = `done-${number}`;
    this.past += this.written;
    this.written = '';
    this.type(`${command}; echo done''-${number}\r`);
    await this.hasWritten(new RegExp(`${mark}\\r\\n`));
    await this.drawn();
    const lines = withoutSequences(this.written).split('\r\n');
    const typed = lines.findLastIndex((text) => text.includes("done''-"));
    return lines
      .slice(typed + 1, lines.indexOf(mark))
      .join('\n')
      .replaceAll('\r', '');
  }

  async ends(): Promise<SessionEnd> {
    return until(
      () => `the session has ended after ${JSON.stringify(this.written.slice(-500))}`,
      () => this.ending,
    );
  }

  async exit(code = 0): Promise<SessionEnd> {
    this.type(`exit ${code}\r`);
    return this.ends();
  }

  /** Leaves it. */
  async close(): Promise<void> {
    this.session.close();
    await this.ends();
  }

  private freshEmulator(): Emulator {
    const { rows, columns: cols } = this.size;
    const emulator = new Emulator({ rows, cols, scrollback: 20_000, allowProposedApi: true });
    emulator.onData((answer) => this.current?.write(answer));
    return emulator;
  }
}

/** Text without its escape sequences. */
function withoutSequences(text: string): string {
  // eslint-disable-next-line no-control-regex -- they begin with a control character
  return text.replace(/\x1b(?:\][^\x07\x1b]*(?:\x07|\x1b\\)|\[[\d;?>!]*[ -/]*[@-~]|[()].|[=>])/g, '');
}
