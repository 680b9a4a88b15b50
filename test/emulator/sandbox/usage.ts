import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';

/** Resources in use by a computer. */
export interface Usage {
  /** Totals of its running processes; undefined where the system does not show them. */
  processes: { cpuSeconds: number; ramMb: number } | undefined;
  diskMb: number;
}

/** Units of Linux, which are the same on all machines that this runs on. */
const ticksPerSecond = 100;
const pageKb = 4;

/** Measures processes and a folder. */
export async function measureUsage(pids: number[], folder: string): Promise<Usage> {
  const { stdout } = await promisify(execFile)('du', ['-sk', folder]).catch(partialOutput);
  return { processes: existsSync('/proc/self/stat') ? measure(pids) : undefined, diskMb: megabytes(stdout) };
}

/** `du` fails on files that are deleted meanwhile, but counts the others. */
function partialOutput(error: unknown): { stdout: string } {
  return { stdout: (error as { stdout?: string }).stdout ?? '' };
}

function megabytes(du: string): number {
  return Math.ceil((Number.parseInt(du, 10) || 0) / 1024);
}

function measure(pids: number[]): Usage['processes'] {
  let ticks = 0;
  let pages = 0;
  for (const pid of pids) {
    const fields = statOf(pid);
    // proc_pid_stat(5): utime, stime and rss are the fields 14, 15 and 24; ours begin with the third.
    ticks += Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
    pages += Number(fields[21] ?? 0);
  }
  return { cpuSeconds: ticks / ticksPerSecond, ramMb: Math.ceil((pages * pageKb) / 1024) };
}

/** The fields from the third on; none of a process that has ended. */
function statOf(pid: number): string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return [];
  }
}
