import { readFileSync, writeFileSync } from 'node:fs';
import { descendants } from '../../emulator/sandbox/processes';

/** The kinds of processes of VS Code that carry the output of terminals. */
export type ProcessKind = 'extensionHost' | 'ptyHost';

/** Measures the peak memory of a process of VS Code. */
export class PeakMemory {
  private readonly pid: number;
  private readonly before: number;

  /** Starts to measure the process of this kind, a descendant of this process. */
  constructor(kind: ProcessKind) {
    const pid = descendants(process.pid).findLast((each) => commandLine(each).includes(`--type=${kind}`));
    if (pid === undefined) throw new Error(`There is no ${kind}.`);
    this.pid = pid;
    // Resets VmHWM, the peak resident set size (proc_pid_clear_refs(5)).
    writeFileSync(`/proc/${pid}/clear_refs`, '5');
    this.before = this.size('VmRSS');
  }

  /** Greatest growth since the start, in bytes. */
  get growth(): number {
    return this.size('VmHWM') - this.before;
  }

  private size(name: 'VmRSS' | 'VmHWM'): number {
    const status = readFileSync(`/proc/${this.pid}/status`, 'utf8');
    return Number(new RegExp(`^${name}:\\s*(\\d+) kB`, 'm').exec(status)?.[1]) * 1024;
  }
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return ''; // It has ended meanwhile.
  }
}
