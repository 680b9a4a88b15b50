import { spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { Login } from './machine';

const helper = fileURLToPath(new URL('pty.py', import.meta.url));

/** A login shell on a pseudo-terminal of its own, 80 columns by 24 rows until resized. */
export class Pty {
  /** What is typed. */
  readonly input: Writable;
  /** What the terminal shows. While it is paused, whatever writes to the terminal comes to wait. */
  readonly output: Readable;
  /** Settles when the shell has ended and all output was taken: with '', or with why there was no terminal. */
  readonly ended: Promise<string>;
  private readonly sizes: Writable;

  /** @param signal ends the terminal at once, with what is left of its output. */
  constructor({ argv, pts, owner }: Login, signal: AbortSignal) {
    const child = spawn('python3', ['-IS', helper, pts, String(owner), argv.file, ...argv.args], {
      env: argv.env,
      cwd: argv.cwd,
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    });
    this.input = child.stdin;
    this.output = child.stdout;
    this.sizes = child.stdio[3] as Writable;
    // What is typed when the shell has just ended goes nowhere, as it does on any terminal.
    for (const stream of [this.input, this.sizes]) stream.on('error', () => undefined);

    const end = (): void => {
      this.output.destroy();
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      } catch {
        // Ended just now.
      }
    };
    signal.addEventListener('abort', end, { once: true });
    const complaints = text(child.stderr);
    this.ended = new Promise<void>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', () => resolve());
    })
      .then(() => complaints, String)
      .finally(() => signal.removeEventListener('abort', end));
  }

  resize(columns: number, rows: number): void {
    this.sizes.write(`${columns} ${rows}\n`);
  }
}
