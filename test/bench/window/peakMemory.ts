import { readFileSync, writeFileSync } from 'node:fs';
import { descendants } from '../../emulator/sandbox/processes';

/** The kinds of processes of VS Code that carry the output of terminals. */
export type ProcessKind = 'extensionHost' | 'ptyHost';

/** How much memory a process of VS Code takes at its most while something happens. */
export class PeakMemory {
  private readonly pid: number;
  private readonly before: number;

  /** Begins to look at the process of this kind, which descends from the present one. */
  constructor(kind: ProcessKind) {
    const pid = descendants(process.pid).findLast((each) => commandLine(each).includes(`--type=${kind}`));
    if (pid === undefined) throw new Error(`There is no ${kind}.`);
    this.pid = pid;
    // Lets Linux forget the highest size that the process had so far.
    writeFileSync(`/proc/${pid}/clear_refs`, '5');
    this.before = this.size('VmRSS');
  }

  /** Bytes of growth since the beginning, at the most. */
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
    return ''; // It has gone meanwhile.
  }
}
