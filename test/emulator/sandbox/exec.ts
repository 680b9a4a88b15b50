import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import type { Argv } from './machine';

export interface ExecResult {
  exit_code: number;
  stdout: string;
  stderr: string;
  duration_ms: number;
  timed_out: boolean;
}

/** Output kept of each stream. */
const outputLimit = 8 * 1024 * 1024;
/** How long output is awaited, ms, after the command has ended while something it left behind holds the pipes. */
const drainMs = 100;

/**
 * Runs a command to its end and captures what it writes.
 * A command cut off by `timeoutMs` or by `signal` ends with its process group; its exit code is then 124 or 137.
 */
export function runCommand(argv: Argv, timeoutMs: number, signal: AbortSignal): Promise<ExecResult> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(argv.file, argv.args, {
      env: argv.env,
      cwd: argv.cwd,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const output = { stdout: capture(child.stdout), stderr: capture(child.stderr) };
    let timedOut = false;
    const end = (): void => {
      if (child.pid === undefined) return;
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch {
        // Ended just now.
      }
    };
    const timer = setTimeout(() => {
      timedOut = true;
      end();
    }, timeoutMs);
    signal.addEventListener('abort', end, { once: true });

    const finish = (code: number | null, killedBy: NodeJS.Signals | null): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve({
        exit_code: timedOut ? 124 : (code ?? 128 + constants.signals[killedBy ?? 'SIGKILL']),
        stdout: output.stdout(),
        stderr: output.stderr(),
        duration_ms: Math.round(performance.now() - started),
        timed_out: timedOut,
      });
    };
    child.once('error', reject);
    child.once('close', finish);
    child.once('exit', (code, killedBy) => {
      setTimeout(() => {
        child.stdout.destroy();
        child.stderr.destroy();
        finish(code, killedBy);
      }, drainMs).unref();
    });
  });
}

/** Collects a stream; the function returned gives the text so far. */
function capture(stream: NodeJS.ReadableStream): () => string {
  const chunks: Buffer[] = [];
  let size = 0;
  stream.on('data', (chunk: Buffer) => {
    const kept = chunk.subarray(0, outputLimit - size);
    size += kept.length;
    chunks.push(kept);
  });
  return () => Buffer.concat(chunks).toString('utf8');
}
