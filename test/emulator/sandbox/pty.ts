import { spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { Login } from './machine';

const helper = fileURLToPath(new URL('pty.py', import.meta.url));

/** A login shell on a pseudo-terminal of its own, 80 columns by 24 rows until resized. */
export class Pty {
  /** Typed input. */
  readonly input: Writable;
  /** Output of the terminal. While it is paused, processes that write to the terminal block. */
  readonly output: Readable;
  /** Resolves when the shell has ended and all output was read: with '', or the reason why there was no terminal. */
  readonly ended: Promise<string>;
  private readonly sizes: Writable;

  /** @param signal ends the terminal at once, without the rest of its output */
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
    // Input after the shell has ended is dropped, as on any terminal.
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
    const errors = text(child.stderr);
    this.ended = new Promise<void>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', () => resolve());
    })
      .then(() => errors, String)
      .finally(() => signal.removeEventListener('abort', end));
  }

  resize(columns: number, rows: number): void {
    this.sizes.write(`${columns} ${rows}\n`);
  }
}
