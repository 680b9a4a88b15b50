import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { constants } from 'node:os';
import type { Readable } from 'node:stream';
import type { Argv } from './machine';

/** The end of a command. At its time limit the exit code is 124. */
export interface CommandEnd {
  exit_code: number;
  duration_ms: number;
  timed_out: boolean;
}

export interface ExecResult extends CommandEnd {
  stdout: string;
  stderr: string;
}

/** Bytes of output kept of each stream. */
const outputLimit = 8 * 1024 * 1024;
/** Milliseconds to wait for more output of an ended command while its background processes hold the pipes. */
const drainMs = 100;

/** A command that runs on a computer. While an output is paused, processes that write to it block. */
export class Command {
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Resolves when the command has ended and its output was read. */
  readonly ended: Promise<CommandEnd>;
  private readonly child: ChildProcessByStdio<null, Readable, Readable>;
  private hasExited = false;
  private timedOut = false;

  /** Starts the command; it is killed with its process group after `timeoutMs`, or when `signal` is aborted. */
  constructor(argv: Argv, timeoutMs: number, signal: AbortSignal) {
    const { file, args, env, cwd } = argv;
    this.child = spawn(file, args, { env, cwd, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    this.stdout = this.child.stdout;
    this.stderr = this.child.stderr;
    this.ended = this.follow(timeoutMs, signal);
  }

  /** Kills it with its process group. Background processes of a command that ended by itself stay. */
  readonly kill = (): void => {
    if (this.child.pid === undefined || this.hasExited) return;
    try {
      process.kill(-this.child.pid, 'SIGKILL');
    } catch {
      // Ended just now.
    }
  };

  private async follow(timeoutMs: number, signal: AbortSignal): Promise<CommandEnd> {
    const started = performance.now();
    const timer = setTimeout(() => {
      this.timedOut = !this.hasExited;
      this.kill();
    }, timeoutMs);
    signal.addEventListener('abort', this.kill, { once: true });
    try {
      const code = await this.closed();
      const duration = Math.round(performance.now() - started);
      const timedOut = this.timedOut;
      return { exit_code: timedOut ? 124 : code, duration_ms: duration, timed_out: timedOut };
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', this.kill);
    }
  }

  /** Resolves with the exit code; for a killed command with 128 plus the signal's number. */
  private closed(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.child.once('error', reject);
      this.child.once('exit', () => {
        this.hasExited = true;
        this.drain();
      });
      this.child.once('close', (code, killedBy) => {
        resolve(code ?? 128 + constants.signals[killedBy ?? 'SIGKILL']);
      });
    });
  }

  /** Closes the outputs when no more output follows. */
  private drain(): void {
    const outputs = [this.stdout, this.stderr];
    const timer = setTimeout(() => {
      if (outputs.some((output) => output.isPaused())) timer.refresh();
      else for (const output of outputs) output.destroy();
    }, drainMs);
    this.child.once('close', () => clearTimeout(timer));
  }
}

/** Runs a command to its end and captures what it writes. */
export async function runCommand(command: Command): Promise<ExecResult> {
  const stdout = capture(command.stdout);
  const stderr = capture(command.stderr);
  const end = await command.ended;
  return { ...end, stdout: stdout(), stderr: stderr() };
}

/** Collects a stream. @returns a function that returns the text so far */
function capture(stream: Readable): () => string {
  const chunks: Buffer[] = [];
  let size = 0;
  stream.on('data', (chunk: Buffer) => {
    const kept = chunk.subarray(0, outputLimit - size);
    size += kept.length;
    chunks.push(kept);
  });
  return () => Buffer.concat(chunks).toString('utf8');
}
