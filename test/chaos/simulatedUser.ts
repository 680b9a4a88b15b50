import { Terminal } from '@xterm/headless';
import type { ShellOptions } from '../../src/shell/shellSession';
import { ComputerTerminal, type ComputerTerminalDeps } from '../../src/terminal/computerTerminal';
import { until } from '../harness/until';

const counter = '(i=0; while sleep 0.1; do i=$((i+1)); echo $i >> ~/counter; done) & echo started';

/** A terminal, the emulator that draws it, and a user who types commands into it. */
export class SimulatedUser {
  private readonly emulator = new Terminal({
    cols: 200,
    rows: 30,
    scrollback: 20_000,
    allowProposedApi: true,
  });
  readonly pty: ComputerTerminal;
  /** Number of the last command typed. */
  typed = 0;
  /** Numbers of the commands that the computer has echoed whole. */
  readonly echoed = new Set<number>();
  closed = false;

  constructor(
    readonly computer: { readonly id: string; readonly name: string },
    shell: ShellOptions,
    deps: ComputerTerminalDeps,
  ) {
    this.pty = new ComputerTerminal({ computer, shell, memory: {} }, deps);
    this.pty.onDidWrite((text) => this.emulator.write(text));
    this.pty.onDidClose?.(() => (this.closed = true));
    this.emulator.onData((data) => this.pty.handleInput(data));
    this.pty.open({ columns: 200, rows: 30 });
  }

  /** The emulator's text, its scroll-back included. */
  get text(): string {
    const { active } = this.emulator.buffer;
    return Array.from(
      { length: active.length },
      (_, row) => active.getLine(row)?.translateToString(true) ?? '',
    ).join('\n');
  }

  /** Starts a counter on the computer, which writes to a file ten times a second. */
  async startCounting(): Promise<void> {
    const isAtPrompt = (): boolean => {
      this.pressEnterIfDisconnected();
      return this.text.trimEnd().endsWith('$');
    };
    await until(() => `a prompt on ${this.computer.name} in\n${this.text}`, isAtPrompt, 60_000);
    this.press(`${counter}\r`);
    await until('its counter', () => /^started$/m.test(this.text), 30_000);
  }

  /** Types a command that writes its number to a file. Ctrl+U deletes first what is left of one before it. */
  typeCommand(): void {
    if (this.pty.state !== 'open') return;
    this.typed += 1;
    this.pty.handleInput(`\x15echo line-${this.typed}- >> ~/typed\r`);
  }

  /** Records the commands that have been echoed. */
  recordEchoes(): void {
    for (const [, number] of this.text.matchAll(/echo line-(\d+)- >> ~\/typed/g))
      this.echoed.add(Number(number));
  }

  /** Presses Enter where the terminal is disconnected and waits for that. */
  pressEnterIfDisconnected(): void {
    if (this.pty.state === 'disconnected') this.press('\r');
  }

  press(key: string): void {
    this.pty.handleInput(key);
  }

  close(): void {
    this.pty.close();
    this.emulator.dispose();
  }
}
