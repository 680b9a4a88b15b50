import { Terminal } from '@xterm/headless';
import { until } from '../harness/until';
import { ComputerTerminal, type ComputerTerminalDeps } from '../../src/terminal/computerTerminal';
import type { ShellOptions } from '../../src/shell/session';

const counter = '(i=0; while sleep 0.1; do i=$((i+1)); echo $i >> ~/counter; done) & echo started';

/** A terminal, the emulator that draws it, and a person who types lines into it now and then. */
export class Person {
  private readonly emulator = new Terminal({
    cols: 200,
    rows: 30,
    scrollback: 20_000,
    allowProposedApi: true,
  });
  readonly pty: ComputerTerminal;
  /** Lines that were typed, by number, and those that the computer has echoed whole. */
  typed = 0;
  readonly echoed = new Set<number>();
  closed = false;

  constructor(
    readonly computer: { readonly id: string; readonly name: string },
    shell: ShellOptions,
    parts: ComputerTerminalDeps,
  ) {
    this.pty = new ComputerTerminal({ computer, shell, memory: {} }, parts);
    this.pty.onDidWrite((text) => this.emulator.write(text));
    this.pty.onDidClose?.(() => (this.closed = true));
    this.emulator.onData((data) => this.pty.handleInput(data));
    this.pty.open({ columns: 200, rows: 30 });
  }

  /** What the emulator holds, its scroll-back included. */
  get text(): string {
    const { active } = this.emulator.buffer;
    return Array.from(
      { length: active.length },
      (_, row) => active.getLine(row)?.translateToString(true) ?? '',
    ).join('\n');
  }

  /** Has the computer count in a file from now on. */
  async startCounting(): Promise<void> {
    const isAsked = (): boolean => {
      this.goOn();
      return this.text.trimEnd().endsWith('$');
    };
    await until(() => `a prompt on ${this.computer.name} in\n${this.text}`, isAsked, 60_000);
    this.press(`${counter}\r`);
    await until('its counter', () => /^started$/m.test(this.text), 30_000);
  }

  /** Types a line that leaves a trace on the computer. Whatever half a line may stand there is taken away first. */
  typeLine(): void {
    if (this.pty.state !== 'open') return;
    this.typed += 1;
    this.pty.handleInput(`\x15echo line-${this.typed}- >> ~/typed\r`);
  }

  /** Notes which lines have been echoed. */
  look(): void {
    for (const [, number] of this.text.matchAll(/echo line-(\d+)- >> ~\/typed/g))
      this.echoed.add(Number(number));
  }

  /** Presses Enter where the terminal rests and waits for that. */
  goOn(): void {
    if (this.pty.state === 'disconnected') this.press('\r');
  }

  press(key: string): void {
    this.pty.handleInput(key);
  }

  leave(): void {
    this.pty.close();
    this.emulator.dispose();
  }
}
